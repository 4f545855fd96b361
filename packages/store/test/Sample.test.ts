import { assert, describe, it } from "@effect/vitest"
import type { Outcome, Request } from "@spillway/domain"
import { layerMemory, type Selection, Store } from "@spillway/store"
import { Effect, Stream } from "effect"

const COUNT = 4_000
const SIZE = 1_000

const requests = Array.from({ length: COUNT }, (_, i): Request => ({
  request_id: `r${i}`,
  task: i % 4 === 0 ? "code" : "chat",
  messages: [{ role: "user", content: `question ${i}` }],
  ts: new Date(Date.UTC(2026, 0) + i * 1_000).toISOString()
}))
const outcomes = requests.map(({ request_id }): Outcome => ({
  request_id,
  tier: "small",
  output: `answer ${request_id}`
}))

const reading = <A, E>(
  use: (store: Store["Service"]) => Effect.Effect<A, E>,
  rows: ReadonlyArray<Request> = requests
) =>
  Effect.gen(function*() {
    const store = yield* Store
    yield* store.putRequests(rows)
    yield* store.putOutcomes(outcomes)
    return yield* use(store)
  }).pipe(Effect.provide(layerMemory, { local: true }))

const sample = (seed: number, more: Selection = {}): Selection => ({ ...more, sample: { size: SIZE, seed } })

describe("a sample", () => {
  it.effect("is the same whatever the order of writing, and another for another seed", () =>
    Effect.gen(function*() {
      const drawn = (seed: number, rows?: ReadonlyArray<Request>) =>
        reading((store) => Effect.map(store.matrix(sample(seed)), (matrix) => matrix.requestIds), rows)
      const first = yield* drawn(1)
      assert.strictEqual(new Set(first).size, SIZE)
      assert.deepStrictEqual(yield* drawn(1, requests.toReversed()), first)
      const other = new Set(yield* drawn(2))
      // Of 1,000 drawn twice from 4,000, 250 are expected in both; the bound is five standard deviations away.
      assert.closeTo(first.filter((id) => other.has(id)).length, 250, 60)
    }))

  it.effect("is even over time and in order of time", () =>
    reading((store) =>
      Effect.gen(function*() {
        const { requestIds, ts } = yield* store.matrix(sample(1))
        assert.deepStrictEqual(ts, ts.toSorted())
        const quarters = [0, 0, 0, 0]
        for (const id of requestIds) quarters[Math.floor(4 * Number(id.slice(1)) / COUNT)]! += 1
        for (const count of quarters) assert.closeTo(count, SIZE / 4, 60)
      })
    ))

  it.effect("is the same for every read", () =>
    reading((store) =>
      Effect.gen(function*() {
        const { requestIds } = yield* store.matrix(sample(7))
        const read = (yield* Stream.runCollect(store.requests(sample(7)))).flat()
        assert.deepStrictEqual(read.map((request) => request.request_id), requestIds)
        const answers = yield* Stream.runCollect(store.answers(["small"], sample(7)))
        assert.deepStrictEqual(
          answers.flatMap(({ output, row }) => output.map((text, j) => `${row[j]} ${text}`)),
          requestIds.map((id, row) => `${row} answer ${id}`)
        )
        assert.notStrictEqual(yield* store.digest(sample(7)), yield* store.digest(sample(8)))
      })
    ))

  it.effect("is drawn of what the condition and the limit choose", () =>
    reading((store) =>
      Effect.gen(function*() {
        const code = yield* store.matrix({ where: "task = 'code'", sample: { size: 100, seed: 1 } })
        assert.strictEqual(code.requestIds.length, 100)
        assert.deepStrictEqual(code.tasks, ["code"])
        const early = yield* store.matrix({ limit: 10, sample: { size: 5, seed: 1 } })
        assert.strictEqual(early.requestIds.length, 5)
        assert.isTrue(early.requestIds.every((id) => Number(id.slice(1)) < 10))
        const all = yield* store.matrix({ sample: { size: COUNT + 1, seed: 1 } })
        assert.deepStrictEqual(all.requestIds, (yield* store.matrix()).requestIds)
      })
    ))

  it.effect("is drawn of graded requests first", () =>
    reading((store) =>
      Effect.gen(function*() {
        const graded = requests.filter((_, i) => i % 5 === 0).map(({ request_id }) => request_id)
        yield* store.putGrades(graded.map((request_id) => ({ request_id, tier: "small", grader: "exact", quality: 1 })))
        const drawn = (size: number, tiers?: ReadonlyArray<string>) =>
          Effect.map(store.matrix({ tiers, sample: { size, seed: 1 } }), ({ requestIds }) => new Set(requestIds))
        const share = (ids: ReadonlySet<string>) => graded.filter((id) => ids.has(id)).length / ids.size
        assert.strictEqual(share(yield* drawn(500)), 1)
        const many = yield* drawn(SIZE)
        assert.strictEqual(many.size, SIZE)
        assert.strictEqual(share(many), graded.length / SIZE)
        assert.isBelow(share(yield* drawn(500, ["other"])), 0.5)
      })
    ))

  it.effect("is counted before it is drawn", () =>
    reading((store) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* store.count(), COUNT)
        assert.strictEqual(yield* store.count(sample(1)), COUNT)
        assert.strictEqual(yield* store.count(sample(1, { where: "task = 'code'" })), COUNT / 4)
        assert.strictEqual(yield* store.count({ where: "task = 'code'", limit: 3 }), 3)
      })
    ))

  it.effect("needs a size, and a condition that holds", () =>
    reading((store) =>
      Effect.gen(function*() {
        for (const size of [0, -1, 1.5, Number.NaN]) {
          const error = yield* Effect.flip(store.matrix({ sample: { size, seed: 1 } }))
          assert.include(error.message, "sample")
        }
        assert.include((yield* Effect.flip(store.count({ where: "nothing = 1" }))).message, "where")
      })
    ))
})
