import { bettingPValue, maxLogWealth, predictableStakes, rejectionEdge } from "./BettingTest.ts"
import type { Observations } from "./Observations.ts"

/** The promise about quality. All qualities are in [0, 1]. */
export type QualityTarget =
  /** E[policy] >= E[flagship] - epsilon */
  | { readonly _tag: "Difference"; readonly epsilon: number }
  /** E[policy] >= floor * E[flagship] */
  | { readonly _tag: "Relative"; readonly floor: number }
  /** E[policy] >= floor */
  | { readonly _tag: "Absolute"; readonly floor: number }

/** Per-row quality of a policy and of the flagship on the same rows. */
export interface PairedQuality {
  readonly policy: ArrayLike<number>
  readonly flagship: ArrayLike<number>
}

const combine = (quality: PairedQuality, loss: (policy: number, flagship: number) => number): Float64Array =>
  Float64Array.from(quality.policy, (policy, row) => loss(policy, quality.flagship[row]!))

/** Losses scaled to [0, 1], and the mean from which on the promise is broken (H0: E >= nullMean). */
const losses = (target: QualityTarget, quality: PairedQuality): [values: Float64Array, nullMean: number] => {
  switch (target._tag) {
    case "Difference":
      return [combine(quality, (policy, flagship) => (flagship - policy + 1) / 2), (target.epsilon + 1) / 2]
    case "Relative":
      return [combine(quality, (policy, flagship) => (target.floor * flagship - policy + 1) / 2), 0.5]
    case "Absolute":
      return [combine(quality, (policy) => 1 - policy), 1 - target.floor]
  }
}

/** P-value of "the promise is broken". Small values certify. `alpha` tunes the test and does not limit its validity. */
export const qualityPValue = (
  target: QualityTarget,
  quality: PairedQuality,
  rows: Observations,
  alpha: number
): number => {
  const [values, nullMean] = losses(target, quality)
  return bettingPValue(rows.of(values), nullMean, alpha)
}

/** Relative bounds end here, where the capped stakes still keep wealth positive. */
const maxRelative = 1.25

/**
 * Lower confidence bound at level 1 - alpha, in the target's own terms: of E[policy] - E[flagship] (from -1),
 * of E[policy] / E[flagship] (0 to 1.25), or of E[policy] (from 0). It inverts the test of {@link qualityPValue} with
 * the stakes of the target, so it reaches the target exactly when p <= alpha.
 */
export const qualityLowerBound = (
  target: QualityTarget,
  quality: PairedQuality,
  rows: Observations,
  alpha: number
): number => {
  const [scaled, nullMean] = losses(target, quality)
  const values = rows.of(scaled)
  const stakes = predictableStakes(values, alpha)
  const enough = Math.log(1 / alpha)
  if (target._tag === "Relative") {
    const flagship = rows.of(quality.flagship)
    const short = rejectionEdge(0, maxRelative, (less) => {
      const shift = (maxRelative - less - target.floor) / 2
      const shifted = values.map((value, i) => value + shift * flagship[i]!)
      return maxLogWealth(shifted, stakes, nullMean, enough) >= enough
    })
    return maxRelative - short
  }
  const upper = rejectionEdge(0, 1, (m) => m > 0 && m < 1 && maxLogWealth(values, stakes, m, enough) >= enough)
  return target._tag === "Difference" ? 1 - 2 * upper : 1 - upper
}
