import type { IndexedPlan, IndexedStage } from "./IndexedPlan.ts"
import { routeEntries } from "./Route.ts"
import { isLate, type Predictions, type SearchProblem } from "./SearchProblem.ts"

/** What a plan does with each row. */
export interface PlanRows {
  /** Tier of the accepted answer. */
  readonly accepted: Uint8Array
  /** Tiers called, as a set of bits: bit k for tier k. Tiers are always called from cheap to dear. */
  readonly called: Uint32Array
  /** Quality of the accepted answer. */
  readonly quality: Float64Array
  /** USD of all calls. */
  readonly cost: Float64Array
  /** 1 where all calls together take longer than the problem's cap; all 0 without one. */
  readonly late: Uint8Array
}

/** What a plan does on the whole, and with each row. */
export interface PlanEvaluation {
  /** Weighted means per row. */
  readonly quality: number
  readonly cost: number
  /** Share of the weight whose accepted answer is the tier's. */
  readonly shares: Float64Array
  /** Share of the weight that is late. */
  readonly late: number
  readonly rows: PlanRows
}

/** Columns to evaluate into, to be used again for plans on the same rows. */
export const planRows = (n: number): PlanRows => ({
  accepted: new Uint8Array(n),
  called: new Uint32Array(n),
  quality: new Float64Array(n),
  cost: new Float64Array(n),
  late: new Uint8Array(n)
})

const undecided = 255

const checkStage = (tier: number, stage: IndexedStage, score: Float64Array | undefined): void => {
  if (stage.edges.length > 0 && score === undefined) throw new RangeError(`Tier ${tier} has a stage but no score`)
  if (stage.next.some((next) => next !== null && next <= tier)) {
    throw new RangeError(`The stage of tier ${tier} escalates to a tier that is not dearer`)
  }
}

/**
 * Path, quality and cost of each row under any plan. `predictions` are needed where the plan has more than one entry tier.
 * One pass per tier, O(n K); fills `rows` and returns it with the means.
 */
export const evaluatePlan = (
  problem: SearchProblem,
  plan: IndexedPlan,
  predictions?: Predictions,
  rows: PlanRows = planRows(problem.n)
): PlanEvaluation => {
  const { n, tiers, weight } = problem
  const { accepted, called, quality, cost, late } = rows
  const at = routeEntries(n, plan.entry, predictions)
  const previous = new Uint8Array(n).fill(undecided)
  called.fill(0)
  cost.fill(0)
  for (let k = 0; k < tiers; k++) {
    const tierQuality = problem.quality[k]!
    const tierCost = problem.cost[k]!
    const stage = plan.stages[k]
    const score = problem.score[k]
    const after = problem.after?.[k]
    const edges = Float64Array.from(stage?.edges ?? [])
    const next = Uint8Array.from(stage?.next ?? [null], (tier) => tier ?? undecided)
    if (stage !== undefined) checkStage(k, stage, score)
    for (let i = 0; i < n; i++) {
      if (at[i] !== k) continue
      cost[i] = cost[i]! + tierCost[i]!
      called[i] = called[i]! | (1 << k)
      const judged = after?.[previous[i]!]
      const value = edges.length === 0 ? 0 : (judged?.score ?? score!)[i]!
      let step = 0
      while (step < edges.length && value >= edges[step]!) step++
      const target = next[step]!
      if (target === undecided) {
        accepted[i] = k
        quality[i] = (judged?.quality ?? tierQuality)[i]!
      } else {
        at[i] = target
        previous[i] = k
      }
    }
  }
  const shares = new Float64Array(tiers)
  let total = 0
  let qualitySum = 0
  let costSum = 0
  let lateSum = 0
  markLate(problem, called, late)
  for (let i = 0; i < n; i++) {
    const w = weight === undefined ? 1 : weight[i]!
    total += w
    qualitySum += w * quality[i]!
    costSum += w * cost[i]!
    lateSum += w * late[i]!
    shares[accepted[i]!] = shares[accepted[i]!]! + w
  }
  return {
    quality: qualitySum / total,
    cost: costSum / total,
    shares: shares.map((w) => w / total),
    late: lateSum / total,
    rows
  }
}

const markLate = ({ latency, n, tiers }: SearchProblem, called: Uint32Array, late: Uint8Array): void => {
  late.fill(0)
  if (latency === undefined) return
  for (let i = 0; i < n; i++) {
    let ms = 0
    for (let k = 0; k < tiers; k++) if ((called[i]! & (1 << k)) !== 0) ms += latency.ms[k]![i]!
    late[i] = isLate(ms, latency.capMs) ? 1 : 0
  }
}
