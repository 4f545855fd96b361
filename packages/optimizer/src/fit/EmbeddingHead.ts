import type { Dataset } from "../data/Dataset.ts"
import type { EmbeddingColumns } from "../data/EmbeddingColumns.ts"
import { clusterError } from "../statistics/ClusterError.ts"
import { mean } from "../statistics/Moments.ts"
import type { FittedHead } from "./FittedHead.ts"
import type { RidgeInputs } from "./RidgeInputs.ts"
import { DENSE_SCALE, type LinearModel } from "./SparseRidge.ts"

/**
 * Weight of the vector beside that of text, which is of length 1 too: half of its squared length. At 1,500 labels of
 * MMLU-Pro weights from .5 to 1 do alike; a ridge of their own, stacked with the others, does worse (docs/embeddings.md).
 */
const VECTOR_SCALE = Math.SQRT1_2 / DENSE_SCALE

/** By how much vectors better the heads, by cross-validation. */
export interface EmbeddingVerdict {
  /** Requests learned from, and how many of them have no vector. */
  readonly requests: number
  readonly withoutVector: number
  /** Whether the heads read vectors: the error of the gains falls by more than its standard error. */
  readonly kept: boolean
  /** Mean squared error of the gain heads on rows that they did not see. */
  readonly errorWithout: number
  readonly errorWith: number
  /** Of the difference, rows of one near-duplicate group taken as one. */
  readonly standardError: number
}

/** Mean vector of those of `rows` that have one, in the precision that a table stores. */
export const meanVector = ({ dimensions, present, vectors }: EmbeddingColumns, rows: Uint32Array): Float32Array => {
  const sums = new Float64Array(dimensions)
  let count = 0
  for (const row of rows) {
    if (present[row] === 0) continue
    count += 1
    for (let d = 0; d < dimensions; d++) sums[d]! += vectors[row * dimensions + d]!
  }
  return Float32Array.from(sums, (sum) => count === 0 ? 0 : sum / count)
}

/**
 * The inputs with the vectors beside the dense features, less their mean. Rows without one have zeros, so that no weight
 * of theirs counts.
 */
export const withVectors = (
  { dense, denseColumns, hashed }: RidgeInputs,
  { dimensions, present, vectors }: EmbeddingColumns,
  center: Float32Array
): RidgeInputs => {
  const width = denseColumns + dimensions
  const wide = new Float64Array(hashed.n * width)
  for (let row = 0; row < hashed.n; row++) {
    wide.set(dense.subarray(row * denseColumns, (row + 1) * denseColumns), row * width)
    if (present[row] === 0) continue
    const to = row * width + denseColumns, from = row * dimensions
    for (let d = 0; d < dimensions; d++) wide[to + d] = (vectors[from + d]! - center[d]!) * VECTOR_SCALE
  }
  return { hashed, dense: wide, denseColumns: width }
}

/** A model of {@link withVectors} with the weights of the vector apart. */
export const splitModel = (
  { dense, ...model }: LinearModel,
  denseColumns: number
): { readonly model: LinearModel; readonly embedding: Float64Array } => ({
  model: { ...model, dense: dense.slice(0, denseColumns) },
  embedding: dense.slice(denseColumns).map((weight) => weight * VECTOR_SCALE)
})

/** Compares heads that were fitted without and with vectors, on the rows that each did not see. */
export const judgeVectors = (
  data: Dataset,
  embedding: EmbeddingColumns,
  rows: Uint32Array,
  without: ReadonlyArray<FittedHead>,
  having: ReadonlyArray<FittedHead>
): EmbeddingVerdict => {
  const before = gainErrors(data, rows, without), after = gainErrors(data, rows, having)
  const errorWithout = mean(before), errorWith = mean(after)
  const standardError = clusterError(before, after, Uint32Array.from(rows, (row) => data.group[row]!))
  return {
    requests: rows.length,
    withoutVector: rows.reduce((count, row) => count + 1 - embedding.present[row]!, 0),
    kept: errorWithout - errorWith > standardError,
    errorWithout,
    errorWith,
    standardError
  }
}

/** Of each row, the mean squared error of the gain heads. */
const gainErrors = (data: Dataset, rows: Uint32Array, heads: ReadonlyArray<FittedHead>): Float64Array => {
  const flagship = data.quality[data.flagship]!
  const gains = heads.filter((head) => head.target === "gain")
  return Float64Array.from(rows, (row) =>
    gains.reduce(
      (sum, { crossFitted, tier }) =>
        sum + (flagship[row]! - data.quality[tier]![row]! - crossFitted[row]!) ** 2 / gains.length,
      0
    ))
}
