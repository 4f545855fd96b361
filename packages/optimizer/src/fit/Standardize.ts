import { standardize } from "@spillway/policy"
import type { Dataset } from "../data/Dataset.ts"

/** Mean and standard deviation of each dense feature over some rows; scale 1 where a feature does not vary. */
export interface Standardization {
  readonly mean: Float64Array
  readonly scale: Float64Array
}

/** Standardization of the dense features over `rows`. */
export const denseStandardization = (data: Dataset, rows: Uint32Array): Standardization => {
  const columns = data.denseNames.length
  const mean = new Float64Array(columns), scale = new Float64Array(columns).fill(1)
  for (let d = 0; d < columns; d++) {
    for (const row of rows) mean[d]! += data.dense[row * columns + d]! / rows.length
    let squares = 0
    for (const row of rows) squares += (data.dense[row * columns + d]! - mean[d]!) ** 2
    const deviation = Math.sqrt(squares / Math.max(1, rows.length))
    if (deviation > 1e-12) scale[d] = deviation
  }
  return { mean, scale }
}

/** The dense features of all rows, standardized and clipped as the policy does. */
export const standardizeDense = (data: Dataset, { mean, scale }: Standardization): Float64Array =>
  data.dense.map((value, i) => standardize(value, mean[i % mean.length]!, scale[i % mean.length]!))
