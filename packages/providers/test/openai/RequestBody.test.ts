import { assert, describe, it } from "@effect/vitest"
import { requestBody } from "@spillway/providers"

const messages = [{ role: "user", content: "hi" }]

describe("requestBody", () => {
  it("lays settings over parameters, and neither over model and messages", () => {
    const body = requestBody(
      { messages, parameters: { temperature: 1, max_tokens: 5, model: "theirs" } },
      "m",
      { max_tokens: 9 },
      { stream: false, logprobs: false }
    )
    assert.deepStrictEqual(body, { temperature: 1, max_tokens: 9, model: "m", messages })
  })

  it("asks for log-probabilities unless told whether to", () => {
    const ask = (parameters: Record<string, unknown>) =>
      requestBody({ messages, parameters }, "m", undefined, { stream: false, logprobs: true })
    assert.deepInclude(ask({}), { logprobs: true, top_logprobs: 2 })
    assert.notProperty(ask({ logprobs: false }), "top_logprobs")
    assert.deepInclude(ask({ logprobs: true, top_logprobs: 5 }), { logprobs: true, top_logprobs: 5 })
  })

  it("asks for usage in a stream and leaves no trace of a stream otherwise", () => {
    const parameters = { stream_options: { include_usage: false } }
    const ask = (stream: boolean) => requestBody({ messages, parameters }, "m", undefined, { stream, logprobs: false })
    assert.deepInclude(ask(true), { stream: true, stream_options: { include_usage: true } })
    assert.notProperty(ask(false), "stream_options")
  })
})
