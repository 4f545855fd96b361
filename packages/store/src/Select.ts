import type { DuckDBConnection } from "@duckdb/node-api"
import { BadInput } from "@spillway/domain"
import { Effect } from "effect"
import { literal, run } from "./Sql.ts"
import type { Selection } from "./Store.ts"
import { badWhere, checkWhere } from "./Where.ts"

/** Errors that say nothing about the condition. */
const notTheCondition = /^(?:INTERRUPT|IO Error|Out of Memory)/i

/**
 * Makes the temporary table `name` (`request_id`, `row`) of the selected requests, numbered from 0 by `ts` (unknown last),
 * then `request_id`.
 */
export const selectRequests = Effect.fnUntraced(function*(
  connection: DuckDBConnection,
  name: string,
  selection: Selection | undefined
) {
  const { limit, where } = selection ?? {}
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    return yield* new BadInput({
      source: "limit",
      problem: `${limit} is not a count`,
      mend: "Give a whole number above 0"
    })
  }
  if (where !== undefined) yield* checkWhere(connection, where)
  const made = run(
    connection,
    "selecting requests",
    `CREATE TEMP TABLE ${name} AS
     SELECT request_id, (row_number() OVER (ORDER BY ts, request_id) - 1)::INTEGER AS row
     FROM requests ${where === undefined ? "" : `WHERE (\n${where}\n)`}
     ORDER BY ts, request_id ${limit === undefined ? "" : `LIMIT ${limit}`}`
  )
  yield* where === undefined
    ? made
    : Effect.mapError(made, (failure) => notTheCondition.test(failure.problem) ? failure : badWhere(failure.problem))
})

/** SQL condition that keeps the selected tiers of a table alias. */
export const inTiers = (alias: string, tiers: ReadonlyArray<string> | undefined): string =>
  tiers === undefined
    ? "true"
    : tiers.length === 0
    ? "false"
    : `${alias}.tier IN (${tiers.map(literal).join(", ")})`
