import type { Predictions, SearchProblem } from "../search/SearchProblem.ts"

/** Cross-fitted columns over all rows of the data (NaN outside the development rows), by tier. */
export interface DecisionColumns {
  /** Labels. */
  readonly quality: ReadonlyArray<Float64Array>
  /** USD of one call. */
  readonly cost: ReadonlyArray<Float64Array>
  /** Calibrated probability that the answer is good, given everything seen of it: the plug-in value of accepting it. */
  readonly confidence: ReadonlyArray<Float64Array>
  /** Calibrated 1 - loss against the flagship. */
  readonly advantage: ReadonlyArray<Float64Array>
  /** The same two of tier k's answer right after one of tier p, as `[k][p]`; undefined where that says no more. */
  readonly confidenceAfter: AfterColumns
  readonly advantageAfter: AfterColumns
  /** Ex-ante predictions. */
  readonly predictedQuality: ReadonlyArray<Float64Array>
  readonly predictedCost: ReadonlyArray<Float64Array>
}

export type AfterColumns = ReadonlyArray<ReadonlyArray<Float64Array | undefined>>

const takeOne = (column: Float64Array, rows: Uint32Array): Float64Array => {
  const taken = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) taken[i] = column[rows[i]!]!
  return taken
}

const take = (columns: ReadonlyArray<Float64Array>, rows: Uint32Array): ReadonlyArray<Float64Array> =>
  columns.map((column) => takeOne(column, rows))

/** Which score a plan's stages test. */
export type ScoreKind = "confidence" | "advantage"

/**
 * A search problem over some rows.
 *
 * @param values `plug-in` searches on calibrated probabilities, which overfit less; `labels` measures
 */
export const problemOf = (
  columns: DecisionColumns,
  rows: Uint32Array,
  score: ScoreKind,
  values: "plug-in" | "labels"
): SearchProblem => {
  const quality = take(values === "labels" ? columns.quality : columns.confidence, rows)
  const after = score === "confidence" ? columns.confidenceAfter : columns.advantageAfter
  return {
    n: rows.length,
    tiers: columns.quality.length,
    quality,
    cost: take(columns.cost, rows),
    score: take(columns[score], rows),
    after: after.map((byPrevious, k) =>
      byPrevious.map((column, p) => {
        if (column === undefined) return undefined
        const confidence = columns.confidenceAfter[k]![p]
        return {
          score: takeOne(column, rows),
          quality: values === "labels" || confidence === undefined ? quality[k]! : takeOne(confidence, rows)
        }
      })
    )
  }
}

/** Ex-ante predictions of some rows. */
export const predictionsOf = (columns: DecisionColumns, rows: Uint32Array): Predictions => ({
  quality: take(columns.predictedQuality, rows),
  cost: take(columns.predictedCost, rows)
})
