import { assert, describe, it } from "@effect/vitest"
import { SseReader } from "@spillway/providers"

const bytes = (text: string) => new TextEncoder().encode(text)
const readIn = (text: string, size: number) => {
  const reader = new SseReader()
  const all = bytes(text)
  const payloads: Array<string> = []
  for (let at = 0; at < all.length; at += size) payloads.push(...reader.read(all.subarray(at, at + size)))
  return payloads
}

describe("SseReader", () => {
  for (const [name, newline] of [["LF", "\n"], ["CRLF", "\r\n"], ["CR", "\r"]] as const) {
    it(`reads the same payloads however the bytes are split, lines ending in ${name}`, () => {
      const text = [
        ": comment",
        "",
        "data: {\"a\":\"é🌍\"}",
        "",
        "event: message",
        "data:two",
        "",
        "data: a",
        "data: b",
        "",
        ""
      ]
        .join(newline)
      for (let size = 1; size < 24; size++) {
        assert.deepStrictEqual(readIn(text, size), ["{\"a\":\"é🌍\"}", "two", "a\nb"], `pieces of ${size} bytes`)
      }
    })
  }

  it("drops an event that the stream ends inside of", () => {
    assert.deepStrictEqual(readIn("data: one\n\ndata: {\"half\":", 7), ["one"])
  })
})
