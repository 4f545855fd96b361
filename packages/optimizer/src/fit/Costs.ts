import { type Dataset, taskOf } from "../data/Dataset.ts"
import { poolByTask, pooledMean, type PooledMeans } from "./SegmentPooling.ts"

/** Expected cost of one tier: `pooled intercept of the task + usdPerChar * characters`. */
export interface FittedCost {
  readonly tier: number
  readonly usdPerChar: number
  readonly intercepts: PooledMeans
}

/** Least-squares cost per tier over characters, with a pooled intercept for each task. Rows without a cost are passed over. */
export const fitCosts = (data: Dataset, rows: Uint32Array): ReadonlyArray<FittedCost> =>
  data.costUsd.map((cost, tier) => {
    const known = rows.filter((row) => !Number.isNaN(cost[row]!))
    const mean = (of: (row: number) => number) =>
      known.reduce((sum, row) => sum + of(row), 0) / Math.max(1, known.length)
    const chars = mean((row) => data.chars[row]!), usd = mean((row) => cost[row]!)
    const variance = mean((row) => (data.chars[row]! - chars) ** 2)
    const covariance = mean((row) => (data.chars[row]! - chars) * (cost[row]! - usd))
    const usdPerChar = variance > 0 ? Math.max(0, covariance / variance) : 0
    const rest = cost.map((c, row) => c - usdPerChar * data.chars[row]!)
    return { tier, usdPerChar, intercepts: poolByTask((row) => taskOf(data, row), rest, known) }
  })

/** Expected cost of a row in USD, never negative. */
export const expectedCost = (cost: FittedCost, data: Dataset, row: number): number =>
  Math.max(0, pooledMean(cost.intercepts, taskOf(data, row)) + cost.usdPerChar * data.chars[row]!)
