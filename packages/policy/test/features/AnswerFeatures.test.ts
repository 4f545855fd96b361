import { assert, describe, it } from "@effect/vitest"
import { answerFeatures, answerNames, type AnswerView } from "@spillway/policy"
import { Schema } from "effect"

const read = (answer: string | AnswerView) => {
  const out = new Float64Array(answerNames.length)
  answerFeatures(typeof answer === "string" ? { output: answer } : answer, out)
  return Object.fromEntries(answerNames.map((name, i) => [name, out[i]!]))
}

describe("answerFeatures", () => {
  it.each([
    ["refusal", "I'm sorry, but I can't help with that.", "The customer says sorry."],
    ["is_json", "```json\n{\"a\": 1}\n```", "{not json}"],
    ["is_code", "```ts\nx\n```", "x"],
    ["question", "Which account do you mean?", "That one."],
    ["empty", " \n", "0"],
    [
      "ends_cleanly",
      "This is a whole sentence with more than eight words in it.",
      "This is a sentence with more than eight words that breaks"
    ],
    ["ends_cleanly", "billing", { output: "This is done.", finish_reason: "length" }]
  ])("sets %s", (name, yes, no) => {
    assert.strictEqual(read(yes)[name], 1)
    assert.strictEqual(read(no)[name], 0)
  })

  it("counts hedges per 100 words, numbers and repeated 4-grams", () => {
    const found = read("Perhaps it is 4. Or 3,500.5?")
    assert.approximately(found["hedges"]!, 100 / 8, 1e-9)
    assert.strictEqual(found["log_numbers"], Math.log1p(2))
    assert.strictEqual(found["repetition"], 0)
    assert.isAbove(read("the same four words ".repeat(50))["repetition"]!, 0.9)
  })

  it.prop("is finite on any text", [Schema.String], ([output]) => {
    assert.isTrue(Object.values(read(output)).every(Number.isFinite))
  })
})
