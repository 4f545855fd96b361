import { assert, describe, it } from "@effect/vitest"
import type { Request } from "@spillway/domain"
import { requestChars, requestView } from "@spillway/policy"

const body = {
  model: "spillway",
  stream: true,
  temperature: 0.2,
  messages: [
    { role: "developer", content: "Be brief." },
    {
      role: "user",
      content: [{ type: "text", text: "What is this?" }, { type: "image_url", image_url: { url: "data:" } }]
    },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "1", type: "function", function: { name: "look", arguments: "{\"x\":1}" } }]
    },
    { role: "tool", tool_call_id: "1", content: "a cat" },
    { role: "user", content: [{ type: "input_audio", input_audio: {} }] }
  ],
  tools: [{ type: "function", function: { name: "look", parameters: {} } }],
  response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object" } } }
}

describe("requestView", () => {
  const live = requestView({ request_id: "r", task: "t", messages: body.messages, parameters: body })

  it("reads text, counts and schemas", () => {
    assert.strictEqual(live.text, "What is this?\nlook {\"x\":1}\na cat")
    assert.strictEqual(live.system, "Be brief.")
    assert.deepInclude(live, { turns: 4, tools: 1, images: 1, files: 1 })
    const schemas = JSON.stringify(body.tools).length + JSON.stringify(body.response_format.json_schema).length
    assert.strictEqual(live.schema_chars, schemas)
    assert.strictEqual(requestChars(live), live.text.length + live.system.length + schemas)
  })

  it("is the same for the stored request as for the live body", () => {
    const { messages, model: _model, stream: _stream, ...parameters } = body
    const stored: Request = JSON.parse(JSON.stringify({ request_id: "r", task: "t", messages, parameters, ts: "2026" }))
    assert.deepStrictEqual(requestView(stored), live)
  })

  it("survives content of any shape", () => {
    const odd: ReadonlyArray<unknown> = [null, "text", 7, [], {}, { role: "user", content: 5 }, {
      role: "user",
      content: [null, 3]
    }]
    const view = requestView({
      request_id: "r",
      task: "t",
      messages: odd as Request["messages"],
      parameters: { tools: "none", response_format: null }
    })
    assert.strictEqual(view.text, "")
    assert.strictEqual(view.tools, 0)
  })
})
