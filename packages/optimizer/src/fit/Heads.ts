import type { EmbeddingModel } from "@spillway/domain"
import { type Dataset, headTaskOf } from "../data/Dataset.ts"
import { partsOfFold } from "../data/Folds.ts"
import { type EmbeddingVerdict, judgeVectors, meanVector, splitModel, withVectors } from "./EmbeddingHead.ts"
import { everyNth } from "./EveryNth.ts"
import type { FittedHead } from "./FittedHead.ts"
import { fitNonNegative } from "./NonNegativeLeastSquares.ts"
import type { RidgeInputs } from "./RidgeInputs.ts"
import { poolByTask, pooledMean } from "./SegmentPooling.ts"
import { fitSparseRidge, predictRows } from "./SparseRidge.ts"
import { denseStandardization, type Standardization, standardizeDense } from "./Standardize.ts"

/** Ridge penalties that cross-validation chooses from, in units of rows of a unit-length text vector. */
const PENALTIES = [10, 30, 100, 300]
const STACK_PENALTY = 1
/**
 * Weights of text and segment before any is known. The segment's mean is shrunk already, and the text model by its
 * penalty, so both count in full. Cross-fitted means of tasks that hardly differ are anti-correlated with what they
 * predict: without a prior they would be thrown out (APGR .570 instead of .588 at 1,500 labels).
 */
const STACK_PRIOR = [1, 1]

/** Rows that the text models learn from at most: beyond, their error falls by less than its own noise. */
const MOST_ROWS = 20_000
/** The same for the models of a fold, which only serve to choose penalties and to give each row a fair prediction. */
const MOST_ROWS_OF_FOLD = 10_000

/** Ex-ante heads with the standardization of the dense features they read, and the mean of the vectors. */
export interface FittedHeads {
  readonly standardization: Standardization
  /** Undefined where the data has no vectors. */
  readonly embedding: FittedEmbedding | undefined
  /** In the order of the data's tiers. */
  readonly heads: ReadonlyArray<FittedHead>
}

/** What came of the vectors. */
export interface FittedEmbedding extends EmbeddingModel {
  readonly mean: Float32Array
  readonly verdict: EmbeddingVerdict
}

/**
 * Fits the ex-ante heads: the flagship's quality, and for every other tier the gain of the flagship over it.
 *
 * Each head adds two predictions with weights by non-negative ridge on cross-fitted values: the task's pooled mean, and a
 * ridge on text of what that leaves unexplained. (A ridge on text alone beside them gains nothing: APGR .588 with and
 * without at 1,500 labels, five pairs of MMLU-Pro.) Both are linear in the features, so that they fold into one weight
 * vector. Regressing the gain rather than difficulty is what routing needs: it asks where the flagship is better, not
 * where tasks are hard.
 *
 * Where the data has vectors, a second set of heads reads them beside the text, in the same ridge. It takes the place of
 * the first only where it predicts gains better ({@link judgeVectors}).
 *
 * @param rows development rows
 * @param fold fold of each row of the data
 */
export const fitHeads = (data: Dataset, rows: Uint32Array, fold: Uint8Array, folds: number): FittedHeads => {
  const standardization = denseStandardization(data, rows)
  const dense = standardizeDense(data, standardization)
  const denseColumns = data.denseNames.length
  const inputs: RidgeInputs = { hashed: data.hashed, dense, denseColumns }
  const heads = fitLinearHeads(data, inputs, rows, fold, folds)
  if (data.embedding === undefined) return { standardization, embedding: undefined, heads }
  const { max_chars, model } = data.embedding
  const center = meanVector(data.embedding, rows)
  const having = fitLinearHeads(data, withVectors(inputs, data.embedding, center), rows, fold, folds)
  const verdict = judgeVectors(data, data.embedding, rows, heads, having)
  return {
    standardization,
    embedding: { model, max_chars, mean: center, verdict },
    heads: verdict.kept ? having.map((head) => ({ ...head, ...splitModel(head.model, denseColumns) })) : heads
  }
}

/** The heads over some inputs. */
const fitLinearHeads = (
  data: Dataset,
  inputs: RidgeInputs,
  rows: Uint32Array,
  fold: Uint8Array,
  folds: number
): ReadonlyArray<FittedHead> => {
  const flagship = data.quality[data.flagship]!
  const values = data.quality.map((quality, tier) =>
    tier === data.flagship ? flagship : flagship.map((y, row) => y - quality[row]!)
  )
  const task = (row: number) => headTaskOf(data, row)

  /** Models of what the pooled means leave over, by head and penalty. */
  const fitOn = (training: Uint32Array, most: number) => {
    const pooled = values.map((value) => poolByTask(task, value, training))
    const used = everyNth(training, most)
    const residuals = values.map((value, k) =>
      Float64Array.from(used, (row) => value[row]! - pooledMean(pooled[k]!, task(row)))
    )
    return { pooled, models: fitSparseRidge(inputs, used, residuals, PENALTIES) }
  }

  const parts = Array.from({ length: folds }, (_, f) => {
    const { inside, outside } = partsOfFold(rows, fold, f)
    return { ...fitOn(inside, MOST_ROWS_OF_FOLD), outside }
  })
  const segmentOf = values.map(() => new Float64Array(data.n)), textOf = values.map(() => new Float64Array(data.n))
  for (const { outside, pooled } of parts) {
    for (const row of outside) {
      for (let k = 0; k < values.length; k++) segmentOf[k]![row] = pooledMean(pooled[k]!, task(row))
    }
  }
  const errors = values.map(() => PENALTIES.map(() => 0))
  for (const { models, outside } of parts) {
    const judged = everyNth(outside, MOST_ROWS_OF_FOLD / folds)
    for (let p = 0; p < PENALTIES.length; p++) {
      predictRows(models.map((byPenalty) => byPenalty[p]!), inputs, judged, (row, predicted) => {
        for (let k = 0; k < values.length; k++) {
          errors[k]![p]! += (values[k]![row]! - segmentOf[k]![row]! - predicted[k]!) ** 2
        }
      })
    }
  }
  const best = errors.map((byPenalty) => byPenalty.indexOf(Math.min(...byPenalty)))
  for (const { models, outside } of parts) {
    predictRows(models.map((byPenalty, k) => byPenalty[best[k]!]!), inputs, outside, (row, predicted) => {
      for (let k = 0; k < values.length; k++) textOf[k]![row] = predicted[k]!
    })
  }
  const final = fitOn(rows, MOST_ROWS)
  const pick = (of: Float64Array) => Float64Array.from(rows, (row) => of[row]!)
  return values.map((value, k): FittedHead => {
    const stack = fitNonNegative([pick(textOf[k]!), pick(segmentOf[k]!)], pick(value), STACK_PENALTY, STACK_PRIOR)
    const [onText, onSegment] = [stack.weights[0]!, stack.weights[1]!]
    const model = final.models[k]![best[k]!]!
    const crossFitted = new Float64Array(data.n).fill(NaN)
    for (const row of rows) {
      crossFitted[row] = stack.intercept + onText * textOf[k]![row]! + onSegment * segmentOf[k]![row]!
    }
    return {
      tier: k,
      target: k === data.flagship ? "quality" : "gain",
      intercept: stack.intercept + onText * model.intercept,
      model: {
        intercept: 0,
        dense: model.dense.map((w) => onText * w),
        hashed: model.hashed.map((w) => onText * w)
      },
      segmentWeight: onSegment,
      segments: final.pooled[k]!,
      crossFitted
    }
  })
}
