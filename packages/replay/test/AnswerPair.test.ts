import { assert, describe, it } from "@effect/vitest"
import { type Completion, CompletionError, Completions } from "@spillway/providers"
import { Clock, Effect, Fiber, Layer, Random } from "effect"
import { TestClock } from "effect/testing"
import { answerPair, type TierRun } from "../src/AnswerPair.ts"
import { makeBudget } from "../src/Budget.ts"
import { makeProviderGate } from "../src/ProviderGate.ts"
import { makeTierBreaker } from "../src/TierBreaker.ts"
import { makeTokenModel } from "../src/TokenModel.ts"
import { simulatedRequests } from "./SimulatedTraffic.ts"

const [request] = simulatedRequests(1)
const good: Completion = {
  output: "1",
  finish_reason: "stop",
  usage: { input_tokens: 100_000, output_tokens: 0 },
  latency_ms: 5,
  ttft_ms: undefined,
  signals: {},
  limits: undefined
}
const fails = (reason: CompletionError["reason"], rest: { retryAfterMs?: number; usage?: unknown } = {}) =>
  new CompletionError({ reason, detail: "on purpose", ...rest })

/** One pair against scripted attempts, on the test clock; with the seconds at which each attempt was made. */
const attempt = Effect.fnUntraced(function*(
  script: ReadonlyArray<Completion | CompletionError>,
  { budgetUsd = Infinity, max_retries = 5 } = {}
) {
  const started = yield* Clock.currentTimeMillis
  const at: Array<number> = []
  const scripted = Layer.succeed(Completions, {
    complete: ({ attempt }) =>
      Effect.gen(function*() {
        at.push(((yield* Clock.currentTimeMillis) - started) / 1000)
        const next = script[attempt - 1]!
        return next instanceof CompletionError ? yield* next : next
      })
  })
  const provider = { protocol: "openai", base_url: "http://127.0.0.1:1/v1", max_retries } as const
  const run: TierRun = {
    tier: { name: "t", provider: "p", model: "m", price: { input_usd_per_mtok: 1, output_usd_per_mtok: 1 } },
    field: "tiers[0]",
    providerName: "p",
    provider,
    apiKey: undefined,
    gate: yield* makeProviderGate(provider),
    breaker: makeTierBreaker(),
    model: makeTokenModel()
  }
  const budget = makeBudget(budgetUsd)
  assert.isTrue(budget.tryReserve(0.2))
  const pair = { request: request!, run, tokens: { input: 1, output: 1 }, reservedUsd: 0.2 }
  const fiber = yield* Effect.forkChild(
    answerPair(pair, budget).pipe(Effect.provide(scripted), Random.withSeed("replay"))
  )
  yield* TestClock.adjust("30 minutes")
  return { at, answered: yield* Fiber.join(fiber), spent: budget.spentUsd(), run }
})

describe("answerPair", () => {
  it.effect("waits exponentially with full jitter, the same for the same seed", () =>
    Effect.gen(function*() {
      const script = [...Array.from({ length: 5 }, () => fails("server_error")), good]
      const { answered, at } = yield* attempt(script)
      assert.strictEqual(answered.outcome?.attempts, 6)
      assert.strictEqual(answered.outcome?.cost_usd, 0.1)
      const waits = at.slice(1).map((time, i) => time - at[i]!)
      waits.forEach((wait, i) => assert.isAtMost(wait, 0.5 * 2 ** i + 0.001))
      assert.isAbove(Math.max(...waits), 0.5)
      assert.deepStrictEqual((yield* attempt(script)).at, at)
    }))

  it.effect("waits for Retry-After in full", () =>
    Effect.gen(function*() {
      const { at } = yield* attempt([fails("rate_limited", { retryAfterMs: 42_000 }), good])
      assert.isAtLeast(at[1]!, 42)
      assert.isAtMost(at[1]!, 42.5)
    }))

  it.effect("gives up where the provider asks for a wait of hours, and stops the tier", () =>
    Effect.gen(function*() {
      const { answered, at, run } = yield* attempt([fails("rate_limited", { retryAfterMs: 3 * 3_600_000 })])
      assert.strictEqual(at.length, 1)
      assert.include(run.breaker.stopped(), "asks to wait 180 minutes")
      assert.include(answered.outcome?.error, "rate_limited")
    }))

  it.effect("does not retry what cannot succeed, nor more often than allowed", () =>
    Effect.gen(function*() {
      const rejected = yield* attempt([fails("rejected")])
      assert.deepStrictEqual([rejected.at.length, rejected.answered.outcome?.cost_usd], [1, 0])
      const twice = yield* attempt([fails("connection"), fails("connection"), fails("connection")], { max_retries: 2 })
      assert.strictEqual(twice.at.length, 3)
      const unauthorized = yield* attempt([fails("unauthorized")])
      assert.isUndefined(unauthorized.answered.outcome)
    }))

  it.effect("charges failed attempts, also those that no one tells the cost of", () =>
    Effect.gen(function*() {
      const usage = { input_tokens: 50_000, output_tokens: 0 }
      const known = yield* attempt([fails("cut", { usage }), good])
      assert.closeTo(known.answered.outcome!.cost_usd!, 0.15, 1e-12)
      assert.closeTo(known.spent, 0.15, 1e-12)
      const unknown = yield* attempt([fails("stalled"), good])
      assert.strictEqual(unknown.answered.outcome!.cost_usd, 0.1)
      assert.strictEqual(unknown.answered.uncertainUsd, 0.2)
      assert.closeTo(unknown.spent, 0.3, 1e-12)
    }))

  it.effect("makes no attempt more than the budget allows", () =>
    Effect.gen(function*() {
      const { answered, at, spent } = yield* attempt([fails("stalled"), good], { budgetUsd: 0.3 })
      assert.strictEqual(at.length, 1)
      assert.strictEqual(spent, 0.2)
      assert.isUndefined(answered.outcome?.cost_usd)
      assert.include(answered.outcome?.error, "stalled")
    }))

  it.effect("takes the provider's own word on the cost, and none where the usage is unknown", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* attempt([{ ...good, cost_usd: 0.07 }])).answered.outcome?.cost_usd, 0.07)
      const unknown = yield* attempt([{ ...good, usage: undefined }])
      assert.isUndefined(unknown.answered.outcome?.cost_usd)
      assert.strictEqual(unknown.spent, 0.2)
    }))
})
