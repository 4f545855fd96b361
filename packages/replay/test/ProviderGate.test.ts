import { assert, describe, it } from "@effect/vitest"
import { CompletionError } from "@spillway/providers"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { makeProviderGate } from "../src/ProviderGate.ts"

const provider = { protocol: "openai", base_url: "http://127.0.0.1:1/v1", concurrency: 4 } as const
const limited = (retryAfterMs?: number) =>
  new CompletionError({
    reason: "rate_limited",
    detail: "slow down",
    ...(retryAfterMs === undefined ? {} : { retryAfterMs })
  })

/** Most calls at once, and the end of the last, of `count` calls of one second. */
const run = Effect.fnUntraced(function*(gate: Effect.Success<ReturnType<typeof makeProviderGate>>, count: number) {
  let now = 0
  let most = 0
  const call = Effect.gen(function*() {
    now += 1
    most = Math.max(most, now)
    yield* Effect.sleep("1 second")
    now -= 1
    return yield* Clock.currentTimeMillis
  })
  const started = yield* Clock.currentTimeMillis
  const fiber = yield* Effect.forkChild(
    Effect.forEach(Array.from({ length: count }), () => gate.pass(1, call), { concurrency: "unbounded" })
  )
  yield* TestClock.adjust("2 minutes")
  const ends = yield* Fiber.join(fiber)
  return { most, seconds: (Math.max(...ends) - started) / 1000 }
})

describe("ProviderGate", () => {
  it.effect("keeps the concurrency", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* run(yield* makeProviderGate(provider), 8), { most: 4, seconds: 2 })
    }))

  it.effect("pauses everyone for Retry-After and halves the concurrency, once per limit told", () =>
    Effect.gen(function*() {
      const gate = yield* makeProviderGate(provider)
      yield* gate.failed(limited(5000), 100)
      yield* gate.failed(limited(3000), 100)
      assert.deepStrictEqual(yield* run(gate, 4), { most: 2, seconds: 7 })
      yield* gate.failed(limited(), 1000)
      assert.deepStrictEqual(yield* run(gate, 2), { most: 1, seconds: 3 })
      yield* gate.failed(limited(), 0)
      assert.deepStrictEqual(yield* run(gate, 2), { most: 1, seconds: 2 })
    }))

  it.effect("lets more through again as answers come", () =>
    Effect.gen(function*() {
      const gate = yield* makeProviderGate(provider)
      yield* gate.failed(limited(0), 0)
      const answers = (count: number) =>
        Effect.forEach(Array.from({ length: count }), () => gate.answered(undefined, 1, 1), { discard: true })
      yield* answers(2)
      assert.strictEqual((yield* run(gate, 8)).most, 3)
      yield* answers(20)
      assert.strictEqual((yield* run(gate, 8)).most, 4)
    }))

  it.effect("waits for the reset that the headers tell of", () =>
    Effect.gen(function*() {
      const gate = yield* makeProviderGate(provider)
      const limits = { remainingRequests: 0, remainingTokens: 10, resetRequestsMs: 4000, resetTokensMs: 9000 }
      yield* gate.answered(limits, 1, 5)
      assert.strictEqual((yield* run(gate, 1)).seconds, 5)
      yield* gate.answered(limits, 1, 11)
      assert.strictEqual((yield* run(gate, 1)).seconds, 10)
    }))

  it.effect("does not pause for other failures", () =>
    Effect.gen(function*() {
      const gate = yield* makeProviderGate(provider)
      yield* gate.failed(new CompletionError({ reason: "server_error", detail: "oops" }), 5000)
      assert.deepStrictEqual(yield* run(gate, 4), { most: 4, seconds: 1 })
    }))
})
