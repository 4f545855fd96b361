import { assert, describe, it } from "@effect/vitest"
import { denseFeatures, denseNames, requestView } from "@spillway/policy"
import { Schema } from "effect"

const read = (text: string, parameters?: Record<string, unknown>) => {
  const out = new Float64Array(denseNames.length)
  denseFeatures(
    requestView({ request_id: "r", task: "t", messages: [{ role: "user", content: text }], parameters }),
    out
  )
  return Object.fromEntries(denseNames.map((name, i) => [name, out[i]!]))
}

describe("denseFeatures", () => {
  it("counts what the names say", () => {
    const text = "Why (not [this]) one? The cat, the 1,250 dogs.\n- unless Ärger"
    const found = read(text)
    const close = (name: string, value: number) => assert.approximately(found[name]!, value, 1e-12, name)
    close("log_chars", Math.log1p(text.length))
    close("log_words", Math.log1p(10))
    close("log_lines", Math.log1p(2))
    close("mean_word_length", (3 + 3 + 4 + 3 + 3 + 3 + 3 + 4 + 6 + 5) / 10)
    close("mean_sentence_words", 5)
    close("distinct_word_share", 0.9)
    close("digit_share", 4 / text.length)
    close("upper_share", 2 / text.length)
    close("non_ascii_share", 1 / text.length)
    close("log_numbers", Math.log1p(1))
    close("log_questions", Math.log1p(1))
    close("log_list_items", Math.log1p(1))
    close("log_nesting", Math.log1p(2))
    close("negation_share", 0.2)
    close("conditional_share", 0.1)
    close("conjunction_share", 0)
  })

  it.each([
    ["latex", "Solve $x^2 = 4$ now", "It costs $5"],
    ["code", "```\nx\n```", "no fence"],
    ["code", "  def f(x)", "a definite answer"],
    ["json", "{\"a\": 1}", "{a}"],
    ["table", "| a | b |", "a | b"],
    ["url", "see https://example.org", "see http for details"]
  ])("flags %s", (name, yes, no) => {
    assert.strictEqual(read(yes)[name], 1)
    assert.strictEqual(read(no)[name], 0)
  })

  it("reads tools and schemas", () => {
    const found = read("hi", { tools: [{}, {}] })
    assert.strictEqual(found["log_tools"], Math.log1p(2))
    assert.strictEqual(found["log_schema_chars"], Math.log1p(7))
  })

  it.prop("is finite and repeatable on any text", [Schema.String], ([text]) => {
    const found = read(text)
    for (const name of denseNames) assert.isTrue(Number.isFinite(found[name]), name)
    assert.deepStrictEqual(read(text), found)
    for (const name of denseNames.filter((name) => name.endsWith("_share"))) {
      assert.isTrue(found[name]! >= 0 && found[name]! <= 1, name)
    }
  }, { arbitrary: { runs: 300 } })

  it("writes at the offset and nowhere else", () => {
    const view = requestView({ request_id: "r", task: "t", messages: [{ role: "user", content: "x" }] })
    const out = new Float64Array(denseNames.length + 2).fill(-1)
    denseFeatures(view, out, 1)
    assert.strictEqual(out[0], -1)
    assert.strictEqual(out.at(-1), -1)
    assert.isTrue(out.subarray(1, -1).every((x) => x >= 0))
  })
})
