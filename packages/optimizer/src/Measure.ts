import type { Plan } from "@spillway/domain"
import { chooseShare, makeTaskTree, readsPredictions } from "@spillway/policy"
import type { Dataset } from "./data/Dataset.ts"
import type { Candidate } from "./portfolio/Frontier.ts"
import type { PlanRows } from "./search/EvaluatePlan.ts"
import type { IndexedPlan } from "./search/IndexedPlan.ts"
import { clusterBootstrap } from "./statistics/ClusterBootstrap.ts"
import { groupRows } from "./statistics/Groups.ts"
import { quantiles } from "./statistics/Quantile.ts"
import { switchingUsd } from "./SwitchingCost.ts"

/** What an operating point did with each of some rows; position i belongs to `rows[i]`. */
export interface PlanOutcomes {
  readonly quality: Float64Array
  readonly costUsd: Float64Array
  /** Sum over the calls; NaN where one is unknown. */
  readonly latencyMs: Float64Array
  /** Tier of the accepted answer. */
  readonly accepted: Uint8Array
  readonly shares: Float64Array
}

/** An operating point as far as it decides: the plans of a draw, and those of tasks that have their own. */
export interface PointPlans<P> {
  readonly name: string
  readonly plans: ReadonlyArray<{ readonly share: number; readonly plan: P }>
  readonly segments: Iterable<readonly [task: string, plan: P]>
}

/**
 * Runs an operating point over rows by recorded outcomes, as the proxy would: a request whose task, or an ancestor of it,
 * has a plan of its own takes that. Of several plans each other request takes the one that the policy will draw for its
 * identifier; its quality and cost are those expected over the draw, which are free of its chance. Where turns of
 * conversations are known, a tier that did not answer the turn before costs what its cache would have saved.
 *
 * @param run what a plan does with each of the rows
 * @param embeddingUsd US dollars that each request is charged for its vector by plans that read predictions
 */
export const measurePoint = <P extends Plan | IndexedPlan>(
  data: Dataset,
  rows: Uint32Array,
  { name, plans, segments }: PointPlans<P>,
  run: (plan: P) => PlanRows,
  embeddingUsd = 0
): PlanOutcomes => {
  const n = rows.length
  const measured = (plan: P, share: number) => ({
    share,
    rows: run(plan),
    usd: readsPredictions({ entry: plan.entry.tiers, stages: plan.stages }) ? embeddingUsd : 0
  })
  const evaluations = plans.map(({ plan, share }) => measured(plan, share))
  const own = makeTaskTree(Array.from(segments, ([task, plan]) => [task, [measured(plan, 1)]] as const))
  const ofTask = data.taskNames.map((task) => own.find(task) ?? evaluations)
  const quality = new Float64Array(n), costUsd = new Float64Array(n), latencyMs = new Float64Array(n)
  const accepted = new Uint8Array(n)
  const mixOf = (i: number) => ofTask[data.task[rows[i]!]!]!
  const switching = data.turns && switchingUsd(data.turns, rows, mixOf)
  rows.forEach((row, i) => {
    const mix = mixOf(i)
    for (const { rows: evaluation, share, usd } of mix) {
      quality[i]! += share * evaluation.quality[i]!
      costUsd[i]! += share * (evaluation.cost[i]! + usd)
    }
    if (switching !== undefined) costUsd[i]! += switching[i]!
    const drawn = mix[mix.length === 1 ? 0 : chooseShare(mix, data.requestIds[row]!, name)]!.rows
    accepted[i] = drawn.accepted[i]!
    for (let k = 0; k < data.tiers.length; k++) {
      if ((drawn.called[i]! & (1 << k)) !== 0) latencyMs[i]! += data.latencyMs[k]![row]!
    }
  })
  const shares = new Float64Array(data.tiers.length)
  for (const tier of accepted) shares[tier]! += 1 / n
  return { quality, costUsd, latencyMs, accepted, shares }
}

/**
 * Of each operating point: mean quality and cost with 95 % cluster-bootstrap intervals, latency percentiles and tier
 * shares. All points are resampled together: one draw of groups serves every point.
 */
export const summarize = (data: Dataset, rows: Uint32Array, points: ReadonlyArray<PlanOutcomes>, seed: number) => {
  const intervals = clusterBootstrap({
    columns: points.flatMap((point) => [point.quality, point.costUsd]),
    groups: groupRows(rows.length, Uint32Array.from(rows, (row) => data.group[row]!)),
    statistics: (means) => means,
    seed,
    resamples: RESAMPLES,
    method: "percentile"
  })
  return points.map((point, i) => {
    const quality = intervals[2 * i]!, cost = intervals[2 * i + 1]!
    const known = point.latencyMs.some((ms) => !Number.isNaN(ms))
    const [p50, p95] = known ? quantiles(point.latencyMs, [0.5, 0.95]) : [null, null]
    return {
      quality: quality.estimate,
      quality_interval: finite([quality.low, quality.high], [0, 1]),
      cost_usd: cost.estimate,
      cost_interval: finite([cost.low, cost.high], [0, cost.estimate]),
      latency_p50_ms: p50!,
      latency_p95_ms: p95!,
      shares: Object.fromEntries(data.tiers.map((tier, k) => [tier, point.shares[k]!]))
    }
  })
}

const RESAMPLES = 400

/** An interval from a single group is infinite; a table can only hold the range that is possible. */
const finite = (interval: readonly [number, number], range: readonly [number, number]): readonly [number, number] => [
  Number.isFinite(interval[0]) ? interval[0] : range[0],
  Number.isFinite(interval[1]) ? interval[1] : range[1]
]

/** Decimals that tell two points' names apart; points closer than that are numbered. */
const MOST_DIGITS = 3

/**
 * Names of operating points from the cheapest to the flagship: `cheapest`, `cost-<percent of the flagship's cost>` (of
 * the dearest point's, where the flagship costs nothing), `flagship`.
 */
export const pointNames = (candidates: ReadonlyArray<Candidate>, flagship: number): ReadonlyArray<string> => {
  const isSingle = ({ plans }: Candidate, tier: number) =>
    plans.length === 1 && plans[0]!.plan.kind === "single" && plans[0]!.plan.entry.tiers[0] === tier
  const dear = candidates.find((c) => isSingle(c, flagship))!.cost || Math.max(...candidates.map((c) => c.cost))
  const taken = new Set<string>()
  return candidates.map((c) => {
    if (isSingle(c, flagship)) return "flagship"
    if (isSingle(c, 0)) return "cheapest"
    const percent = 100 * c.cost / dear
    let tries = 0
    const name = () =>
      `cost-${percent.toFixed(Math.min(tries, MOST_DIGITS)).padStart(2, "0")}${
        tries > MOST_DIGITS ? `-${tries - MOST_DIGITS + 1}` : ""
      }`
    while (taken.has(name())) tries += 1
    taken.add(name())
    return name()
  })
}
