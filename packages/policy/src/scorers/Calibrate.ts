import type { Calibrator } from "@spillway/domain"

/** Calibrated scores stay this far from 0 and 1, so that their logarithms exist. */
export const PROBABILITY_MARGIN = 1e-6

const clamp = (p: number) => Math.min(1 - PROBABILITY_MARGIN, Math.max(PROBABILITY_MARGIN, p))

export const sigmoid = (x: number): number => x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))

/** ln(sigmoid(x)) without overflow or cancellation. */
const logSigmoid = (x: number) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)))

/** Index of the first element greater than `value` in ascending `edges`; `edges.length` where there is none. */
export const upperBound = (edges: ArrayLike<number>, value: number): number => {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = low + high >>> 1
    if (edges[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}

const interpolate = (x: ReadonlyArray<number>, y: ReadonlyArray<number>, score: number) => {
  const above = upperBound(x, score)
  if (above === 0) return y[0]!
  if (above === x.length) return y[above - 1]!
  const share = (score - x[above - 1]!) / (x[above]! - x[above - 1]!)
  return y[above - 1]! + share * (y[above]! - y[above - 1]!)
}

/**
 * Maps a raw score to a probability in [1e-6, 1 - 1e-6]. Monotone for a >= 0, b >= 0 (beta) and ascending knots, which
 * `compile` demands. Where two knots share an x, the later holds from there on.
 */
export const calibrate = (calibrator: Calibrator, score: number): number => {
  switch (calibrator.kind) {
    case "platt":
      return clamp(sigmoid(calibrator.a * score + calibrator.b))
    case "beta":
      return clamp(
        sigmoid(calibrator.a * logSigmoid(score) - calibrator.b * logSigmoid(-score) + calibrator.c)
      )
    case "isotonic":
      return clamp(interpolate(calibrator.x, calibrator.y, score))
  }
}
