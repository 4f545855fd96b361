import type { Calibrator } from "@spillway/domain"
import { isotonicRegression } from "../statistics/Isotonic.ts"
import { ascendingOrder } from "../statistics/Quantile.ts"
import { fitLogisticRidge } from "./LogisticRidge.ts"

/** From this many labels on, the shape of the calibrator is learned freely. */
const ISOTONIC_FROM = 2_000
const BETA_FROM = 200

/**
 * Fits a monotone map from a score (log-odds) to the probability of the label, of a shape that the number of labels can
 * carry: Platt's sigmoid below 200 labels, beta calibration (Kull, Silva Filho and Flach 2017) below 2,000, isotonic
 * regression (pool adjacent violators, linear between block centres) from there on.
 *
 * @param score cross-fitted scores
 * @param label labels in [0, 1]
 */
export const fitCalibrator = (score: Float64Array, label: Float64Array): Calibrator => {
  if (score.length >= ISOTONIC_FROM) return fitIsotonic(score, label)
  return (score.length >= BETA_FROM ? fitBeta(score, label) : undefined) ?? fitPlatt(score, label)
}

const fitPlatt = (score: Float64Array, label: Float64Array): Calibrator => {
  const model = fitLogisticRidge(score, 1, label, 1)
  return { kind: "platt", a: Math.max(0, model.weights[0]!), b: model.intercept }
}

/** Undefined where a slope comes out negative: the map would not be monotone. */
const fitBeta = (score: Float64Array, label: Float64Array): Calibrator | undefined => {
  const x = new Float64Array(score.length * 2)
  for (let i = 0; i < score.length; i++) {
    x[2 * i] = -softplus(-score[i]!)
    x[2 * i + 1] = softplus(score[i]!)
  }
  const model = fitLogisticRidge(x, 2, label, 1)
  const [a, b] = [model.weights[0]!, model.weights[1]!]
  return a < 0 || b < 0 ? undefined : { kind: "beta", a, b, c: model.intercept }
}

/** Blocks narrower than this share of the rows are merged, so that no step rests on a handful of labels. */
const LEAST_BLOCK = 0.005
/** Labels that each block borrows from the overall mean, so that no block claims certainty. */
const PRIOR_LABELS = 1

const fitIsotonic = (score: Float64Array, label: Float64Array): Calibrator => {
  const order = ascendingOrder(score)
  const overall = label.reduce((sum, y) => sum + y, 0) / label.length
  const least = Math.max(20, Math.floor(LEAST_BLOCK * score.length))
  const sizes: Array<number> = [], centers: Array<number> = [], means: Array<number> = []
  for (let i = 0; i < order.length;) {
    let n = 0, x = 0, y = 0
    // A block ends only between different scores: equal scores get equal probabilities.
    while (i < order.length && (n < least || score[order[i]!] === score[order[i - 1]!])) {
      x += score[order[i]!]!
      y += label[order[i]!]!
      n += 1
      i += 1
    }
    sizes.push(n)
    centers.push(x / n)
    means.push((y + PRIOR_LABELS * overall) / (n + PRIOR_LABELS))
  }
  return { kind: "isotonic", x: centers, y: Array.from(isotonicRegression(means, sizes)) }
}

const softplus = (z: number): number => z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z))
