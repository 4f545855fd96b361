import { assert, describe, it } from "@effect/vitest"
import { answerOf, looksRefused } from "@spillway/providers"

const body = (message: object, finish_reason: string | null = "stop", rest: object = {}) => ({
  choices: [{ index: 0, message, finish_reason }],
  ...rest
})
const schema = (required: ReadonlyArray<string>) => ({
  response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object", required } } }
})

describe("answerOf", () => {
  it("is undefined for what is not a chat completion", () => {
    for (const other of [undefined, null, "text", [], {}, { choices: [] }, { choices: [{}] }, { error: {} }]) {
      assert.isUndefined(answerOf(other))
    }
  })

  it("reads text, text parts, tool calls and refusals", () => {
    assert.strictEqual(answerOf(body({ content: "yes" }))?.output, "yes")
    assert.strictEqual(
      answerOf(body({ content: [{ type: "text", text: "a" }, { type: "text", text: "b" }] }))?.output,
      "ab"
    )
    const calls = [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }]
    assert.strictEqual(answerOf(body({ content: null, tool_calls: calls }))?.output, JSON.stringify(calls))
    const refused = answerOf(body({ content: null, refusal: "No." }))
    assert.strictEqual(refused?.output, "No.")
    assert.strictEqual(refused?.signals["refused"], 1)
  })

  it("marks truncation and the content filter", () => {
    assert.deepStrictEqual(answerOf(body({ content: "a" }, "length"))?.signals, { truncated: 1, refused: 0 })
    assert.deepStrictEqual(answerOf(body({ content: "" }, "content_filter"))?.signals, { truncated: 0, refused: 1 })
  })

  it("checks a demanded schema's required keys, and only then", () => {
    const ok = (content: string, parameters?: Record<string, unknown>) =>
      answerOf(body({ content }), parameters)?.signals["schema_ok"]
    assert.isUndefined(ok("{}"))
    assert.isUndefined(ok("{}", { response_format: { type: "json_object" } }))
    assert.strictEqual(ok("{\"a\":1}", schema(["a"])), 1)
    assert.strictEqual(ok("{\"b\":1}", schema(["a"])), 0)
    assert.strictEqual(ok("not json", schema([])), 0)
    assert.strictEqual(ok("[1]", schema([])), 0)
  })

  it("takes recorded signals from their own field", () => {
    const answer = answerOf(body({ content: "a" }, "stop", { spillway_signals: { verbal: 0.9, bad: "x", none: null } }))
    assert.deepStrictEqual(answer?.signals, { truncated: 0, refused: 0, verbal: 0.9 })
  })
})

describe("looksRefused", () => {
  it("knows refusals from answers", () => {
    for (
      const text of [
        "I'm sorry, but I can't help with that.",
        "I cannot assist with this request.",
        "I’m sorry, I cannot"
      ]
    ) {
      assert.isTrue(looksRefused(text), text)
    }
    for (
      const text of [
        "Sorry for the delay: your parcel arrives Monday.",
        "I can help.",
        "The reply was \"I can't help\"."
      ]
    ) {
      assert.isFalse(looksRefused(text), text)
    }
  })
})
