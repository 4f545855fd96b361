import type { Dataset } from "./data/Dataset.ts"
import type { Candidate } from "./portfolio/Frontier.ts"
import { evaluatePlan } from "./search/EvaluatePlan.ts"
import type { IndexedPlan } from "./search/IndexedPlan.ts"
import type { Predictions, SearchProblem } from "./search/SearchProblem.ts"
import { clusterBootstrap } from "./statistics/ClusterBootstrap.ts"
import { groupRows } from "./statistics/Groups.ts"
import { quantiles } from "./statistics/Quantile.ts"

/** What a plan did with each of some rows; position i belongs to `rows[i]`. */
export interface PlanOutcomes {
  readonly quality: Float64Array
  readonly costUsd: Float64Array
  /** Sum over the calls; NaN where one is unknown. */
  readonly latencyMs: Float64Array
  /** Tier of the accepted answer. */
  readonly accepted: Uint8Array
  readonly shares: Float64Array
}

/** Runs a plan over rows by recorded outcomes. `problem` and `predictions` are those of the rows. */
export const measurePlan = (
  data: Dataset,
  rows: Uint32Array,
  problem: SearchProblem,
  predictions: Predictions,
  plan: IndexedPlan
): PlanOutcomes => {
  const { rows: result, shares } = evaluatePlan(problem, plan, predictions)
  const latencyMs = new Float64Array(rows.length)
  for (let k = 0; k < data.tiers.length; k++) {
    const latency = data.latencyMs[k]!
    rows.forEach((row, i) => {
      if ((result.called[i]! & (1 << k)) !== 0) latencyMs[i]! += latency[row]!
    })
  }
  return { quality: result.quality, costUsd: result.cost, latencyMs, accepted: result.accepted, shares }
}

/** Mean quality and cost with 95 % cluster-bootstrap intervals, latency percentiles and tier shares. */
export const summarize = (data: Dataset, rows: Uint32Array, outcomes: PlanOutcomes, seed: number) => {
  const groups = groupRows(rows.length, Uint32Array.from(rows, (row) => data.group[row]!))
  const [quality, cost] = clusterBootstrap({
    columns: [outcomes.quality, outcomes.costUsd],
    groups,
    statistics: (means) => means,
    seed,
    resamples: RESAMPLES,
    method: "percentile"
  })
  const known = outcomes.latencyMs.some((ms) => !Number.isNaN(ms))
  const [p50, p95] = known ? quantiles(outcomes.latencyMs, [0.5, 0.95]) : [null, null]
  return {
    quality: quality!.estimate,
    quality_interval: finite([quality!.low, quality!.high], [0, 1]),
    cost_usd: cost!.estimate,
    cost_interval: finite([cost!.low, cost!.high], [0, cost!.estimate]),
    latency_p50_ms: p50!,
    latency_p95_ms: p95!,
    shares: Object.fromEntries(data.tiers.map((tier, k) => [tier, outcomes.shares[k]!]))
  }
}

const RESAMPLES = 400

/** An interval from a single group is infinite; a table can only hold the range that is possible. */
const finite = (interval: readonly [number, number], range: readonly [number, number]): readonly [number, number] => [
  Number.isFinite(interval[0]) ? interval[0] : range[0],
  Number.isFinite(interval[1]) ? interval[1] : range[1]
]

/**
 * Names of operating points from the cheapest to the flagship: `cheapest`, `cost-<percent of the flagship's cost>`,
 * `flagship`.
 */
export const pointNames = (candidates: ReadonlyArray<Candidate>, flagship: number): ReadonlyArray<string> => {
  const isSingle = (c: Candidate, tier: number) => c.plan.kind === "single" && c.plan.entry.tiers[0] === tier
  const dear = candidates.find((c) => isSingle(c, flagship))!.cost
  const taken = new Set<string>()
  return candidates.map((c) => {
    if (isSingle(c, flagship)) return "flagship"
    if (isSingle(c, 0)) return "cheapest"
    const percent = 100 * c.cost / dear
    let digits = 0
    const name = () => `cost-${percent.toFixed(digits).padStart(2, "0")}`
    while (taken.has(name())) digits += 1
    taken.add(name())
    return name()
  })
}
