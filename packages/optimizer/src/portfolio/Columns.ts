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
  /** Ex-ante predictions. */
  readonly predictedQuality: ReadonlyArray<Float64Array>
  readonly predictedCost: ReadonlyArray<Float64Array>
}

const take = (columns: ReadonlyArray<Float64Array>, rows: Uint32Array): ReadonlyArray<Float64Array> =>
  columns.map((column) => Float64Array.from(rows, (row) => column[row]!))

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
): SearchProblem => ({
  n: rows.length,
  tiers: columns.quality.length,
  quality: take(values === "labels" ? columns.quality : columns.confidence, rows),
  cost: take(columns.cost, rows),
  score: take(columns[score], rows)
})

/** Ex-ante predictions of some rows. */
export const predictionsOf = (columns: DecisionColumns, rows: Uint32Array): Predictions => ({
  quality: take(columns.predictedQuality, rows),
  cost: take(columns.predictedCost, rows)
})
