import { assert, describe, it } from "@effect/vitest"
import type { LogRecord } from "@spillway/domain"
import { Result } from "effect"
import { interchange } from "../src/formats/Interchange.ts"
import { openAi } from "../src/formats/OpenAi.ts"
import { spillwayLog } from "../src/formats/SpillwayLog.ts"

const options = { task: "untasked", tier: undefined }
const messages = [{ role: "user", content: "hello" }]
const completion = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_767_225_600,
  model: "gpt-4.1-mini-2025-04-14",
  choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
  usage: {
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 15,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 2 }
  }
}
const usage = { input_tokens: 10, cached_input_tokens: 4, output_tokens: 5, reasoning_tokens: 2 }
const sha = "sha256:7d5e5d5a"

describe("interchange", () => {
  const translate = (record: Record<string, unknown>) => interchange.translate(record, options)

  it("reads requests, with a task and an identifier of their content where they name none", () => {
    const request = { request_id: "a", task: "t", messages, ts: "2026-01-01T00:00:00Z", metadata: { split: "test" } }
    assert.deepStrictEqual(translate({ ...request, reference: null, more: 1 }), Result.succeed({ request }))
    const one = Result.getOrThrow(translate({ messages })).request!
    assert.strictEqual(one.task, "untasked")
    assert.match(one.request_id, /^sha256:[0-9a-f]{64}$/)
    assert.strictEqual(Result.getOrThrow(translate({ messages: [...messages] })).request!.request_id, one.request_id)
    assert.notStrictEqual(
      Result.getOrThrow(translate({ messages, task: "t" })).request!.request_id,
      one.request_id
    )
  })

  it("reads outcomes, their usage, and their quality as a grade", () => {
    assert.deepStrictEqual(
      translate({
        request_id: "a",
        model: "small",
        quality: 1,
        output: "x",
        input_tokens: 1,
        output_tokens: 2,
        cached_input_tokens: null,
        cost_usd: 0,
        signals: { lp_mean: -1, verbal: null }
      }),
      Result.succeed({
        outcomes: [{
          request_id: "a",
          tier: "small",
          output: "x",
          cost_usd: 0,
          usage: { input_tokens: 1, output_tokens: 2 },
          signals: { lp_mean: -1 }
        }],
        grades: [{ request_id: "a", tier: "small", grader: "imported", quality: 1 }]
      })
    )
    const graded = translate({ request_id: "a", model: "small", quality: 0.5, grader: "exact", input_tokens: 3 })
    assert.deepStrictEqual(
      graded,
      Result.succeed({
        outcomes: [{ request_id: "a", tier: "small" }],
        grades: [{ request_id: "a", tier: "small", grader: "exact", quality: 0.5 }]
      })
    )
  })

  it("reads a request and its answer in one record", () => {
    const { grades, outcomes, request } = Result.getOrThrow(
      translate({ messages, model: "small", output: "x", quality: 0 })
    )
    assert.strictEqual(outcomes![0]!.request_id, request!.request_id)
    assert.strictEqual(grades![0]!.request_id, request!.request_id)
    assert.isUndefined(Result.getOrThrow(translate({ messages, model: "small", temperature: 1 })).outcomes)
  })

  it.each([
    [{ request_id: "a", messages: [] }, /^messages: /],
    [{ request_id: 3, messages }, /^request_id: /],
    [{ messages: [{ content: "no role" }] }, /^messages\.0\.role: /],
    [{ messages, ts: "noon" }, /^ts: "noon" is not an ISO 8601 time/],
    [{ request_id: "a", model: "" }, /^model: /],
    [{ request_id: "a", model: "m", quality: 1.5 }, /^quality: /],
    [{ request_id: "a", model: "m", quality: Number.NaN }, /^quality: /],
    [{ request_id: "a", model: "m", cost_usd: -1 }, /^cost_usd: /],
    [{ request_id: "a", model: "m", input_tokens: 1.5 }, /^input_tokens: /],
    [{ request_id: "a", model: "m", attempts: 0 }, /^attempts: /],
    [{ request_id: "a", model: "m", signals: { x: "y" } }, /^signals\.x: /],
    [{ request_id: "a", model: "m", ts: "1" }, /^ts: /]
  ])("refuses %j", (record, expected) => {
    assert.match(Result.match(translate(record), { onFailure: (reason) => reason, onSuccess: () => "" }), expected)
  })
})

