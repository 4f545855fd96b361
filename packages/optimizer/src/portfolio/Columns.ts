import type { CappedLatency, Predictions, SearchProblem } from "../search/SearchProblem.ts"

/** Cross-fitted columns over all rows of the data (NaN outside the development rows), by tier. */
export interface DecisionColumns {
  /** Tiers that cascades may be built of, ascending; all where absent. */
  readonly candidates?: ReadonlyArray<number>
  /** Labels. */
  readonly quality: ReadonlyArray<Float64Array>
  /** USD of one call. */
  readonly cost: ReadonlyArray<Float64Array>
  /** Calibrated probability that the answer is good, given everything seen of it: the plug-in value of accepting it. */
  readonly confidence: ReadonlyArray<Float64Array>
  /** Calibrated 1 - loss against the flagship. */
  readonly advantage: ReadonlyArray<Float64Array>
  /** The same two of an answer right after another tier's. */
  readonly confidenceAfter: AfterColumns
  readonly advantageAfter: AfterColumns
  /** Ex-ante predictions. Those of cost are not cross-fitted: their few means and slopes are of the same rows. */
  readonly predictedQuality: ReadonlyArray<Float64Array>
  readonly predictedCost: ReadonlyArray<Float64Array>
  /** US dollars of the vector of a request whose plan reads predictions; absent where unknown, or where heads read none. */
  readonly embeddingUsd?: number | undefined
  /** Absent where latency is no matter. */
  readonly latency?: CappedLatency | undefined
}

/** Scores of tier k's answers right after one of tier p, as `[k][p]`; undefined where that says no more. */
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

/** What a search maximises beside the label: 0 is the label alone, 1 the calibrated probability alone. */
const PLUG_IN_SHARE = 0.5

/**
 * A search problem over some rows.
 *
 * @param values `labels` measures. `blended` searches on the mean of label and calibrated probability: a probability has
 *   no noise of its own but knows nothing of how the errors of two tiers go together, so that it overrates what
 *   escalating is worth; a label knows that but is noisy. With 1,500 labels of MMLU-Pro, cascades searched on the blend
 *   reach an AUC of .7680 where those searched on probabilities alone reach .7644 (five tiers).
 */
export const problemOf = (
  columns: DecisionColumns,
  rows: Uint32Array,
  score: ScoreKind,
  values: "blended" | "labels"
): SearchProblem => {
  const labels = take(columns.quality, rows)
  const worthOf = (k: number, confidence: Float64Array | undefined): Float64Array =>
    values === "labels" || confidence === undefined
      ? labels[k]!
      : labels[k]!.map((y, i) => y + PLUG_IN_SHARE * (confidence[rows[i]!]! - y))
  const quality = labels.map((_, k) => worthOf(k, columns.confidence[k]))
  const after = score === "confidence" ? columns.confidenceAfter : columns.advantageAfter
  return {
    n: rows.length,
    tiers: columns.quality.length,
    candidates: columns.candidates,
    quality,
    cost: take(columns.cost, rows),
    score: take(columns[score], rows),
    latency: columns.latency && { ...columns.latency, ms: take(columns.latency.ms, rows) },
    after: after.map((byPrevious, k) =>
      byPrevious.map((column, p) => {
        if (column === undefined) return undefined
        const confidence = columns.confidenceAfter[k]![p]
        return {
          score: takeOne(column, rows),
          quality: confidence === undefined ? quality[k]! : worthOf(k, confidence)
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
