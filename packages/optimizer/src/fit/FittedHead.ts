import type { PooledMeans } from "./SegmentPooling.ts"
import type { LinearModel } from "./SparseRidge.ts"

/** A fitted ex-ante head with its cross-fitted predictions. */
export interface FittedHead {
  readonly tier: number
  readonly target: "quality" | "gain"
  readonly intercept: number
  readonly model: LinearModel
  /** Weights of the vector, less its mean; undefined where the heads read none. */
  readonly embedding?: Float64Array | undefined
  readonly segmentWeight: number
  readonly segments: PooledMeans
  /** Prediction of each row by a head that never saw the row's fold; NaN outside the rows fitted on. */
  readonly crossFitted: Float64Array
}
