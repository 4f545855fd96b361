import { assert, describe, it } from "@effect/vitest"
import { answerOf, SseReader, StreamAccumulator, toStreamChunks, toStreamEvents } from "@spillway/providers"
import { readFileSync } from "node:fs"

const accumulate = (sse: string | Uint8Array) => {
  const reader = new SseReader()
  const stream = new StreamAccumulator()
  for (const payload of reader.read(typeof sse === "string" ? new TextEncoder().encode(sse) : sse)) stream.feed(payload)
  return stream
}
const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url))

describe("StreamAccumulator", () => {
  it("builds the whole body of a text answer", () => {
    const stream = accumulate(fixture("text.sse"))
    assert.isTrue(stream.complete && stream.done && stream.started)
    const answer = stream.answer()!
    assert.strictEqual(answer.output, "Grüße 🌍")
    assert.strictEqual(answer.finish_reason, "stop")
    assert.deepStrictEqual(answer.usage, {
      input_tokens: 1211,
      cached_input_tokens: 1152,
      output_tokens: 2,
      reasoning_tokens: 0
    })
    assert.closeTo(answer.signals["lp_mean"]!, -0.6525, 1e-12)
    assert.closeTo(answer.signals["margin_min"]!, -0.3, 1e-12)
    assert.strictEqual(stream.body["id"], "chatcmpl-A1")
    assert.strictEqual(stream.body["object"], "chat.completion")
    assert.strictEqual(stream.body["system_fingerprint"], "fp_1")
  })

  it("joins interleaved pieces of tool calls", () => {
    const answer = accumulate(fixture("tools.sse")).answer()!
    assert.strictEqual(answer.finish_reason, "tool_calls")
    assert.deepStrictEqual(JSON.parse(answer.output), [
      { id: "call_1", type: "function", function: { name: "get_weather", arguments: "{\"city\":\"Oslo\"}" } },
      { id: "call_2", type: "function", function: { name: "get_time", arguments: "{}" } }
    ])
  })

  it("streams a whole body and builds the same body again", () => {
    for (const name of ["text.sse", "tools.sse"]) {
      const body = accumulate(fixture(name)).body
      const again = accumulate(toStreamEvents(body, { includeUsage: true }).join("")).body
      assert.deepStrictEqual(answerOf(again), answerOf(body), name)
      assert.strictEqual(again["id"], body["id"])
    }
  })

  it("keeps unknown fields of bodies, choices and messages on the way through chunks", () => {
    const body = {
      id: "x",
      object: "chat.completion",
      created: 1,
      model: "m",
      spillway_signals: { verifier: 0.5 },
      choices: [{
        index: 0,
        message: { role: "assistant", content: "ab", reasoning_content: "because" },
        logprobs: null,
        finish_reason: "stop",
        content_filter_results: { hate: false }
      }]
    }
    const stream = new StreamAccumulator()
    const chunks = toStreamChunks(body, { includeUsage: false, split: (content) => [...content] })
    for (const chunk of chunks) stream.feed(chunk)
    assert.deepStrictEqual(stream.body, body)
    assert.strictEqual(chunks.length, 5)
  })

  it("keeps choices apart", () => {
    const stream = new StreamAccumulator()
    stream.feed({ choices: [{ index: 1, delta: { content: "b" }, finish_reason: "stop" }] })
    stream.feed({ choices: [{ index: 0, delta: { content: "a" }, finish_reason: null }] })
    assert.isFalse(stream.complete)
    stream.feed({ choices: [{ index: 0, delta: {}, finish_reason: "length" }] })
    assert.isTrue(stream.complete)
    assert.strictEqual(stream.answer()?.output, "a")
    assert.strictEqual(stream.answer()?.signals["truncated"], 1)
  })

  it("is incomplete without finish reason and end mark", () => {
    const stream = accumulate(
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half\"},\"finish_reason\":null}]}\n\n"
    )
    assert.isFalse(stream.complete)
    assert.strictEqual(stream.answer()?.output, "half")
  })

  it("reports malformed chunks and errors inside the stream", () => {
    for (const payload of ["{\"choices\":[{", "12", "{\"choices\":7}"]) {
      const stream = accumulate(`data: ${payload}\n\ndata: [DONE]\n\n`)
      assert.isFalse(stream.complete, payload)
      assert.isDefined(stream.problem)
    }
    const failed = accumulate("data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n")
    assert.isFalse(failed.complete)
    assert.deepStrictEqual(failed.error, { message: "overloaded", code: 503 })
  })
})
