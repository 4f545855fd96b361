import { oraclePrices, oracleTier } from "../Baselines.ts"
import type { Dataset } from "../data/Dataset.ts"
import { mix } from "../data/Folds.ts"
import type { PlanOutcomes } from "../Measure.ts"
import type { CurvePoint } from "../metrics/CostQualityCurve.ts"
import type { Interval } from "../OptimizeReport.ts"
import { clusterBootstrap } from "../statistics/ClusterBootstrap.ts"
import { groupRows } from "../statistics/Groups.ts"
import { type GapToOracle, gapToOracle } from "./GapToOracle.ts"

/** 95 % intervals of differences on the same requests; null where there are fewer than two groups. */
export interface PairedIntervals {
  /** By operating point: quality minus the flagship's, and the share of the flagship's cost saved. */
  readonly points: ReadonlyArray<{ readonly quality_difference: Interval | null; readonly saving: Interval | null }>
  readonly gap: { readonly [K in keyof GapToOracle]: Interval | null }
}

/** More groups are thrown together into this many blocks, which are as independent, so that time does not grow with them. */
const MOST_BLOCKS = 2_000
const RESAMPLES = 1_000

/**
 * Paired cluster bootstrap over near-duplicate groups. Single models, operating points and the oracle (at fixed prices)
 * are recomputed on each resample, so the uncertainty of the random mix and of the oracle is in the intervals.
 */
export const pairedIntervals = (
  data: Dataset,
  rows: Uint32Array,
  points: ReadonlyArray<PlanOutcomes>,
  seed: number
): PairedIntervals => {
  const groups = groupRows(rows.length, Uint32Array.from(rows, (row) => data.group[row]!))
  const count = Math.min(groups.count, MOST_BLOCKS)
  const block = groups.count <= MOST_BLOCKS ? groups.index : groups.index.map((group) => mix(group, seed) % count)
  const sum = (value: (i: number) => number): Float64Array => {
    const sums = new Float64Array(count)
    for (let i = 0; i < rows.length; i++) sums[block[i]!]! += value(i)
    return sums
  }
  const prices = oraclePrices(data, rows)
  const columns: Array<Float64Array> = [sum(() => 1)]
  const add = (cost: (i: number) => number, quality: (i: number) => number) => {
    columns.push(sum(cost), sum(quality))
  }
  data.tiers.forEach((_, k) => add((i) => data.costUsd[k]![rows[i]!]!, (i) => data.quality[k]![rows[i]!]!))
  for (const { costUsd, quality } of points) add((i) => costUsd[i]!, (i) => quality[i]!)
  for (const lambda of prices) {
    const chosen = Uint8Array.from(rows, (row) => oracleTier(data, row, lambda))
    add((i) => data.costUsd[chosen[i]!]![rows[i]!]!, (i) => data.quality[chosen[i]!]![rows[i]!]!)
  }
  const K = data.tiers.length, P = points.length
  const statistics = (means: Float64Array): Array<number> => {
    const curve = (from: number, length: number): Array<CurvePoint> =>
      Array.from({ length }, (_, j) => ({
        cost: means[1 + 2 * (from + j)]! / means[0]!,
        quality: means[2 + 2 * (from + j)]! / means[0]!
      }))
    const singles = curve(0, K), frontier = curve(K, P), oracle = curve(K + P, prices.length)
    const flagship = singles[data.flagship]!
    const gap = gapToOracle(singles, frontier, oracle)
    return [
      gap.gain_over_zero,
      gap.oracle_gap_closed,
      gap.oracle_gap_closed_auc,
      ...frontier.flatMap((p) => [p.quality - flagship.quality, 1 - p.cost / flagship.cost])
    ]
  }
  const intervals = clusterBootstrap({
    columns,
    // Each block is a row already: one column holds its number of requests, so a ratio of means is a mean over requests.
    groups: groupRows(count),
    statistics,
    seed,
    resamples: RESAMPLES,
    method: "percentile"
  }).map(({ high, low }): Interval | null => Number.isFinite(low) && Number.isFinite(high) ? [low, high] : null)
  return {
    points: points.map((_, p) => ({
      quality_difference: intervals[3 + 2 * p]!,
      saving: intervals[4 + 2 * p]!
    })),
    gap: {
      gain_over_zero: intervals[0]!,
      oracle_gap_closed: intervals[1]!,
      oracle_gap_closed_auc: intervals[2]!
    }
  }
}
