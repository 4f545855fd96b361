import { assert, describe, it } from "@effect/vitest"
import { makeWordReader, WORD_IDS } from "@spillway/policy"
import { random } from "../tables.ts"

const reader = makeWordReader()
const wordsOf = (text: string, system = "") => Array.from(reader.read({ text, system }).keys(), (k) => reader.word(k))
const idsOf = (text: string, system = "") => Array.from(reader.read({ text, system }))

describe("makeWordReader", () => {
  it("reads each word once, in lower case, in order of first occurrence", () => {
    assert.deepStrictEqual(wordsOf("Refund my order, REFUND it; order_id (now)!"), [
      "refund",
      "my",
      "order",
      "it",
      "id",
      "now"
    ])
  })

  it("takes every digit for the same: numbers of one length are one word", () => {
    assert.deepStrictEqual(idsOf("order 4711"), idsOf("order 1234"))
    assert.notDeepEqual(idsOf("order 4711"), idsOf("order 47"))
    assert.deepStrictEqual(wordsOf("room 12b"), ["room", "00b"])
  })

  it("takes words of the instructions for others than those of the text", () => {
    const [text] = idsOf("invoice"), [system] = idsOf("", "invoice")
    assert.isBelow(text!, WORD_IDS / 2)
    assert.strictEqual(system, text! + WORD_IDS / 2)
    assert.deepStrictEqual(wordsOf("one two", "two three"), ["one", "two", "two", "three"])
  })

  it("reads letters of any script, and pairs of characters where no spaces part words", () => {
    assert.deepStrictEqual(wordsOf("Größe “naïve” — Ωμέγα…"), ["größe", "naïve", "ωμέγα"])
    assert.deepStrictEqual(wordsOf("返金 order"), ["返金", "order"])
    assert.deepStrictEqual(wordsOf("返金要求。"), ["返金", "金要", "要求"])
    assert.deepStrictEqual(wordsOf("😀 \ud83d \n\t"), [])
  })

  it("reads nothing from nothing, and of a huge text both ends", () => {
    assert.deepStrictEqual(idsOf(""), [])
    assert.deepStrictEqual(wordsOf(`head ${"x ".repeat(50_000)} tail`), ["head", "x", "tail"])
  })

  it("gives distinct numbers in range, the same each time, whatever the text", () => {
    const next = random(7)
    for (let round = 0; round < 300; round++) {
      const draw = () =>
        Array.from({ length: Math.floor(next() * 200) }, () => String.fromCharCode(Math.floor(next() * 0x10000))).join(
          ""
        )
      const text = draw(), system = draw()
      const ids = idsOf(text, system)
      assert.strictEqual(new Set(ids).size, ids.length)
      assert.isTrue(ids.every((id) => id < WORD_IDS))
      assert.deepStrictEqual(Array.from(makeWordReader().read({ text, system })), ids)
    }
  })
})
