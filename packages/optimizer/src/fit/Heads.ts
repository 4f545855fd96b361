import { type Dataset, taskOf } from "../data/Dataset.ts"
import { everyNth } from "./EveryNth.ts"
import { fitNonNegative } from "./NonNegativeLeastSquares.ts"
import { poolByTask, pooledMean, type PooledMeans } from "./SegmentPooling.ts"
import { fitSparseRidge, type LinearModel, predictRow, type RidgeInputs } from "./SparseRidge.ts"
import { denseStandardization, type Standardization, standardizeDense } from "./Standardize.ts"

/** Ridge penalties that cross-validation chooses from, in units of rows of a unit-length text vector. */
const PENALTIES = [10, 30, 100, 300]
const STACK_PENALTY = 1
/** Rows that the text models learn from at most: beyond, their error falls by less than its own noise. */
const MOST_ROWS = 20_000

/** Ex-ante heads with the standardization of the dense features they read. */
export interface FittedHeads {
  readonly standardization: Standardization
  /** In the order of the data's tiers. */
  readonly heads: ReadonlyArray<FittedHead>
}

/** A fitted ex-ante head with its cross-fitted predictions. */
export interface FittedHead {
  readonly tier: number
  readonly target: "quality" | "gain"
  readonly intercept: number
  readonly model: LinearModel
  readonly segmentWeight: number
  readonly segments: PooledMeans
  /** Prediction of each row by a head that never saw the row's fold; NaN outside the rows fitted on. */
  readonly crossFitted: Float64Array
}

/**
 * Fits the ex-ante heads: the flagship's quality, and for every other tier the gain of the flagship over it.
 *
 * Each head stacks three predictions by non-negative ridge on cross-fitted values: the task's pooled mean, a ridge on
 * text, and a ridge on what the task's mean leaves unexplained. All three are linear in the features, so that they fold
 * into one weight vector. Regressing the gain rather than difficulty is what routing needs: it asks where the flagship
 * is better, not where tasks are hard.
 *
 * @param rows development rows
 * @param fold fold of each row of the data
 */
export const fitHeads = (data: Dataset, rows: Uint32Array, fold: Uint8Array, folds: number): FittedHeads => {
  const standardization = denseStandardization(data, rows)
  const dense = standardizeDense(data, standardization)
  const inputs: RidgeInputs = { hashed: data.hashed, dense, denseColumns: data.denseNames.length }
  const flagship = data.quality[data.flagship]!
  const values = data.quality.map((quality, tier) =>
    tier === data.flagship ? flagship : flagship.map((y, row) => y - quality[row]!)
  )
  const task = (row: number) => taskOf(data, row)
  const column = () => new Float64Array(data.n)
  const segmentOf = values.map(column)
  const text = values.map(() => PENALTIES.map(column)), residual = values.map(() => PENALTIES.map(column))

  /** Text and residual models of all heads on some rows, with the pooled means they leave out. */
  const fitOn = (training: Uint32Array) => {
    const pooled = values.map((value) => poolByTask(task, value, training))
    const used = everyNth(training, MOST_ROWS)
    const targets = values.map((value) => Float64Array.from(used, (row) => value[row]!))
    const residuals = values.map((value, k) =>
      Float64Array.from(used, (row) => value[row]! - pooledMean(pooled[k]!, task(row)))
    )
    const models = fitSparseRidge(inputs, used, [...targets, ...residuals], PENALTIES)
    return { pooled, onText: models.slice(0, values.length), onResidual: models.slice(values.length) }
  }

  for (let f = 0; f < folds; f++) {
    const { onResidual, onText, pooled } = fitOn(rows.filter((row) => fold[row] !== f))
    for (const row of rows) {
      if (fold[row] !== f) continue
      for (let k = 0; k < values.length; k++) {
        segmentOf[k]![row] = pooledMean(pooled[k]!, task(row))
        for (let p = 0; p < PENALTIES.length; p++) {
          text[k]![p]![row] = predictRow(onText[k]![p]!, inputs, row)
          residual[k]![p]![row] = predictRow(onResidual[k]![p]!, inputs, row)
        }
      }
    }
  }
  const final = fitOn(rows)
  const pick = (of: Float64Array) => Float64Array.from(rows, (row) => of[row]!)
  const heads = values.map((value, k): FittedHead => {
    const target = pick(value), segmentColumn = pick(segmentOf[k]!)
    const bestText = leastError(text[k]!.map(pick), target)
    const bestResidual = leastError(residual[k]!.map(pick), target.map((y, i) => y - segmentColumn[i]!))
    const textColumn = text[k]![bestText]!, residualColumn = residual[k]![bestResidual]!
    const stack = fitNonNegative([pick(textColumn), pick(residualColumn), segmentColumn], target, STACK_PENALTY)
    const [onText, onResidual, onSegment] = [stack.weights[0]!, stack.weights[1]!, stack.weights[2]!]
    const textModel = final.onText[k]![bestText]!, residualModel = final.onResidual[k]![bestResidual]!
    const blend = (a: Float64Array, b: Float64Array) => a.map((v, j) => onText * v + onResidual * b[j]!)
    const crossFitted = new Float64Array(data.n).fill(NaN)
    for (const row of rows) {
      crossFitted[row] = stack.intercept + onText * textColumn[row]! + onResidual * residualColumn[row]! +
        onSegment * segmentOf[k]![row]!
    }
    return {
      tier: k,
      target: k === data.flagship ? "quality" : "gain",
      intercept: stack.intercept + onText * textModel.intercept + onResidual * residualModel.intercept,
      model: {
        intercept: 0,
        dense: blend(textModel.dense, residualModel.dense),
        hashed: blend(textModel.hashed, residualModel.hashed)
      },
      segmentWeight: onSegment,
      segments: final.pooled[k]!,
      crossFitted
    }
  })
  return { standardization, heads }
}

const leastError = (candidates: ReadonlyArray<Float64Array>, target: Float64Array): number => {
  let best = 0, least = Infinity
  candidates.forEach((candidate, p) => {
    const error = candidate.reduce((sum, y, i) => sum + (target[i]! - y) ** 2, 0)
    if (error < least) {
      least = error
      best = p
    }
  })
  return best
}
