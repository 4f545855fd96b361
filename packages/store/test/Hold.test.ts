import { assert, describe, it } from "@effect/vitest"
import type { Grade, Outcome, Request } from "@spillway/domain"
import { layerMemory, type Selection, Store } from "@spillway/store"
import { Effect, Stream } from "effect"

const COUNT = 500

const requests = Array.from({ length: COUNT }, (_, i): Request => ({
  request_id: `r${i}`,
  task: i % 4 === 0 ? "code" : "chat",
  messages: [{ role: "user", content: `question ${i}` }],
  ts: new Date(Date.UTC(2026, 0) + i * 1_000).toISOString()
}))
const outcomes = requests.flatMap(({ request_id }, i) =>
  ["small", "large"].map((tier): Outcome => ({
    request_id,
    tier,
    output: `answer of ${tier} to ${request_id}`,
    usage: { input_tokens: 100, cached_input_tokens: i % 3, output_tokens: 10 },
    cost_usd: i / 1_000,
    latency_ms: 10 + i,
    signals: { margin: i / COUNT }
  }))
)
const grades = outcomes.map(({ request_id, tier }, i): Grade => ({ request_id, tier, grader: "exact", quality: i % 2 }))

const stored = <A, E, R>(use: (store: Store["Service"]) => Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const store = yield* Store
    yield* store.putRequests(requests)
    yield* store.putOutcomes(outcomes)
    yield* store.putGrades(grades)
    return yield* use(store)
  }).pipe(Effect.scoped, Effect.provide(layerMemory, { local: true }))

/** All that can be read of a selection. */
const readAll = (store: Store["Service"], selection: Selection) =>
  Effect.all({
    matrix: store.matrix(selection),
    digest: store.digest(selection),
    summary: store.summary(selection),
    requests: Stream.runCollect(store.requests(selection)),
    outcomes: Stream.runCollect(store.outcomes(selection)),
    answers: Stream.runCollect(store.answers(["large", "small"], selection)),
    cachedInput: Effect.map(
      Stream.runCollect(store.cachedInput(["small"], selection)),
      (chunks) => chunks.flatMap(({ row, tokens }) => Array.from(row, (r, j) => `${r} ${tokens[j]}`)).toSorted()
    )
  }, { concurrency: "unbounded" })

/** Tables of selections that are still there. */
const left = (store: Store["Service"]) =>
  Effect.map(
    store.query("SELECT table_name AS name FROM duckdb_tables() WHERE table_name LIKE 'selected%'"),
    (rows) => rows.map(({ name }) => name)
  )

const selections: ReadonlyArray<Selection> = [
  { sample: { size: 40, seed: 1 } },
  { sample: { size: 400, seed: 1 } },
  { sample: { size: 40, seed: 2 }, where: "task = 'code'", tiers: ["small"] },
  { limit: 7 },
  {}
]

describe("a held selection", () => {
  it.effect("reads as it does without, be it copied or not, and leaves nothing behind", () =>
    stored((store) =>
      Effect.gen(function*() {
        for (const selection of selections) {
          const plain = yield* readAll(store, selection)
          const held = yield* Effect.scoped(Effect.andThen(store.hold(selection), readAll(store, selection)))
          assert.deepStrictEqual(held, plain, JSON.stringify(selection))
        }
        assert.deepStrictEqual(yield* left(store), [])
      })
    ))

  it.effect("stays as it was drawn, also within a transaction, until its scope ends", () =>
    stored((store) =>
      Effect.gen(function*() {
        const selection: Selection = { sample: { size: 40, seed: 1 } }
        const before = yield* store.matrix(selection)
        const ungraded = outcomes.map(({ request_id, tier }) => ({ request_id, tier, grader: "later", quality: 0.5 }))
        yield* Effect.scoped(Effect.gen(function*() {
          yield* store.hold(selection)
          yield* store.hold(selection)
          yield* store.putGrades(ungraded)
          assert.deepStrictEqual(yield* store.matrix(selection), before)
          assert.deepStrictEqual(yield* store.transaction(store.matrix(selection)), before)
        }))
        const { quality } = yield* store.matrix(selection)
        assert.isTrue(quality.every((column) => column.every((q) => q === 0.5)))
      })
    ))

  it.effect("fails as its reads would", () =>
    stored((store) =>
      Effect.gen(function*() {
        assert.include((yield* Effect.flip(store.hold({ where: "nothing = 1" }))).message, "where")
        assert.deepStrictEqual(yield* left(store), [])
      })
    ))
})
