import { ascendingOrder } from "./Quantile.ts"

/** Mean squared error of probabilities against outcomes in [0, 1] (Brier 1950). */
export const brier = (probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < outcomes.length; i++) sum += (probabilities[i]! - outcomes[i]!) ** 2
  return sum / outcomes.length
}

/** Mean negative log-likelihood in nats; probabilities are clipped to [1e-15, 1 - 1e-15]. */
export const logLoss = (probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < outcomes.length; i++) {
    const p = Math.min(1 - 1e-15, Math.max(1e-15, probabilities[i]!))
    sum -= outcomes[i]! * Math.log(p) + (1 - outcomes[i]!) * Math.log1p(-p)
  }
  return sum / outcomes.length
}

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  readonly n: number
  readonly meanProbability: number
  readonly meanOutcome: number
}

/** Bins of about equal mass, ascending; rows with equal probability share a bin, so there may be fewer than `bins`. */
export const reliabilityBins = (
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  bins = 15
): Array<ReliabilityBin> => {
  const n = outcomes.length
  const order = ascendingOrder(probabilities)
  const result: Array<ReliabilityBin> = []
  let count = 0
  let probability = 0
  let outcome = 0
  for (let rank = 0; rank < n; rank++) {
    const row = order[rank]!
    count++
    probability += probabilities[row]!
    outcome += outcomes[row]!
    const last = rank + 1 === n
    const full = rank + 1 >= Math.round((result.length + 1) * n / bins)
    if (last || (full && probabilities[order[rank + 1]!] !== probabilities[row])) {
      result.push({ n: count, meanProbability: probability / count, meanOutcome: outcome / count })
      count = probability = outcome = 0
    }
  }
  return result
}

/** Expected calibration error over equal-mass bins (15 by default). */
export const expectedCalibrationError = (
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  bins = 15
): number => {
  let sum = 0
  for (const bin of reliabilityBins(probabilities, outcomes, bins)) {
    sum += bin.n * Math.abs(bin.meanProbability - bin.meanOutcome)
  }
  return sum / outcomes.length
}
