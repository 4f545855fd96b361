import { type Dataset, taskOf } from "../data/Dataset.ts"
import { fitNonNegative } from "./NonNegativeLeastSquares.ts"
import { poolByTask, pooledMean, type PooledMeans } from "./SegmentPooling.ts"
import { fitSparseRidge, type LinearModel, predictRow, type RidgeInputs } from "./SparseRidge.ts"
import { denseStandardization, type Standardization, standardizeDense } from "./Standardize.ts"

/** Ridge penalties that cross-validation chooses from, in units of rows of a unit-length text vector. */
const PENALTIES = [3, 10, 30, 100, 300]
const STACK_PENALTY = 1

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
  const heads = data.tiers.map((_, tier) => {
    const flagship = data.quality[data.flagship]!
    const isFlagship = tier === data.flagship
    const value = isFlagship ? flagship : flagship.map((y, i) => y - data.quality[tier]![i]!)
    return fitHead(data, inputs, value, rows.filter((row) => !Number.isNaN(value[row]!)), rows, fold, folds, {
      tier,
      target: isFlagship ? "quality" : "gain"
    })
  })
  return { standardization, heads }
}

const fitHead = (
  data: Dataset,
  inputs: RidgeInputs,
  value: Float64Array,
  labelled: Uint32Array,
  rows: Uint32Array,
  fold: Uint8Array,
  folds: number,
  identity: Pick<FittedHead, "tier" | "target">
): FittedHead => {
  const task = (row: number) => taskOf(data, row)
  const segmentOf = new Float64Array(data.n)
  const text = PENALTIES.map(() => new Float64Array(data.n))
  const residual = PENALTIES.map(() => new Float64Array(data.n))
  for (let f = 0; f < folds; f++) {
    const inside = labelled.filter((row) => fold[row] !== f), outside = rows.filter((row) => fold[row] === f)
    const pooled = poolByTask(task, value, inside)
    const onText = fitSparseRidge(inputs, inside, Float64Array.from(inside, (row) => value[row]!), PENALTIES)
    const onResidual = fitSparseRidge(
      inputs,
      inside,
      Float64Array.from(inside, (row) => value[row]! - pooledMean(pooled, task(row))),
      PENALTIES
    )
    for (const row of outside) {
      segmentOf[row] = pooledMean(pooled, task(row))
      for (let p = 0; p < PENALTIES.length; p++) {
        text[p]![row] = predictRow(onText[p]!, inputs, row)
        residual[p]![row] = predictRow(onResidual[p]!, inputs, row)
      }
    }
  }
  const target = Float64Array.from(labelled, (row) => value[row]!)
  const pick = (column: Float64Array) => Float64Array.from(labelled, (row) => column[row]!)
  const segmentColumn = pick(segmentOf)
  const bestText = leastError(text.map(pick), target)
  const bestResidual = leastError(residual.map(pick), target.map((y, i) => y - segmentColumn[i]!))
  const columns = [pick(text[bestText]!), pick(residual[bestResidual]!), segmentColumn]
  const stack = fitNonNegative(columns, target, STACK_PENALTY)
  const [onText, onResidual, onSegment] = [stack.weights[0]!, stack.weights[1]!, stack.weights[2]!]
  const segments = poolByTask(task, value, labelled)
  const textModel = fitSparseRidge(inputs, labelled, target, [PENALTIES[bestText]!])[0]!
  const residualModel = fitSparseRidge(
    inputs,
    labelled,
    Float64Array.from(labelled, (row) => value[row]! - pooledMean(segments, task(row))),
    [PENALTIES[bestResidual]!]
  )[0]!
  const blend = (a: Float64Array, b: Float64Array) => a.map((v, j) => onText * v + onResidual * b[j]!)
  const crossFitted = new Float64Array(data.n).fill(NaN)
  for (const row of rows) {
    crossFitted[row] = stack.intercept + onText * text[bestText]![row]! + onResidual * residual[bestResidual]![row]! +
      onSegment * segmentOf[row]!
  }
  return {
    ...identity,
    intercept: stack.intercept + onText * textModel.intercept + onResidual * residualModel.intercept,
    model: {
      intercept: 0,
      dense: blend(textModel.dense, residualModel.dense),
      hashed: blend(textModel.hashed, residualModel.hashed)
    },
    segmentWeight: onSegment,
    segments,
    crossFitted
  }
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
