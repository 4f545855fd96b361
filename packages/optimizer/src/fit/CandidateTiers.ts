import type { Dataset } from "../data/Dataset.ts"
import { hull } from "../search/Hull.ts"
import { isLate } from "../search/SearchProblem.ts"
import { mean } from "../statistics/Moments.ts"

/** Cascades are searched over so many tiers: subsets double with each, and so does what chance can find in them. */
const MOST_CANDIDATES = 8

/**
 * The tiers that cascades may be built of, in ascending order: all where they are few, else the cheapest, the flagship and
 * those that fall least short of what mixing other tiers at random reaches at their cost. Judged by means over `rows`; an
 * answer that alone takes longer than a cap on latency counts as of no quality.
 */
export const candidateTiers = (data: Dataset, rows: Uint32Array, capMs?: number): ReadonlyArray<number> => {
  const tiers = data.tiers.map((_, k) => k)
  if (tiers.length <= MOST_CANDIDATES) return tiers
  const meanOf = (column: Float64Array) => mean(Float64Array.from(rows, (row) => column[row]!))
  const inTime = (q: number, ms: number) => capMs !== undefined && isLate(ms, capMs) ? 0 : q
  const quality = data.quality.map((column, k) => meanOf(column.map((q, row) => inTime(q, data.latencyMs[k]![row]!))))
  const cost = data.costUsd.map(meanOf)
  const line = hull(cost, quality)
  /** Quality that mixing tiers of the hull reaches at a cost. */
  const reached = (usd: number): number => {
    const above = line.findIndex((k) => cost[k]! >= usd)
    if (above <= 0) return quality[line.at(above)!]!
    const a = line[above - 1]!, b = line[above]!
    return quality[a]! + (usd - cost[a]!) / (cost[b]! - cost[a]!) * (quality[b]! - quality[a]!)
  }
  const short = (k: number) => k === 0 || k === data.flagship ? -Infinity : reached(cost[k]!) - quality[k]!
  return tiers.toSorted((a, b) => (short(a) === short(b) ? 0 : short(a) - short(b)) || a - b)
    .slice(0, MOST_CANDIDATES).toSorted((a, b) => a - b)
}
