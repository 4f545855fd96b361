import { assert, describe, it } from "@effect/vitest"
import { Outcome, Request } from "@spillway/domain"
import { formatTimestamp, layerMemory, Store } from "@spillway/store"
import { Arbitrary, Effect, Schema, Stream } from "effect"
import { inspect } from "node:util"

const Json = Schema.Union([
  Schema.Null,
  Schema.Boolean,
  Schema.Finite,
  Schema.String,
  Schema.Array(Schema.Union([Schema.Finite, Schema.String])),
  Schema.Record(Schema.String, Schema.Union([Schema.Null, Schema.String]))
])

const AnyRequest = Schema.Struct({
  ...Request.fields,
  messages: Schema.Array(Schema.Struct({ role: Schema.NonEmptyString, content: Json })).check(Schema.isMinLength(1)),
  parameters: Schema.optionalKey(Schema.Record(Schema.String, Json)),
  metadata: Schema.optionalKey(Schema.Record(Schema.String, Json)),
  ts: Schema.optionalKey(Schema.Int)
})
const AnyOutcome = Schema.Struct({ ...Outcome.fields, ts: Schema.optionalKey(Schema.Int) })

/** From any whole number, a time in the years 1970 to 2100. */
const timeOf = (n: number) => formatTimestamp(BigInt(n) * 7919n % 4_102_444_800_000_000n & 0xfffffffffffffn)

/** What JSON and UTF-8 can hold: no lone surrogates, no negative zero. */
const storable = (value: unknown): unknown => {
  if (typeof value === "string") return value.toWellFormed()
  if (typeof value === "number") return value + 0
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.toWellFormed(), storable(inner)]))
}

const distinct = <A>(rows: ReadonlyArray<A>, key: (row: A) => string) => [
  ...new Map(rows.map((row) => [key(row), row])).values()
]

const requests = Arbitrary.array(Arbitrary.schema(AnyRequest)).pipe(
  Arbitrary.map((rows) =>
    distinct(
      rows.map(({ ts, ...row }) => storable(ts === undefined ? row : { ...row, ts: timeOf(ts) }) as Request),
      (row) => row.request_id
    )
  )
)
const outcomes = Arbitrary.array(Arbitrary.schema(AnyOutcome)).pipe(
  Arbitrary.map((rows) =>
    distinct(
      rows.map(({ ts, ...row }) => storable(ts === undefined ? row : { ...row, ts: timeOf(ts) }) as Outcome),
      (row) => `${row.request_id}\u0000${row.tier}`
    )
  )
)

/** Rows as text in order of their keys, which a failure shows in full, down to the sign of a zero. */
const shown = <A>(rows: ReadonlyArray<A>, key: (row: A) => string) =>
  inspect(rows.toSorted((a, b) => key(a) < key(b) ? -1 : 1), {
    depth: null,
    maxArrayLength: null,
    maxStringLength: null,
    sorted: true
  })

const options = { arbitrary: { runs: 20 } }

describe("what is put", () => {
  it.effect.prop(
    "comes back, and changes nothing when it is put again: requests",
    [requests],
    ([rows]) =>
      Effect.gen(function*() {
        const store = yield* Store
        assert.deepStrictEqual(yield* store.putRequests(rows), { inserted: rows.length, updated: 0, unchanged: 0 })
        const digest = yield* store.digest()
        assert.deepStrictEqual(yield* store.putRequests(rows), { inserted: 0, updated: 0, unchanged: rows.length })
        assert.strictEqual(yield* store.digest(), digest)
        const read = (yield* Stream.runCollect(store.requests())).flat()
        assert.strictEqual(shown(read, (row) => row.request_id), shown(rows, (row) => row.request_id))
      }).pipe(Effect.provide(layerMemory, { local: true })),
    options
  )

  it.effect.prop(
    "comes back, and changes nothing when it is put again: outcomes",
    [outcomes],
    ([rows]) =>
      Effect.gen(function*() {
        const store = yield* Store
        const ids = new Set(rows.map((row) => row.request_id))
        yield* store.putRequests(
          [...ids].map((request_id) => ({ request_id, task: "t", messages: [{ role: "user" }] }))
        )
        assert.deepStrictEqual(yield* store.putOutcomes(rows), { inserted: rows.length, updated: 0, unchanged: 0 })
        const digest = yield* store.digest()
        assert.deepStrictEqual(yield* store.putOutcomes(rows), { inserted: 0, updated: 0, unchanged: rows.length })
        assert.strictEqual(yield* store.digest(), digest)
        const read = (yield* Stream.runCollect(store.outcomes())).flat()
        const key = (row: Outcome) => `${row.request_id}\u0000${row.tier}`
        assert.strictEqual(shown(read, key), shown(rows, key))
      }).pipe(Effect.provide(layerMemory, { local: true })),
    options
  )
})
