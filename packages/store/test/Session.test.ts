import { assert, describe, it } from "@effect/vitest"
import { layerMemory, Store } from "@spillway/store"
import { Deferred, Effect, Fiber, Stream } from "effect"

const request = (i: number) => ({ request_id: `r${i}`, task: "t", messages: [{ role: "user", content: "x" }] })
const requests = Effect.flatMap(Store, (store) => Effect.map(store.counts, (counts) => counts.requests))

describe("transaction", () => {
  it.effect("writes all or nothing", () =>
    Effect.gen(function*() {
      const store = yield* Store
      const failed = store.transaction(Effect.gen(function*() {
        yield* store.putRequests([request(1)])
        assert.strictEqual(yield* requests, 1)
        const read = yield* Stream.runCollect(store.requests())
        assert.deepStrictEqual(read.flat(), [request(1)])
        return yield* Effect.fail("stop")
      }))
      assert.strictEqual(yield* Effect.flip(failed), "stop")
      assert.strictEqual(yield* requests, 0)
      yield* store.transaction(store.transaction(store.putRequests([request(1)])))
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(layerMemory)))

  it.effect("hides its writes from others until it commits, and makes other writes wait", () =>
    Effect.gen(function*() {
      const store = yield* Store
      const wrote = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const first = yield* Effect.forkChild(store.transaction(Effect.gen(function*() {
        yield* store.putRequests([request(1)])
        yield* Deferred.succeed(wrote, undefined)
        yield* Deferred.await(go)
        yield* store.putRequests([request(2)])
      })))
      yield* Deferred.await(wrote)
      const second = yield* Effect.forkChild(store.putRequests([request(2), request(3)]))
      assert.strictEqual(yield* requests, 0)
      yield* Deferred.succeed(go, undefined)
      yield* Fiber.join(first)
      assert.deepStrictEqual(yield* Fiber.join(second), { inserted: 1, updated: 0, unchanged: 1 })
      assert.strictEqual(yield* requests, 3)
    }).pipe(Effect.provide(layerMemory)))

  it.effect("lets fibers within it write side by side", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.transaction(
        Effect.forEach([1, 2, 3, 4], (i) => store.putRequests([request(i)]), { concurrency: "unbounded" })
      )
      assert.strictEqual(yield* requests, 4)
    }).pipe(Effect.provide(layerMemory)))

  it.effect("rolls back when it is interrupted", () =>
    Effect.gen(function*() {
      const store = yield* Store
      const wrote = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(store.transaction(
        store.putRequests([request(1)]).pipe(
          Effect.andThen(Deferred.succeed(wrote, undefined)),
          Effect.andThen(Effect.never)
        )
      ))
      yield* Deferred.await(wrote)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* requests, 0)
      assert.deepStrictEqual(yield* store.putRequests([request(1)]), { inserted: 1, updated: 0, unchanged: 0 })
    }).pipe(Effect.provide(layerMemory)))
})

describe("reads", () => {
  it.live("stops DuckDB when it is interrupted", () =>
    Effect.gen(function*() {
      const store = yield* Store
      const endless = store.query("SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 7")
      const start = performance.now()
      yield* Effect.timeoutOption(endless, "200 millis")
      assert.isBelow(performance.now() - start, 5000)
      assert.strictEqual(yield* requests, 0)
    }).pipe(Effect.provide(layerMemory)))

  it.effect("streams a snapshot while others write", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests(Array.from({ length: 5000 }, (_, i) => request(i)))
      const sizes: Array<number> = []
      yield* Stream.runForEach(store.requests(), (chunk) => {
        sizes.push(chunk.length)
        return store.putRequests([request(10_000 + sizes.length)])
      })
      assert.strictEqual(sizes.reduce((sum, size) => sum + size), 5000)
      assert.isAtMost(Math.max(...sizes), 2048)
      assert.strictEqual(yield* requests, 5000 + sizes.length)
    }).pipe(Effect.provide(layerMemory)))

  it.effect("runs queries with parameters to plain rows", () =>
    Effect.gen(function*() {
      const store = yield* Store
      const rows = yield* store.query(
        "SELECT $a || 'x' AS a, $b + 1 AS b, $c IS NULL AS c, 5::BIGINT AS d, [1::BIGINT] AS e, TIMESTAMP '2026-01-01' AS f",
        { a: "it's", b: 1.5, c: null }
      )
      assert.deepStrictEqual(rows, [{ a: "it'sx", b: 2.5, c: true, d: 5, e: [1], f: "2026-01-01T00:00:00.000Z" }])
      const error = yield* Effect.flip(store.query("SELEC 1"))
      assert.strictEqual(error._tag, "Failure")
      assert.match(error.message, /running a query: Parser Error: syntax error/)
    }).pipe(Effect.provide(layerMemory)))
})