describe("openAi", () => {
  const translate = (record: Record<string, unknown>, more = {}) => {
    assert.isTrue(openAi.matches(record))
    return openAi.translate(record, { ...options, ...more })
  }
  const body = { model: "gpt-4.1-mini", messages, temperature: 0.5, stream: true }
  const outcome = {
    tier: "gpt-4.1-mini",
    ts: "2026-01-01T00:00:00.000Z",
    output: "hi",
    finish_reason: "stop",
    usage
  }

  it("reads request and response side by side", () => {
    const { outcomes, request } = Result.getOrThrow(translate({
      request: body,
      response: completion,
      metadata: { task: "support", user: 7 },
      latency_ms: 1200
    }))
    assert.deepStrictEqual({ ...request, request_id: sha }, {
      request_id: sha,
      task: "support",
      messages,
      parameters: { temperature: 0.5 },
      ts: "2026-01-01T00:00:00.000Z",
      metadata: { task: "support", user: 7 }
    })
    assert.deepStrictEqual(outcomes, [{ ...outcome, request_id: request!.request_id, latency_ms: 1200 }])
  })

  it("reads nested bodies, the option for the tier, and the task of the body or the option", () => {
    const record = { body: { ...body, metadata: { task: "from-body" } }, response: { status: 200, body: completion } }
    const first = Result.getOrThrow(translate(record, { tier: "mini-low" }))
    assert.strictEqual(first.request!.task, "from-body")
    assert.strictEqual(first.outcomes![0]!.tier, "mini-low")
    assert.strictEqual(Result.getOrThrow(translate({ body }, { task: "given" })).request!.task, "given")
  })

  it("joins batch input and output by custom_id", () => {
    const input = { custom_id: "q1", method: "POST", url: "/v1/chat/completions", body }
    const output = {
      id: "b",
      custom_id: "q1",
      response: { status_code: 200, request_id: "x", body: completion },
      error: null
    }
    assert.deepStrictEqual(
      translate(input),
      Result.succeed({ request: { request_id: "q1", task: "untasked", messages, parameters: { temperature: 0.5 } } })
    )
    assert.deepStrictEqual(
      translate(output),
      Result.succeed({ outcomes: [{ ...outcome, request_id: "q1", tier: completion.model }] })
    )
  })

  it("cuts parts of a usage that exceed their whole, as the proxy does: an import charged more than the prompt", () => {
    const impossible = { ...completion.usage, prompt_tokens_details: { cached_tokens: 12 } }
    const imported = openAi.translate({ request: body, response: { ...completion, usage: impossible } }, options)
    assert.deepStrictEqual(Result.getOrThrow(imported).outcomes![0]!.usage, { ...usage, cached_input_tokens: 10 })
  })

  it("keeps failures as failed outcomes, without keys", () => {
    const failed = (record: Record<string, unknown>) =>
      Result.getOrThrow(translate(record, { tier: "t" })).outcomes![0]!.error
    const wrongKey = { error: { message: "Incorrect API key provided: sk-proj-abc123*." } }
    assert.strictEqual(
      failed({ custom_id: "q", response: { status_code: 401, body: wrongKey }, error: null }),
      "Incorrect API key provided: [redacted]"
    )
    assert.strictEqual(failed({ custom_id: "q", response: null, error: { code: "batch_expired" } }), "batch_expired")
    assert.strictEqual(failed({ request: body, response: { status: 503 } }), "HTTP status 503")
  })

  it("reads stored completions with their messages, tool calls and refusals", () => {
    const calls = [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }]
    const stored = (message: object) =>
      Result.getOrThrow(translate({ ...completion, messages, choices: [{ message, finish_reason: "stop" }] }))
    assert.deepStrictEqual(stored({ content: "x" }).request!.messages, messages)
    assert.strictEqual(stored({ content: null, tool_calls: calls }).outcomes![0]!.output, JSON.stringify(calls))
    assert.strictEqual(stored({ content: null, refusal: "No." }).outcomes![0]!.output, "No.")
    assert.strictEqual(
      stored({ content: [{ type: "text", text: "a" }, { type: "text", text: "b" }] }).outcomes![0]!.output,
      "ab"
    )
  })

  it.each([
    [completion, "no messages, and no custom_id that names the request"],
    [{ custom_id: "q" }, "neither a request nor a response"],
    [{ custom_id: "q", response: { status_code: 200, body: {} } }, "no model: give the option --tier"],
    [
      { custom_id: "q", response: { status_code: 200, body: { object: "list", model: "e", data: [] } } },
      "response: not a chat completion"
    ],
    [{ request: { model: "m", input: "x" }, response: completion }, "messages: Expected array"]
  ])("refuses %j", (record, expected) => {
    const reason = Result.match(translate(record), { onFailure: (reason) => reason, onSuccess: () => "" })
    assert.strictEqual(reason, expected)
  })
})

