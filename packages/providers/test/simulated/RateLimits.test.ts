import { assert, describe, it } from "@effect/vitest"
import { simulatedServer } from "@spillway/providers"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { post } from "../Exchange.ts"
import { ask, bookOf } from "./Traffic.ts"

const book = bookOf(1, () => 0)

const call = (url: string, model = "economy") =>
  Effect.promise(async () => {
    const exchange = post(`${url}/chat/completions`, { model, messages: ask("question 0") })
    const { headers, status } = (await exchange.head)!
    await exchange.end
    return { status, headers }
  })

describe("rate limits of the simulated provider", () => {
  it.effect("counts requests down in x-ratelimit-*, refuses with Retry-After, and lets through again after it", () =>
    Effect.gen(function*() {
      const { stats, url } = yield* simulatedServer({ book, latencyScale: 0, limits: { requestsPerMinute: 2 } })
      const first = yield* call(url)
      assert.strictEqual(first.status, 200)
      assert.strictEqual(first.headers["x-ratelimit-limit-requests"], "2")
      assert.strictEqual(first.headers["x-ratelimit-remaining-requests"], "1")
      assert.strictEqual(first.headers["x-ratelimit-reset-requests"], "30s")
      assert.strictEqual((yield* call(url)).headers["x-ratelimit-remaining-requests"], "0")

      const refused = yield* call(url)
      assert.strictEqual(refused.status, 429)
      assert.strictEqual(refused.headers["retry-after"], "30")
      assert.strictEqual(refused.headers["x-ratelimit-remaining-requests"], "0")
      assert.strictEqual((yield* call(url, "standard")).status, 200, "every model has limits of its own")

      yield* TestClock.adjust(29_999)
      assert.strictEqual((yield* call(url)).status, 429)
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* call(url)).status, 200)
      assert.strictEqual(stats.models["economy"]!.limited, 2)
      assert.strictEqual(stats.models["economy"]!.answered, 3)
    }))

  it.effect("counts tokens of prompt and answer", () =>
    Effect.gen(function*() {
      const { stats, url } = yield* simulatedServer({ book, latencyScale: 0, limits: { tokensPerMinute: 50 } })
      const { headers, status } = yield* call(url)
      assert.strictEqual(status, 200)
      const { input_tokens, output_tokens } = stats.models["economy"]!
      assert.isAbove(input_tokens + output_tokens, 25)
      assert.strictEqual(headers["x-ratelimit-limit-tokens"], "50")
      assert.strictEqual(headers["x-ratelimit-remaining-tokens"], String(50 - input_tokens - output_tokens))
      assert.isUndefined(headers["x-ratelimit-limit-requests"])
      assert.strictEqual((yield* call(url)).status, 429)
    }))
})
