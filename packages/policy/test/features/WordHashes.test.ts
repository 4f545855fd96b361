import { assert, describe, it } from "@effect/vitest"
import { wordHashes } from "@spillway/policy"
import { Schema } from "effect"
import { fnv1a } from "../../src/features/Fnv.ts"

/** By regular expression, as the definition reads. */
const byDefinition = (text: string): ReadonlyArray<number> =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => fnv1a(word))

describe("wordHashes", () => {
  it.each([
    "",
    "Two words",
    "Straße, STRASSE; naïve café №5 — 3½ pounds",
    "İstanbul DİYARBAKIR ǅ ﬁ",
    "𝒳 squared is 𝟜𝟜 and 𠀀𠀁 says so",
    "\ud800 a lone \udc00 surrogate in the middle\ud83d",
    "数学の問題を 解いて ください 今日",
    "١٢٣ ٤٥٦ ٧٨ ²³ ⅷ Ⅷ",
    "x\u0301y a combining mark parts words",
    "\n\n tabs\tand\r\nlines ",
    `${"long ".repeat(5_000)}end of it`
  ])("finds the words of %j", (text) => {
    assert.deepStrictEqual([...wordHashes(text)], byDefinition(text))
  })

  it.prop("finds the words of any text", [Schema.String], ([text]) => {
    assert.deepStrictEqual([...wordHashes(text)], byDefinition(text))
  })

  it("finds the words of any run of code units", () => {
    const ALPHABET = [" ", ".", "a", "B", "7", "é", "\ud835", "\udcb3", "\u0301", "語"]
    let state = 1
    for (let round = 0; round < 2_000; round++) {
      let text = ""
      for (let i = 0; i < round % 40; i++) text += ALPHABET[(state = Math.imul(state, 48271) >>> 1) % ALPHABET.length]!
      assert.deepStrictEqual([...wordHashes(text)], byDefinition(text), JSON.stringify(text))
    }
  })
})
