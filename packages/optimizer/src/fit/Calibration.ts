import type { Calibrator } from "@spillway/domain"
import { calibrate } from "@spillway/policy"
import { partsOfFold } from "../data/Folds.ts"
import { isotonicRegression } from "../statistics/Isotonic.ts"
import { everyNth } from "./EveryNth.ts"
import { fitLogisticRidge } from "./LogisticRidge.ts"
import { valuesAt } from "./ValuesAt.ts"

/** The shape of a calibrator is settled by this many labels. */
const MOST_ROWS = 16_000

/** From this many labels on, the shape of the calibrator is learned freely. */
const ISOTONIC_FROM = 2_000
const BETA_FROM = 200

/** A calibrator, and what it makes of scores. */
export interface Calibrated {
  readonly calibrator: Calibrator
  /** Calibrated score of each row, by a calibrator that never saw the row's fold; NaN outside the rows asked for. */
  readonly crossFitted: Float64Array
}

/**
 * Calibrates cross-fitted log-odds.
 *
 * @param labelled rows to fit on
 * @param rows rows to calibrate
 */
export const calibrateCrossFitted = (
  logOdds: Float64Array,
  label: (row: number) => number,
  labelled: Uint32Array,
  rows: Uint32Array,
  fold: Uint8Array,
  folds: number
): Calibrated => {
  // One shape for all: thresholds found on the scores of folds are served on those of the whole.
  const shape = shapeFor(labelled.length)
  const ascending = labelled.toSorted((a, b) => logOdds[a]! - logOdds[b]!)
  const isUsed = new Uint8Array(logOdds.length)
  const calibratorOf = (of: Uint32Array) => {
    const used = everyNth(of, MOST_ROWS)
    isUsed.fill(0)
    for (let i = 0; i < used.length; i++) isUsed[used[i]!] = 1
    const inOrder = new Uint32Array(used.length)
    for (let i = 0, at = 0; at < used.length; i++) if (isUsed[ascending[i]!] === 1) inOrder[at++] = ascending[i]!
    return fitCalibrator(shape, valuesAt(inOrder, (row) => logOdds[row]!), valuesAt(inOrder, label))
  }
  const crossFitted = new Float64Array(logOdds.length).fill(NaN)
  for (let f = 0; f < folds; f++) {
    const calibrator = calibratorOf(partsOfFold(labelled, fold, f).inside)
    const { outside } = partsOfFold(rows, fold, f)
    for (let i = 0; i < outside.length; i++) crossFitted[outside[i]!] = calibrate(calibrator, logOdds[outside[i]!]!)
  }
  return { calibrator: calibratorOf(labelled), crossFitted }
}

/**
 * The shape of calibrator that a number of labels can carry: Platt's sigmoid below 200 labels, beta calibration (Kull,
 * Silva Filho and Flach 2017) below 2,000, isotonic regression (pool adjacent violators, linear between block centres)
 * from there on.
 */
const shapeFor = (labels: number): Calibrator["kind"] =>
  labels >= ISOTONIC_FROM ? "isotonic" : labels >= BETA_FROM ? "beta" : "platt"

/**
 * Fits a monotone map from a score (log-odds) to the probability of the label. Platt's sigmoid stands in where a beta
 * calibration does not ascend.
 *
 * @param score cross-fitted scores, ascending
 * @param label labels in [0, 1]
 */
const fitCalibrator = (shape: Calibrator["kind"], score: Float64Array, label: Float64Array): Calibrator => {
  if (shape === "isotonic") return fitIsotonic(score, label)
  return (shape === "beta" ? fitBeta(score, label) : undefined) ?? fitPlatt(score, label)
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

/** Narrowest block, as a share of the rows: no step rests on a handful of labels. */
const LEAST_BLOCK = 0.005
/** Labels that each block borrows from the overall mean, so that no block claims certainty. */
const PRIOR_LABELS = 1

const fitIsotonic = (score: Float64Array, label: Float64Array): Calibrator => {
  const overall = label.reduce((sum, y) => sum + y, 0) / label.length
  const least = Math.max(20, Math.floor(LEAST_BLOCK * score.length))
  const sizes: Array<number> = [], centers: Array<number> = [], means: Array<number> = []
  for (let i = 0; i < score.length;) {
    let n = 0, x = 0, y = 0
    // A block ends only between different scores: equal scores get equal probabilities.
    // What is left for the last one joins it where it is less: thresholds of cascades lie among the top scores.
    while (i < score.length && (n < least || score.length - i < least || score[i] === score[i - 1])) {
      x += score[i]!
      y += label[i]!
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
