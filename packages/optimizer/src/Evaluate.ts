import { BadInput, type Certificate, type Failure, type RoutingTable } from "@spillway/domain"
import { compile } from "@spillway/policy"
import { Store } from "@spillway/store"
import { Effect } from "effect"
import { applyTable } from "./ApplyTable.ts"
import { baselines, oracleFrontier, randomMix } from "./Baselines.ts"
import { assignClusters } from "./clusters/AssignClusters.ts"
import type { Dataset } from "./data/Dataset.ts"
import { loadDataset } from "./data/LoadDataset.ts"
import { type EvaluationMetrics, evaluationMetrics } from "./evaluate/EvaluationMetrics.ts"
import { type ObjectiveCheck, objectiveChecks } from "./evaluate/ObjectiveChecks.ts"
import { pairedIntervals } from "./evaluate/PairedIntervals.ts"
import { pointOutcomes } from "./evaluate/PointOutcomes.ts"
import { whatIsMissing } from "./evaluate/WhatIsMissing.ts"
import { gradeSources } from "./labels/GradeSources.ts"
import { summarize } from "./Measure.ts"
import type { Baseline, CostQuality, FrontierPoint, Interval } from "./OptimizeReport.ts"
import { mean } from "./statistics/Moments.ts"

/** An operating point of a table on recorded outcomes. Intervals are null where there are fewer than two groups. */
export interface EvaluatedPoint extends FrontierPoint {
  /** Quality minus the flagship's on the same requests, 95 % paired cluster-bootstrap interval. */
  readonly quality_difference_interval: Interval | null
  /** Share of the flagship's cost saved, the same kind of interval. */
  readonly saving_interval: Interval | null
  /** USD per request above the cheapest point that keeps the objective on these rows; null for one that does not. */
  readonly regret_usd: number | null
  /** Quality below the best point that keeps the objective on these rows; null for one that does not. */
  readonly regret_quality: number | null
}

/** A table measured on recorded outcomes. */
export interface Evaluation {
  readonly requests: number
  /** What the measured quality is: sure grades, a judge's opinion, or agreement with the flagship's answer. */
  readonly labels: Certificate["labels"]
  readonly default_point: string
  readonly frontier: ReadonlyArray<EvaluatedPoint>
  readonly metrics: EvaluationMetrics
  readonly baselines: ReadonlyArray<Baseline>
  /** Upper hull of the single tiers: what mixing them at random reaches. */
  readonly mix: ReadonlyArray<CostQuality>
  readonly oracle: ReadonlyArray<CostQuality>
  /** Whether the default point kept the table's objective on these rows, by its measured means. */
  readonly objective_met: boolean
  /** Each condition of the objective at the default point. */
  readonly objective_checks: ReadonlyArray<ObjectiveCheck>
  readonly warnings: ReadonlyArray<string>
}

/**
 * Applies a table to recorded outcomes of the selected requests: every operating point on every request that all of the
 * table's tiers have a grade for. Fails with {@link BadInput} where a tier has too few, or the table is not valid.
 */
export const evaluate = Effect.fnUntraced(function*(
  table: RoutingTable,
  options: { readonly where?: string | undefined; readonly seed: number }
): Effect.fn.Return<Evaluation, BadInput | Failure, Store> {
  yield* checkTable(table)
  const loaded = yield* loadForTable(table, options.where)
  const labels = (yield* gradeSources(loaded.data))?.labels ?? "graded"
  const { data, columns, expectedCosts } = yield* withCosts(table, loaded.data)
  const rows = Uint32Array.from({ length: data.n }, (_, row) => row)
  const measured = table.points.map((point) => pointOutcomes(data, columns, rows, point))
  const summaries = summarize(data, rows, measured, options.seed)
  const defaultAt = table.points.findIndex(({ name }) => name === table.default_point), served = measured[defaultAt]!
  // Summed in the order of rows like the flagship's, so that the flagship is as good as itself to the last digit.
  const means = measured.map((p) => ({ quality: mean(p.quality), cost_usd: mean(p.costUsd) }))
  const checks = means.map((point, i) =>
    objectiveChecks(
      table.objective,
      { ...point, latency_p95_ms: summaries[i]!.latency_p95_ms },
      mean(data.quality[data.flagship]!)
    )
  )
  const keeps = checks.map((of) => of.every(({ met }) => met))
  const feasible = summaries.filter((_, i) => keeps[i])
  const cheapest = Math.min(...feasible.map((p) => p.cost_usd)), best = Math.max(...feasible.map((p) => p.quality))
  const intervals = pairedIntervals(data, rows, measured, options.seed)
  return {
    requests: data.n,
    labels,
    default_point: table.default_point,
    frontier: summaries.map((summary, i) => ({
      name: table.points[i]!.name,
      ...summary,
      lower_bound: table.points[i]!.expected.lower_bound,
      quality_difference_interval: intervals.points[i]!.quality_difference,
      saving_interval: intervals.points[i]!.saving,
      regret_usd: keeps[i] ? summary.cost_usd - cheapest : null,
      regret_quality: keeps[i] ? best - summary.quality : null
    })),
    metrics: evaluationMetrics({ data, columns, rows, points: means, served, intervals: intervals.gap }),
    baselines: baselinesOf(data, rows, mean(served.costUsd)),
    mix: randomMix(data, rows),
    oracle: oracleFrontier(data, rows),
    objective_met: keeps[defaultAt]!,
    objective_checks: checks[defaultAt]!,
    warnings: [
      ...loaded.warnings,
      ...(expectedCosts === 0 ? [] : [
        `${expectedCosts} outcomes have no cost; what the table expects them to cost stands in`
      ]),
      ...whatIsMissing(data, table)
    ]
  }
})

