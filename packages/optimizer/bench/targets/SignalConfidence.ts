import type { Dataset } from "../../src/data/Dataset.ts"
import { fitLogisticRidge } from "../../src/fit/LogisticRidge.ts"

/** All but unpenalized, as the published calibration is; enough to keep a separable sample finite. */
const PENALTY = 1e-3

/**
 * One tier's calibrated confidence by the published recipe ("Rational Tuning of LLM Cascades"): raw signals p as
 * -log(1 - p) through a logistic regression on the training rows. Where a tier has two signals both enter, as one alone
 * is either coarse (stated) or weak (token probabilities). A missing one gets its mean. NaN-free, for every row.
 */
export const signalConfidence = (data: Dataset, tier: number, training: Uint32Array): Float64Array => {
  const { columns, names } = data.evidence[tier]!
  const signals = columns.filter((_, j) => names[j]!.startsWith("signal:")).map((column) =>
    standardized(column, training)
  )
  if (signals.length === 0) throw new RangeError(`${data.tiers[tier]} has no confidence signal`)
  const matrix = new Float64Array(training.length * signals.length)
  training.forEach((row, i) => signals.forEach((column, j) => matrix[i * signals.length + j] = column[row]!))
  const quality = Float64Array.from(training, (row) => data.quality[tier]![row]!)
  const model = fitLogisticRidge(matrix, signals.length, quality, PENALTY)
  return Float64Array.from({ length: data.n }, (_, row) => {
    const logOdds = signals.reduce((sum, column, j) => sum + model.weights[j]! * column[row]!, model.intercept)
    return 1 / (1 + Math.exp(-logOdds))
  })
}

/** -log(1 - p), where certainty is as much as the most that is finite in the training rows, standardized on them. */
const standardized = (signal: Float64Array, training: Uint32Array): Float64Array => {
  const logs = signal.map((p) => -Math.log(1 - Math.min(1, p)))
  const finite = Array.from(training, (row) => logs[row]!).filter((v) => Number.isFinite(v))
  const most = finite.reduce((m, v) => Math.max(m, v), 0)
  const mean = finite.reduce((sum, v) => sum + v, 0) / Math.max(1, finite.length)
  const filled = logs.map((v) => (Number.isNaN(v) ? mean : Math.min(v, most)) - mean)
  const spread = Math.sqrt(training.reduce((sum, row) => sum + filled[row]! ** 2, 0) / training.length)
  return spread === 0 ? filled : filled.map((v) => v / spread)
}
