import { everyNth } from "../fit/EveryNth.ts"
import type { RidgeInputs } from "../fit/RidgeInputs.ts"
import { poolByTask, pooledMean } from "../fit/SegmentPooling.ts"
import { fitSparseRidge, predictRows } from "../fit/SparseRidge.ts"

/** Ridge penalty of the text model, in rows: what the log shows of one policy is often little. */
const PENALTY = 100
/** Rows that the text model learns from at most. */
const MOST_ROWS = 20_000

/** What the model reads of each request. */
export interface ModelInputs {
  readonly features: RidgeInputs
  /** Requests. */
  readonly rows: number
  readonly task: (row: number) => string
  readonly fold: Uint8Array
  readonly folds: number
}

/**
 * Cross-fitted predictions of some values for every request, from the requests of other folds whose values are known: the
 * task's pooled mean, and a ridge on text for what that leaves.
 *
 * @param values each NaN where the log does not show it, in the same rows
 */
export const predictCrossFitted = (
  values: ReadonlyArray<Float64Array>,
  { features, fold, folds, rows: n, task }: ModelInputs
): ReadonlyArray<Float64Array> => {
  const predicted = values.map(() => new Float64Array(n))
  const rows = Uint32Array.from({ length: n }, (_, row) => row)
  for (let f = 0; f < folds; f++) {
    const known = rows.filter((row) => fold[row] !== f && !Number.isNaN(values[0]![row]!))
    const pooled = values.map((value) => poolByTask(task, value, known))
    const used = everyNth(known, MOST_ROWS)
    const rest = values.map((value, v) =>
      Float64Array.from(used, (row) => value[row]! - pooledMean(pooled[v]!, task(row)))
    )
    const models = fitSparseRidge(features, used, rest, [PENALTY])
    const outside = rows.filter((row) => fold[row] === f)
    predictRows(models.map(([model]) => model!), features, outside, (row, rest) => {
      for (let v = 0; v < values.length; v++) predicted[v]![row] = pooledMean(pooled[v]!, task(row)) + rest[v]!
    })
  }
  return predicted
}
