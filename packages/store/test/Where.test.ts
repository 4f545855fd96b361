import { assert, describe, it } from "@effect/vitest"
import { layerMemory, Store } from "@spillway/store"
import { Effect } from "effect"

const rows = ["a", "b", "c"].map((id, i) => ({
  request_id: id,
  task: i === 0 ? "code" : "support",
  messages: [{ role: "user", content: id }],
  ts: `2026-01-0${i + 1}T00:00:00Z`,
  metadata: { split: i === 2 ? "test" : "train", size: i, more: { lang: ["en", "de", "fr"][i]!, last: i === 2 } }
}))

const filled = Effect.gen(function*() {
  const store = yield* Store
  yield* store.putRequests(rows)
  yield* store.putOutcomes([{ request_id: "a", tier: "small" }])
  return store
})

describe("where", () => {
  it.effect.each([
    ["metadata->>'split' = 'test'", ["c"]],
    ["task = 'code' OR (metadata->>'size')::int = 1", ["a", "b"]],
    ["task <> 'code' AND metadata->>'split' = 'test'", ["c"]],
    ["NOT metadata ->> 'split' = 'test'", ["a", "b"]],
    ["task = 'support' AND metadata->'more'->>'lang' IN ('de', 'fr')", ["b", "c"]],
    ["task = 'support' AND metadata.split = 'train'", ["b"]],
    ["metadata.split <> 'train' OR metadata.more.lang LIKE 'e%'", ["a", "c"]],
    ["metadata.split IN ('test', 'dev') AND metadata.size > 1", ["c"]],
    ["metadata.size >= 1 AND NOT metadata.more.last", ["b"]],
    ["request_id = 'a' AND 'metadata.split = ''x''' <> 'y' /* metadata.split = 'z' */", ["a"]],
    ["ts >= '2026-01-02'", ["b", "c"]],
    ["request_id IN (SELECT request_id FROM outcomes)", ["a"]],
    ["task LIKE 'sup%' -- a comment", ["b", "c"]],
    ["(true) AND (task <> 'code')", ["b", "c"]],
    ["json_extract_string(messages, '$[0].content') = 'b'", ["b"]],
    ["request_id IN (SELECT unnest(['a', 'c']))", ["a", "c"]],
    ["false", []]
  ])("selects by %s", ([where, expected]) =>
    Effect.gen(function*() {
      const store = yield* filled
      const matrix = yield* store.matrix({ where: where as string })
      assert.deepStrictEqual(matrix.requestIds, expected as Array<string>)
    }).pipe(Effect.provide(layerMemory)))

  it.effect.each([
    "1); DROP TABLE requests; --",
    "true); DELETE FROM requests WHERE (true",
    "true; DROP TABLE requests",
    "true) UNION SELECT request_id, 0 FROM outcomes WHERE (true",
    "true) GROUP BY (request_id",
    "true), (true",
    "true) FROM outcomes WHERE (true",
    "true) LIMIT (1",
    "1=1) or (1=1",
    "(DELETE FROM requests RETURNING true)",
    "(SELECT true FROM query('SELECT 1'))",
    "EXISTS (SELECT * FROM read_csv('/etc/passwd'))",
    "EXISTS (FROM checkpoint())",
    "",
    "-- nothing",
    "task = = 'code'",
    "no_such_column = 1",
    "count(*) > 1",
    "metadata->>'size' > 'x'::int",
    "row_number() OVER () = 1"
  ])("refuses %s, and changes nothing", (where) =>
    Effect.gen(function*() {
      const store = yield* filled
      const error = yield* Effect.flip(store.matrix({ where }))
      assert.strictEqual(error._tag, "BadInput")
      assert.match(error.message, /^where: .+ Give one SQL condition/s)
      assert.deepStrictEqual(yield* store.counts, { requests: 3, outcomes: 1, grades: 0, tasks: 2 })
      assert.strictEqual((yield* store.matrix()).requestIds.length, 3)
    }).pipe(Effect.provide(layerMemory)))

  it.effect("ends DuckDB's own sentence once", () =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip((yield* filled).matrix({ where: "no_such_column = 1" }))
      assert.notMatch(message, /[.!]\. Give/)
    }).pipe(Effect.provide(layerMemory)))

  it.effect("refuses a limit that is no count", () =>
    Effect.gen(function*() {
      const store = yield* filled
      for (const limit of [0, -1, 1.5, Number.NaN]) {
        assert.strictEqual((yield* Effect.flip(store.summary({ limit })))._tag, "BadInput")
      }
    }).pipe(Effect.provide(layerMemory)))
})
