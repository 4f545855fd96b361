import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"
import { inTiers } from "./Select.ts"
import type { Selected } from "./Selections.ts"
import { readRows } from "./Sql.ts"
import type { TierSummary } from "./Store.ts"

const number = (value: unknown) => typeof value === "number" ? value : null

/** Totals of each tier over the selected requests. */
export const readSummary = Effect.fnUntraced(function*(
  connection: DuckDBConnection,
  selected: Selected,
  tiers: ReadonlyArray<string> | undefined
) {
  const rows = yield* readRows(
    connection,
    "summing up the tiers",
    `WITH answered AS (
       SELECT tier, count(*)::INTEGER AS outcomes, count(error)::INTEGER AS failed,
         avg(cost_usd) AS mean_cost_usd, sum(cost_usd) AS total_cost_usd,
         quantile_cont(latency_ms, [0.5, 0.95]) FILTER (WHERE error IS NULL) AS latency
       FROM ${selected.outcomes} o WHERE ${inTiers("o", tiers)} GROUP BY tier
     ), graded AS (
       SELECT tier, count(*)::INTEGER AS graded, avg(quality) AS mean_quality
       FROM ${selected.grades} g
       WHERE g.effective AND ${inTiers("g", tiers)} GROUP BY tier
     )
     SELECT tier, coalesce(outcomes, 0) AS outcomes, coalesce(failed, 0) AS failed, coalesce(graded, 0) AS graded,
       mean_quality, mean_cost_usd, total_cost_usd, latency[1] AS p50, latency[2] AS p95
     FROM answered FULL JOIN graded USING (tier) ORDER BY tier`
  )
  return rows.map((row): TierSummary => ({
    tier: String(row["tier"]),
    outcomes: Number(row["outcomes"]),
    failed: Number(row["failed"]),
    graded: Number(row["graded"]),
    mean_quality: number(row["mean_quality"]),
    mean_cost_usd: number(row["mean_cost_usd"]),
    total_cost_usd: number(row["total_cost_usd"]),
    latency_p50_ms: number(row["p50"]),
    latency_p95_ms: number(row["p95"])
  }))
})