/** Refuses what the proxy would refuse. */
const checkTable = (table: RoutingTable): Effect.Effect<void, BadInput> =>
  Effect.try({ try: () => compile(table), catch: (error) => error }).pipe(
    Effect.catch((error) => error instanceof BadInput ? Effect.fail(error) : Effect.die(error)),
    Effect.asVoid
  )

/** The selected requests with the table's tiers in the table's order, which is that of costs when it was made. */
const loadForTable = Effect.fnUntraced(function*(
  table: RoutingTable,
  where: string | undefined
): Effect.fn.Return<{ readonly data: Dataset; readonly warnings: ReadonlyArray<string> }, BadInput | Failure, Store> {
  const store = yield* Store
  const tiers = table.tiers.map((tier) => tier.name)
  const lacking = (missing: ReadonlyArray<string>, problem: string) =>
    new BadInput({
      source: "database",
      field: missing.join(", "),
      problem,
      mend: "Replay and grade these requests on all tiers of the table, or select others with --where"
    })
  const summary = yield* store.summary({ where, tiers })
  const ungraded = tiers.filter((name) => !summary.some(({ graded, tier }) => tier === name && graded > 0))
  // Where nothing at all is graded, loading says better what to do.
  if (ungraded.length > 0 && ungraded.length < tiers.length) {
    return yield* lacking(ungraded, "the table uses this tier, but no selected request has a graded outcome on it")
  }
  const { data, warnings } = yield* loadDataset({
    where,
    tiers,
    hashBits: table.features.hash_bits,
    prices: new Map(table.tiers.map(({ name, price }) => [name, price])),
    embedding: table.features.embedding
  })
  const read = table.features.embedding
  if (read !== undefined && data.embedding !== undefined && data.embedding.dimensions !== read.dimensions) {
    return yield* new BadInput({
      source: "database",
      problem:
        `vectors of ${read.model} have ${data.embedding.dimensions} values, and the table reads ${read.dimensions}`,
      mend:
        "Optimize anew, or make the vectors anew with the model that the table was made with: spillway embed --again"
    })
  }
  const missing = tiers.filter((tier) => !data.tiers.includes(tier))
  if (missing.length > 0) {
    return yield* lacking(missing, "the table uses this tier, but less than half of the requests are graded on it")
  }
  const from = tiers.map((tier) => data.tiers.indexOf(tier))
  const pick = <A>(columns: ReadonlyArray<A>) => from.map((k) => columns[k]!)
  return {
    warnings,
    data: {
      ...assignClusters(data, table.clusters),
      tiers,
      flagship: tiers.indexOf(table.flagship),
      turns: data.turns && { ...data.turns, discountUsd: pick(data.turns.discountUsd) },
      quality: pick(data.quality),
      costUsd: pick(data.costUsd),
      latencyMs: pick(data.latencyMs),
      evidence: pick(data.evidence),
      agreement: from.map((k, at) => from.slice(0, at).map((p) => data.agreement[Math.max(k, p)]![Math.min(k, p)]!))
    }
  }
})

/** What the table says of every row; costs that were not recorded are those that the table expects. */
const withCosts = Effect.fnUntraced(function*(table: RoutingTable, data: Dataset) {
  const applied = applyTable(data, table, Uint32Array.from({ length: data.n }, (_, row) => row))
  let expectedCosts = 0
  const costUsd = data.costUsd.map((column, k) =>
    column.map((usd, row) => {
      if (!Number.isNaN(usd)) return usd
      expectedCosts += 1
      return applied.predictedCost[k]![row]!
    })
  )
  const unknown = data.tiers.filter((_, k) => costUsd[k]!.some(Number.isNaN))
  if (unknown.length > 0) {
    return yield* new BadInput({
      source: "database",
      field: unknown.join(", "),
      problem: "outcomes have no cost, and the table does not say what this tier costs",
      mend: "Import costs with the outcomes, or optimize anew on requests that have them"
    })
  }
  return { data: { ...data, costUsd }, columns: { ...applied, cost: costUsd }, expectedCosts }
})

/** Nothing is fitted here: there is no tier selected beforehand, and the task-only router learns from the rows themselves. */
const baselinesOf = (data: Dataset, rows: Uint32Array, budget: number): ReadonlyArray<Baseline> =>
  baselines(data, rows, rows, budget)
    .filter(({ name }) => name !== "best single tier (selected)")
    .map((baseline) =>
      baseline.name === "task only"
        ? { ...baseline, note: `${baseline.note}; learned on these very requests` }
        : baseline
    )
