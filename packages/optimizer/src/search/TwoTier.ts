import { hull } from "./Hull.ts"
import { chainPlan, type PlanPoint } from "./IndexedPlan.ts"
import { type RankedProblem, type Ranking, rankingOf, rankScores } from "./RankedProblem.ts"

/** The outcome of every threshold: means per row of quality and USD. */
export interface ThresholdFrontier {
  readonly threshold: Float64Array
  readonly quality: Float64Array
  readonly cost: Float64Array
}

/**
 * Prefix sums over ranks: entry c is the outcome where the rows of ranks below c pay the step on top of their base.
 * Rows of one rank move together, so ties are never split. O(n + bins).
 */
const sweep = (
  { bins, edges, rank }: Ranking,
  totalWeight: number,
  base: { readonly quality: Float64Array; readonly cost: Float64Array },
  qualityStep: (row: number) => number,
  costStep: (row: number) => number
): ThresholdFrontier => {
  const quality = new Float64Array(bins + 1)
  const cost = new Float64Array(bins + 1)
  for (let i = 0; i < rank.length; i++) {
    const moved = rank[i]! + 1
    quality[0] = quality[0]! + base.quality[i]!
    cost[0] = cost[0]! + base.cost[i]!
    quality[moved] = quality[moved]! + qualityStep(i)
    cost[moved] = cost[moved]! + costStep(i)
  }
  for (let c = 1; c <= bins; c++) {
    quality[c] = quality[c]! + quality[c - 1]!
    cost[c] = cost[c]! + cost[c - 1]!
  }
  return {
    threshold: edges,
    quality: quality.map((sum) => sum / totalWeight),
    cost: cost.map((sum) => sum / totalWeight)
  }
}

/**
 * The cascade `cheap -> dear` under every threshold, ascending from -Infinity (all accepted) to Infinity (all escalated):
 * a row is accepted where its score is at least the threshold, else it pays both tiers. Sort and prefix sums,
 * O(n log n) with the ranking.
 */
export const cascadeFrontier = (problem: RankedProblem, cheap: number, dear: number): ThresholdFrontier => {
  const quality = problem.quality[cheap]!
  const dearQuality = problem.quality[dear]!
  const dearCost = problem.cost[dear]!
  return sweep(
    rankingOf(problem, cheap),
    problem.totalWeight,
    { quality, cost: problem.cost[cheap]! },
    (i) => dearQuality[i]! - quality[i]!,
    (i) => dearCost[i]!
  )
}

/**
 * Ex-ante routing between two tiers under every threshold of a predicted gain, descending from Infinity (all cheap) to
 * -Infinity (all dear): a row goes to `dear` where its gain is above the threshold, and pays only the tier it goes to.
 * O(n log n).
 */
export const gainFrontier = (
  problem: RankedProblem,
  cheap: number,
  dear: number,
  gain: Float64Array
): ThresholdFrontier => {
  const quality = problem.quality[cheap]!
  const cost = problem.cost[cheap]!
  const dearQuality = problem.quality[dear]!
  const dearCost = problem.cost[dear]!
  const frontier = sweep(
    rankScores(gain.map((value) => -value)),
    problem.totalWeight,
    { quality, cost },
    (i) => dearQuality[i]! - quality[i]!,
    (i) => dearCost[i]! - cost[i]!
  )
  return { ...frontier, threshold: frontier.threshold.map((edge) => -edge) }
}

/** The cascades of {@link cascadeFrontier} on the hull, cheapest first: the optimum of each price of cost. */
export const twoTierPoints = (problem: RankedProblem, cheap: number, dear: number): Array<PlanPoint> => {
  const { cost, quality, threshold } = cascadeFrontier(problem, cheap, dear)
  return hull(cost, quality).map((c) => ({
    plan: chainPlan(problem.tiers, [cheap, dear], [threshold[c]!]),
    quality: quality[c]!,
    cost: cost[c]!
  }))
}