describe("spillwayLog", () => {
  const record: LogRecord = {
    format: "spillway.log/1",
    request_id: "a",
    ts: "2026-01-01T00:00:00.000Z",
    task: "support",
    request: { model: "spillway", messages, stream: true, temperature: 0 },
    table: "ab",
    point: "balanced",
    propensity: 0.5,
    embedding: { result: "cached", latency_ms: 0.1, cost_usd: 0 },
    attempts: [
      { tier: "small", model: "s", latency_ms: 10, accepted: false, error: "HTTP 500" },
      {
        tier: "small",
        model: "s",
        status: 200,
        output: "x",
        finish_reason: "stop",
        usage: { input_tokens: 1, output_tokens: 2 },
        cost_usd: 0.25,
        latency_ms: 20,
        signals: { lp_mean: -1 },
        accepted: false
      },
      { tier: "large", model: "l", output: "y", cost_usd: 1, latency_ms: 30, ttft_ms: 5, accepted: true }
    ],
    result: "complete",
    status: 200,
    stream: true,
    latency_ms: 60
  }

  it("makes the request and an outcome of each tier again", () => {
    assert.isTrue(spillwayLog.matches({ ...record }))
    assert.deepStrictEqual(
      spillwayLog.translate({ ...record }, options),
      Result.succeed({
        request: {
          request_id: "a",
          task: "support",
          messages,
          parameters: { temperature: 0 },
          ts: record.ts,
          metadata: {
            spillway: {
              table: "ab",
              point: "balanced",
              propensity: 0.5,
              embedding: "cached",
              result: "complete",
              status: 200,
              stream: true
            }
          }
        },
        outcomes: [
          {
            request_id: "a",
            tier: "small",
            output: "x",
            finish_reason: "stop",
            usage: { input_tokens: 1, output_tokens: 2 },
            cost_usd: 0.25,
            latency_ms: 20,
            signals: { lp_mean: -1 },
            attempts: 2,
            ts: record.ts
          },
          {
            request_id: "a",
            tier: "large",
            output: "y",
            cost_usd: 1,
            latency_ms: 30,
            ttft_ms: 5,
            attempts: 1,
            ts: record.ts
          }
        ]
      })
    )
  })

  it("refuses a body without messages, and an unknown version", () => {
    const reason = (value: Record<string, unknown>) =>
      Result.match(spillwayLog.translate(value, options), { onFailure: (reason) => reason, onSuccess: () => "" })
    assert.match(reason({ ...record, request: { model: "m" } }), /^request\.messages/)
    assert.match(reason({ ...record, format: "spillway.log/2" }), /^format: /)
  })
})
