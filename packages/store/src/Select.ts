import type { DuckDBConnection } from "@duckdb/node-api"
import { BadInput, type Failure } from "@spillway/domain"
import { Effect } from "effect"
import { literal, readRows, run } from "./Sql.ts"
import type { Selection } from "./Store.ts"
import { badWhere, checkWhere, conditionOf } from "./Where.ts"

/** Errors that say nothing about the condition. */
const notTheCondition = /^(?:INTERRUPT|IO Error|Out of Memory)/i

/** The requests that `where` and `limit` choose, as a query of `request_id` and `ts`. */
const chosen = ({ limit, where }: Selection): string =>
  `SELECT request_id, ts FROM requests ${where === undefined ? "" : `WHERE (\n${conditionOf(where)}\n)`}
   ${limit === undefined ? "" : `ORDER BY ts, request_id LIMIT ${limit}`}`

const checkCount = (source: string, count: number | undefined) =>
  count === undefined || (Number.isInteger(count) && count > 0)
    ? Effect.void
    : Effect.fail(
      new BadInput({ source, problem: `${count} is not a count`, mend: "Give a whole number above 0" })
    )

const checkSelection = Effect.fnUntraced(function*(connection: DuckDBConnection, selection: Selection) {
  yield* checkCount("limit", selection.limit)
  yield* checkCount("sample", selection.sample?.size)
  if (selection.where !== undefined) yield* checkWhere(connection, selection.where)
})

/** Names the condition where DuckDB could not evaluate it. */
const blamingWhere = <A>(
  selection: Selection,
  effect: Effect.Effect<A, Failure>
): Effect.Effect<A, BadInput | Failure> =>
  selection.where === undefined
    ? effect
    : Effect.mapError(effect, (failure) => notTheCondition.test(failure.problem) ? failure : badWhere(failure.problem))

/**
 * Makes the table `name` (`request_id`, `row`) of the selected requests, numbered from 0 by `ts` (unknown last),
 * then `request_id`. A sample is drawn by a hash of its seed and `request_id`: the same whatever the order of the rows.
 * Requests without a grade come in only where those with one are too few: the others can teach nothing yet.
 */
export const selectRequests = Effect.fnUntraced(function*(
  connection: DuckDBConnection,
  name: string,
  selection: Selection | undefined,
  { temporary }: { readonly temporary: boolean }
) {
  const { sample, ...all } = selection ?? {}
  yield* checkSelection(connection, { ...all, sample })
  const drawn = sample === undefined
    ? chosen(all)
    : `FROM (${chosen(all)})
       ORDER BY request_id NOT IN (SELECT g.request_id FROM grades g WHERE g.effective AND ${inTiers("g", all.tiers)}),
         hash('${sample.seed} ' || request_id), request_id LIMIT ${sample.size}`
  yield* blamingWhere(
    all,
    run(
      connection,
      "selecting requests",
      `CREATE ${temporary ? "TEMP " : ""}TABLE ${name} AS
       SELECT request_id, (row_number() OVER (ORDER BY ts, request_id) - 1)::INTEGER AS row FROM (${drawn})
       ORDER BY ts, request_id`
    )
  )
})

/** How many requests `where` and `limit` choose, before a sample is drawn of them. */
export const countRequests = Effect.fnUntraced(function*(
  connection: DuckDBConnection,
  selection: Selection | undefined
) {
  const { sample: _, ...all } = selection ?? {}
  yield* checkSelection(connection, all)
  const [row] = yield* blamingWhere(
    all,
    readRows(connection, "counting requests", `SELECT count(*)::INTEGER AS n FROM (${chosen(all)})`)
  )
  return Number(row!["n"])
})

/** SQL condition that keeps the selected tiers of a table alias. */
export const inTiers = (alias: string, tiers: ReadonlyArray<string> | undefined): string =>
  tiers === undefined
    ? "true"
    : tiers.length === 0
    ? "false"
    : `${alias}.tier IN (${tiers.map(literal).join(", ")})`

/** The tiers as an SQL table `t` of `tier` and its index `k`; there must be one. */
export const tierIndex = (tiers: ReadonlyArray<string>): string =>
  `(VALUES ${tiers.map((tier, k) => `(${literal(tier)}, ${k})`).join(", ")}) AS t(tier, k)`
