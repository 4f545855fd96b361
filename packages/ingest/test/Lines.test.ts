import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { LineSplitter, MAX_LINE } from "../src/Lines.ts"

const split = (pieces: ReadonlyArray<string>) => {
  const splitter = new LineSplitter()
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()]
}

const piece = Arbitrary.schema(Schema.Literals(["a", "bc", "\n", "\r\n", "", "d\ne"]))

describe("LineSplitter", () => {
  it("numbers lines and tells an unfinished one", () => {
    assert.deepStrictEqual(split(["a\r\n", "\nb", "c"]), [
      { number: 1, text: "a", last: false, cut: false },
      { number: 2, text: "", last: false, cut: false },
      { number: 3, text: "bc", last: true, cut: false }
    ])
    assert.deepStrictEqual(split([]), [])
  })

  it.prop("does not care where the pieces end", [Arbitrary.array(piece)], ([pieces]) => {
    assert.deepStrictEqual(split(pieces), split([pieces.join("")]))
    const texts = split(pieces).map((line) => line.text)
    assert.deepStrictEqual(texts, pieces.join("").replace(/\r?\n$/, "").split(/\r?\n/).slice(0, texts.length))
  })

  it("cuts a line that is too long, and goes on after it", () => {
    const long = "x".repeat(MAX_LINE / 4)
    const lines = split([long, long, long, long, "too much", "\nnext\n"])
    assert.deepStrictEqual(lines.map(({ cut, number, text }) => [number, text.length, cut]), [
      [1, MAX_LINE, true],
      [2, 4, false]
    ])
  })
})
