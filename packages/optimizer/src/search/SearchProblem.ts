/**
 * What every search reads: `n` recorded rows times `tiers` tiers, cheapest first.
 *
 * The objective at a price `lambda` (quality per USD) is the weighted mean over rows of
 * `quality of the accepted answer - lambda * cost of all calls`. Where latency is capped, rows whose calls together take
 * longer than the cap are charged a second price `mu` (quality per row).
 */
export interface SearchProblem {
  readonly n: number
  readonly tiers: number
  /** Value to maximise of accepting tier k's answer, by tier: labels or calibrated probabilities. */
  readonly quality: ReadonlyArray<Float64Array>
  /** USD of calling tier k, by tier. */
  readonly cost: ReadonlyArray<Float64Array>
  /** Calibrated acceptance score of tier k's answer; undefined where the answer cannot be tested. */
  readonly score: ReadonlyArray<Float64Array | undefined>
  /**
   * Quality and score of tier k's answer right after one of tier p, as `after[k][p]`: with more to go by than the answer
   * alone. Where it is undefined, quality and score of the tier hold.
   */
  readonly after?: ReadonlyArray<ReadonlyArray<Judged | undefined>> | undefined
  /** Tiers that cascades may be built of, ascending; all where absent. */
  readonly candidates?: ReadonlyArray<number> | undefined
  /** Row weights, not negative; 1 where absent. */
  readonly weight?: Float64Array | undefined
  /** Absent where latency is no matter. */
  readonly latency?: CappedLatency | undefined
}

/** How long calls take, and how long all calls of a row may take together. */
export interface CappedLatency {
  /** Milliseconds of calling tier k, by tier, not negative; NaN where unknown. */
  readonly ms: ReadonlyArray<Float64Array>
  readonly capMs: number
  /** Greatest share of rows that may take longer. */
  readonly mostLate: number
}

/** Whether calls that take so long together pass a cap. What takes an unknown time does. */
export const isLate = (ms: number, capMs: number): boolean => !(ms <= capMs)

/** The share of rows that are late, 0 of none. */
export const shareLate = (ms: Float64Array, capMs: number): number =>
  ms.reduce((late, row) => late + Number(isLate(row, capMs)), 0) / Math.max(1, ms.length)

/** What is said of each row's answer. */
export interface Judged {
  readonly quality: Float64Array
  readonly score: Float64Array
}

/** Ex-ante estimates, known before any call: quality and USD of each tier for each row. */
export interface Predictions {
  readonly quality: ReadonlyArray<Float64Array>
  readonly cost: ReadonlyArray<Float64Array>
}

/** Throws RangeError where columns are missing, of the wrong length, or hold NaN: no search is defined on those. */
export const checkProblem = (problem: SearchProblem): void => {
  const { n, tiers } = problem
  if (!(n >= 1) || !(tiers >= 1)) {
    throw new RangeError(`A search needs at least one row and one tier, got ${n} x ${tiers}`)
  }
  const check = (name: string, column: Float64Array | undefined) => {
    if (column?.length !== n) throw new RangeError(`${name} has ${column?.length ?? 0} rows, not ${n}`)
    for (let i = 0; i < n; i++) {
      if (Number.isNaN(column[i]!)) throw new RangeError(`${name} is NaN in row ${i}`)
    }
  }
  for (let k = 0; k < tiers; k++) {
    check(`quality[${k}]`, problem.quality[k])
    check(`cost[${k}]`, problem.cost[k])
    if (problem.score[k] !== undefined) check(`score[${k}]`, problem.score[k])
  }
  problem.after?.forEach((byPrevious, k) =>
    byPrevious.forEach((judged, p) => {
      if (judged === undefined) return
      check(`after[${k}][${p}].quality`, judged.quality)
      check(`after[${k}][${p}].score`, judged.score)
    })
  )
  if (problem.weight !== undefined) check("weight", problem.weight)
  problem.latency?.ms.forEach((column, k) => {
    if (column.length !== n) throw new RangeError(`latency.ms[${k}] has ${column.length} rows, not ${n}`)
  })
}
