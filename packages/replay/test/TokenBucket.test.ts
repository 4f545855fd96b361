import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { makeTokenBucket } from "../src/TokenBucket.ts"

/** Milliseconds from now at which each of `takes` passed. */
const passed = (perMinute: number | undefined, takes: ReadonlyArray<number>) =>
  Effect.gen(function*() {
    const bucket = yield* makeTokenBucket(perMinute)
    const started = yield* Clock.currentTimeMillis
    const fiber = yield* Effect.forkChild(
      Effect.forEach(takes, (amount) => Effect.andThen(bucket.take(amount), Clock.currentTimeMillis), {
        concurrency: "unbounded"
      })
    )
    yield* TestClock.adjust("10 minutes")
    return (yield* Fiber.join(fiber)).map((at) => at - started)
  })

describe("TokenBucket", () => {
  it.effect("spaces calls out after a burst of one second's worth", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* passed(60, [1, 1, 1]), [0, 1000, 2000])
      assert.deepStrictEqual(yield* passed(120, [1, 1, 1, 1]), [0, 0, 500, 1000])
    }))
  it.effect("lets a call through that is larger than the bucket, and the next ones wait it off", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* passed(6000, [500, 100]), [0, 5000])
    }))
  it.effect("has no limit where none is set", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* passed(undefined, [1e9, 1e9]), [0, 0])
    }))
  it.effect("takes back what was not used", () =>
    Effect.gen(function*() {
      const bucket = yield* makeTokenBucket(6000)
      yield* bucket.take(100)
      bucket.give(50)
      const fiber = yield* Effect.forkChild(Effect.andThen(bucket.take(100), Clock.currentTimeMillis))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Fiber.join(fiber), 500)
    }))
})
