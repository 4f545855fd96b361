import { hull } from "./Hull.ts"
import { chainPlan, type PlanPoint } from "./IndexedPlan.ts"
import { type RankedProblem, type Ranking, rankingOf, rankScores } from "./RankedProblem.ts"
import { isLate } from "./SearchProblem.ts"

/** The outcome of every threshold: means per row of quality and USD, and the share of rows that take longer than the cap. */
export interface ThresholdFrontier {
  readonly threshold: Float64Array
  readonly quality: Float64Array
  readonly cost: Float64Array
  /** All 0 where the problem has no cap. */
  readonly late: Float64Array
}

/** What each row brings, times its weight: before it moves, and what the move adds. */
interface Move {
  readonly base: (row: number) => number
  readonly step: (row: number) => number
}

/**
 * Prefix sums over ranks: entry c is the mean outcome where the rows of ranks below c have moved. Rows of one rank move
 * together, so ties are never split. O(n + bins).
 */
const sweep = ({ bins, rank }: Ranking, totalWeight: number, { base, step }: Move): Float64Array => {
  const sums = new Float64Array(bins + 1)
  for (let i = 0; i < rank.length; i++) {
    const moved = rank[i]! + 1
    sums[0] = sums[0]! + base(i)
    sums[moved] = sums[moved]! + step(i)
  }
  for (let c = 1; c <= bins; c++) sums[c] = sums[c]! + sums[c - 1]!
  return sums.map((sum) => sum / totalWeight)
}

/** The weight of a row where some of its calls together are late, else 0. */
const lateWeight = ({ latency, weight }: RankedProblem, calls: ReadonlyArray<number>) => (row: number): number => {
  if (latency === undefined) return 0
  const ms = calls.reduce((sum, k) => sum + latency.ms[k]![row]!, 0)
  return isLate(ms, latency.capMs) ? weight?.[row] ?? 1 : 0
}

const difference = (after: (row: number) => number, before: (row: number) => number) => (row: number): number =>
  after(row) - before(row)

/**
 * The cascade `cheap -> dear` under every threshold, ascending from -Infinity (all accepted) to Infinity (all escalated):
 * a row is accepted where its score is at least the threshold, else it pays both tiers. Sort and prefix sums,
 * O(n log n) with the ranking.
 */
export const cascadeFrontier = (problem: RankedProblem, cheap: number, dear: number): ThresholdFrontier => {
  const { cost, quality, totalWeight } = problem
  const ranking = rankingOf(problem, cheap)
  const once = lateWeight(problem, [cheap]), twice = lateWeight(problem, [cheap, dear])
  return {
    threshold: ranking.edges,
    quality: sweep(ranking, totalWeight, {
      base: (i) => quality[cheap]![i]!,
      step: (i) => quality[dear]![i]! - quality[cheap]![i]!
    }),
    cost: sweep(ranking, totalWeight, { base: (i) => cost[cheap]![i]!, step: (i) => cost[dear]![i]! }),
    late: sweep(ranking, totalWeight, { base: once, step: difference(twice, once) })
  }
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
  const { cost, quality, totalWeight } = problem
  const ranking = rankScores(gain.map((value) => -value))
  const moving = (columns: ReadonlyArray<Float64Array>): Move => ({
    base: (i) => columns[cheap]![i]!,
    step: (i) => columns[dear]![i]! - columns[cheap]![i]!
  })
  const stays = lateWeight(problem, [cheap])
  return {
    threshold: ranking.edges.map((edge) => -edge),
    quality: sweep(ranking, totalWeight, moving(quality)),
    cost: sweep(ranking, totalWeight, moving(cost)),
    late: sweep(ranking, totalWeight, { base: stays, step: difference(lateWeight(problem, [dear]), stays) })
  }
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
