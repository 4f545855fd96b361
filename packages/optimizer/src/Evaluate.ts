import { BadInput, type Failure, type OperatingPoint, type Plan, type RoutingTable } from "@spillway/domain"
import type { Store } from "@spillway/store"
import { Effect } from "effect"
import { applyTable } from "./ApplyTable.ts"
import { baselines, oracleFrontier } from "./Baselines.ts"
import type { Dataset } from "./data/Dataset.ts"
import { loadDataset } from "./data/LoadDataset.ts"
import { measurePoint, type PlanOutcomes, summarize } from "./Measure.ts"
import type { Baseline, FrontierPoint, Interval } from "./OptimizeReport.ts"
import { predictionsOf, problemOf } from "./portfolio/Columns.ts"
import type { IndexedPlan } from "./search/IndexedPlan.ts"
import { clusterBootstrap } from "./statistics/ClusterBootstrap.ts"
import { groupRows } from "./statistics/Groups.ts"

/** An operating point of a table on recorded outcomes. */
export interface EvaluatedPoint extends FrontierPoint {
  /** Paired difference to the flagship, 95 % cluster-bootstrap interval. */
  readonly quality_difference_interval: Interval
  readonly saving_interval: Interval
  /** USD per request above the cheapest point whose quality on these rows keeps the table's floor; null below the floor. */
  readonly regret_usd: number | null
}

/** A table measured on recorded outcomes. */
export interface Evaluation {
  readonly requests: number
  readonly default_point: string
  readonly frontier: ReadonlyArray<EvaluatedPoint>
  readonly baselines: ReadonlyArray<Baseline>
  readonly oracle: ReadonlyArray<{ readonly cost_usd: number; readonly quality: number }>
  /** Whether the default point kept the table's objective on these rows, by its measured means. */
  readonly objective_met: boolean
  readonly warnings: ReadonlyArray<string>
}

/** Applies a table to recorded outcomes of the selected requests: every operating point on every request. */
export const evaluate = Effect.fnUntraced(function*(
  table: RoutingTable,
  options: { readonly where?: string | undefined; readonly seed: number }
): Effect.fn.Return<Evaluation, BadInput | Failure, Store> {
  const tiers = table.tiers.map((tier) => tier.name)
  const { data: loaded, warnings } = yield* loadDataset({
    where: options.where,
    tiers,
    flagship: table.flagship,
    hashBits: table.features.hash_bits
  })
  const missing = tiers.filter((tier) => !loaded.tiers.includes(tier))
  if (missing.length > 0) {
    return yield* new BadInput({
      source: "database",
      field: missing.join(", "),
      problem: "too few graded outcomes to evaluate the table on",
      mend: "Replay and grade these tiers first"
    })
  }
  const data = inTableOrder(loaded, tiers)
  const rows = Uint32Array.from({ length: data.n }, (_, row) => row)
  const columns = applyTable(data, table, rows)
  const measured = table.points.map((point) => ({
    name: point.name,
    outcomes: measureNamed(data, columns, rows, point)
  }))
  const flagship = measured.find((p) => p.name === "flagship")!
  const served = measured.find((p) => p.name === table.default_point)!
  const summaries = measured.map((p) => ({ ...p, summary: summarize(data, rows, p.outcomes, options.seed) }))
  const floor = (table.objective.floor ?? 0) * mean(flagship.outcomes.quality)
  const feasible = summaries.filter((p) => p.summary.quality >= Math.max(floor, table.objective.absolute_floor ?? 0))
  const cheapest = Math.min(...feasible.map((p) => p.summary.cost_usd))
  return {
    requests: data.n,
    default_point: table.default_point,
    frontier: summaries.map(({ name, outcomes, summary }, i) => ({
      name,
      ...summary,
      lower_bound: table.points[i]!.expected.lower_bound,
      ...paired(data, outcomes, flagship.outcomes, options.seed),
      regret_usd: feasible.some((p) => p.name === name) ? summary.cost_usd - cheapest : null
    })),
    baselines: baselines(data, rows, rows, mean(served.outcomes.costUsd)),
    oracle: oracleFrontier(data, rows),
    objective_met: feasible.some((p) => p.name === table.default_point),
    warnings
  }
})

const measureNamed = (
  data: Dataset,
  columns: ReturnType<typeof applyTable>,
  rows: Uint32Array,
  point: OperatingPoint
): PlanOutcomes => {
  const score = point.plans.flatMap(({ plan }) => plan.stages)[0]?.score ?? "confidence"
  return measurePoint(
    data,
    rows,
    problemOf(columns, rows, score, "labels"),
    predictionsOf(columns, rows),
    point.name,
    point.plans.map(({ plan, share }) => ({ share, plan: indexedPlan(data, plan) }))
  )
}

/** A plan by tier index. */
const indexedPlan = (data: Dataset, plan: Plan): IndexedPlan => {
  const index = (tier: string) => data.tiers.indexOf(tier)
  const stages: Array<IndexedPlan["stages"][number]> = data.tiers.map(() => undefined)
  for (const { edges, next, tier } of plan.stages) {
    stages[index(tier)] = { edges, next: next.map((t) => t === null ? null : index(t)) }
  }
  return { kind: plan.kind, entry: { lambda: plan.entry.lambda, tiers: plan.entry.tiers.map(index) }, stages }
}

/** The dataset with its tiers in the table's order, which is that of costs when it was made. */
const inTableOrder = (data: Dataset, tiers: ReadonlyArray<string>): Dataset => {
  const from = tiers.map((tier) => data.tiers.indexOf(tier))
  const pick = <A>(columns: ReadonlyArray<A>) => from.map((k) => columns[k]!)
  return {
    ...data,
    tiers,
    flagship: from.indexOf(data.flagship),
    quality: pick(data.quality),
    costUsd: pick(data.costUsd),
    latencyMs: pick(data.latencyMs),
    evidence: pick(data.evidence),
    agreement: from.map((k, at) => from.slice(0, at).map((p) => data.agreement[Math.max(k, p)]![Math.min(k, p)]!))
  }
}

const paired = (data: Dataset, point: PlanOutcomes, flagship: PlanOutcomes, seed: number) => {
  const [quality, saving] = clusterBootstrap({
    columns: [point.quality, flagship.quality, point.costUsd, flagship.costUsd],
    groups: groupRows(data.n, data.group),
    statistics: (m) => [m[0]! - m[1]!, 1 - m[2]! / Math.max(m[3]!, Number.MIN_VALUE)],
    seed,
    resamples: 400,
    method: "percentile"
  })
  const interval = (b: typeof quality): Interval => [
    Number.isFinite(b!.low) ? b!.low : -1,
    Number.isFinite(b!.high) ? b!.high : 1
  ]
  return { quality_difference_interval: interval(quality), saving_interval: interval(saving) }
}

const mean = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length)
