import type { CurvePoint } from "../../src/metrics/CostQualityCurve.ts"
import { type BootstrapInterval, clusterBootstrap } from "../../src/statistics/ClusterBootstrap.ts"
import { groupRows } from "../../src/statistics/Groups.ts"
import { type OuterFold, type SteppedRows, STEPS, TIER_SETS } from "./OuterFrontiers.ts"

/** The portfolio's own frontier, which takes in each fold the class that was chosen there. */
export const PORTFOLIO = "portfolio"

/** Curves of one set over all rows left out in some fold. */
export interface PooledFolds {
  readonly name: string
  readonly rows: number
  /** Classes in order, and the portfolio last. */
  readonly classes: ReadonlyArray<string>
  /** Class chosen in each fold. */
  readonly chosen: ReadonlyArray<string>
  /**
   * Statistics of the curves of some classes and of the single tiers (the flagship among them), with paired intervals
   * from a bootstrap over groups of near-duplicates.
   */
  readonly statistics: (
    classes: ReadonlyArray<string>,
    of: (
      curves: ReadonlyArray<ReadonlyArray<CurvePoint>>,
      singles: ReadonlyArray<CurvePoint>,
      flagship: CurvePoint
    ) => ReadonlyArray<number>,
    resamples: number
  ) => ReadonlyArray<BootstrapInterval>
}

/** The folds of each set put together. */
export const poolFolds = (folds: ReadonlyArray<OuterFold>): ReadonlyArray<PooledFolds> =>
  TIER_SETS.flatMap(({ name, tiers }) => {
    const own = folds.filter(({ tierSet }) => tierSet === name)
    return own.length === 0 ? [] : [poolSet(name, tiers.length, own)]
  })

const poolSet = (name: string, tiers: number, folds: ReadonlyArray<OuterFold>): PooledFolds => {
  const rows = folds.reduce((sum, fold) => sum + fold.rows, 0)
  const join = (of: (fold: OuterFold) => SteppedRows, width: number): ReadonlyArray<Float64Array> =>
    (["costUsd", "quality"] as const).flatMap((column) =>
      Array.from({ length: width }, (_, s) => {
        const joined = new Float64Array(rows)
        let at = 0
        for (const fold of folds) {
          joined.set(of(fold)[column].subarray(s * fold.rows, (s + 1) * fold.rows), at)
          at += fold.rows
        }
        return joined
      })
    )
  const classes = folds[0]!.classes.map((c) => c.name)
  const steppedOf = (wanted: string) => (fold: OuterFold) =>
    fold.classes.find((c) => wanted === PORTFOLIO ? c.chosen : c.name === wanted)!.stepped
  const keys = new Uint32Array(rows)
  let filled = 0
  for (const { group } of folds) {
    keys.set(group, filled)
    filled += group.length
  }
  const groups = groupRows(rows, keys)
  const points = (means: Float64Array, from: number, width: number): ReadonlyArray<CurvePoint> =>
    Array.from({ length: width }, (_, s) => ({ cost: means[from + s]!, quality: means[from + width + s]! }))
  return {
    name,
    rows,
    classes: [...classes, PORTFOLIO],
    chosen: folds.map((fold) => fold.classes.find(({ chosen }) => chosen)!.name),
    statistics: (wanted, of, resamples) =>
      clusterBootstrap({
        columns: [...wanted.flatMap((c) => join(steppedOf(c), STEPS)), ...join(({ singles }) => singles, tiers)],
        groups,
        statistics: (means) => {
          const curves = wanted.map((_, c) => points(means, c * 2 * STEPS, STEPS))
          const singles = points(means, wanted.length * 2 * STEPS, tiers)
          return of(curves, singles, singles[folds[0]!.flagship]!)
        },
        seed: 1,
        resamples,
        method: "percentile"
      })
  }
}
