import { assert, describe, it } from "@effect/vitest"
import type { Outcome, Request } from "@spillway/domain"
import { Completions, OpenAiCompletions, recordedAnswers, recordedServer } from "@spillway/providers"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { payloads, post } from "../Exchange.ts"

const ask = (content: string) => [{ role: "user", content }]
const request = (request_id: string, content: string): Request => ({ request_id, task: "t", messages: ask(content) })

const requests = [request("a", "one"), request("b", "two"), request("c", "one"), request("d", "four")]
const outcomes: ReadonlyArray<Outcome> = [
  {
    request_id: "a",
    tier: "mini",
    output: "The first\n answer.",
    finish_reason: "length",
    usage: { input_tokens: 11, output_tokens: 5, cached_input_tokens: 4, reasoning_tokens: 2 },
    cost_usd: 0.0125,
    latency_ms: 4_000,
    ttft_ms: 1_000,
    signals: { lp_mean: -0.25, margin_min: 1.5 }
  },
  { request_id: "b", tier: "mini", error: "context window exceeded" },
  { request_id: "c", tier: "mini", output: "Another answer to the same words." },
  { request_id: "d", tier: "mini", output: "Priced, not counted.", cost_usd: 0.5 },
  { request_id: "a", tier: "large", output: "Large." }
]
const server = (latencyScale: number) => recordedServer({ answers: recordedAnswers(requests, outcomes), latencyScale })

const say = (url: string, content: string, more: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  post(`${url}/chat/completions`, { model: "mini", messages: ask(content), ...more }, headers)

const body = async (exchange: ReturnType<typeof post>) => JSON.parse((await exchange.end).body)

describe("the recorded provider", () => {
  it.effect("gives the recorded answer with its tokens, cost, finish reason and signals, to a client of OpenAI's protocol", () =>
    Effect.gen(function*() {
      const { url } = yield* server(0)
      const completions = yield* Completions
      const answer = yield* completions.complete({
        baseUrl: url,
        apiKey: undefined,
        model: "mini",
        settings: undefined,
        request: requests[0]!,
        attempt: 1,
        timeoutMs: 10_000,
        idleTimeoutMs: 10_000
      })
      const { cost_usd, finish_reason, output, signals, usage } = outcomes[0]!
      assert.strictEqual(answer.output, output)
      assert.strictEqual(answer.finish_reason, finish_reason)
      assert.deepStrictEqual(answer.usage, usage)
      assert.strictEqual(answer.cost_usd, cost_usd)
      assert.deepInclude(answer.signals, signals!)
    }).pipe(Effect.provide(OpenAiCompletions.layer())))

  it.effect("takes the recorded time, times the scale", () =>
    Effect.gen(function*() {
      const { url } = yield* server(0.5)
      const exchange = say(url, "one", { stream: true })
      assert.strictEqual((yield* Effect.promise(() => exchange.head))!.status, 200)
      yield* TestClock.adjust(499)
      yield* Effect.promise(() => say(url, "unknown").end)
      assert.strictEqual(exchange.sofar(), "", "nothing before the time to the first token")
      yield* TestClock.adjust(1)
      yield* Effect.promise(() => exchange.until("data: "))
      yield* TestClock.adjust(1_499)
      yield* Effect.promise(() => say(url, "unknown").end)
      assert.notInclude(exchange.sofar(), "[DONE]", "not whole before the latency is over")
      yield* TestClock.adjust(1)
      const { body, broken } = yield* Effect.promise(() => exchange.end)
      assert.isFalse(broken)
      const text = payloads(body).slice(0, -1).map((event) => JSON.parse(event).choices[0]?.delta.content ?? "").join(
        ""
      )
      assert.strictEqual(text, outcomes[0]!.output)
    }))

  it.effect("knows a request by its identifier, else by its messages", () =>
    Effect.gen(function*() {
      const { url } = yield* server(0)
      const content = (exchange: ReturnType<typeof post>) =>
        Effect.promise(async () => (await body(exchange)).choices[0].message.content)
      assert.strictEqual(yield* content(say(url, "one")), outcomes[0]!.output)
      assert.strictEqual(yield* content(say(url, "one", {}, { "x-request-id": "c" })), outcomes[2]!.output)
      assert.strictEqual(yield* content(say(url, "other words", {}, { "x-request-id": "c" })), outcomes[2]!.output)
      assert.strictEqual(yield* content(say(url, "one", {}, { "x-request-id": "someone's" })), outcomes[0]!.output)
      assert.strictEqual(yield* content(say(url, "one", { model: "large" })), "Large.")
    }))

  it.effect("says so where there is nothing to say: unknown request, tier without it, recorded failure, unknown tier", () =>
    Effect.gen(function*() {
      const { url } = yield* server(0)
      const refused = (exchange: ReturnType<typeof post>) =>
        Effect.promise(async () => [(await exchange.head)!.status, (await body(exchange)).error.message] as const)
      assert.deepStrictEqual(yield* refused(say(url, "three")), [404, "No answer of mini to this request was recorded"])
      assert.strictEqual((yield* refused(say(url, "two", { model: "large" })))[0], 404)
      assert.deepStrictEqual(yield* refused(say(url, "two")), [500, "Recorded failure: context window exceeded"])
      assert.strictEqual((yield* refused(say(url, "one", { model: "huge" })))[0], 404)
      const models = yield* Effect.promise(async () => await (await fetch(`${url}/models`)).text())
      assert.deepStrictEqual(JSON.parse(models).data.map((model: { id: string }) => model.id), ["large", "mini"])
    }))

  it.effect("invents no tokens and no cost", () =>
    Effect.gen(function*() {
      const { url } = yield* server(0)
      const usage = (exchange: ReturnType<typeof post>) => Effect.promise(async () => (await body(exchange)).usage)
      assert.isUndefined(yield* usage(say(url, "one", { model: "large" })))
      assert.deepStrictEqual(yield* usage(say(url, "four")), { cost: 0.5 })
    }))
})
