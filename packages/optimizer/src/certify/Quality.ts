import { goldBlocks } from "../labels/GoldBlocks.ts"
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
  /** Where those are a judge's: the sure grades. The promise is then about these. */
  readonly gold?: GoldQuality | undefined
}

/** Sure grades of a policy and of the flagship beside those of a judge. */
export interface GoldQuality {
  /** NaN where there is no sure grade. */
  readonly policy: ArrayLike<number>
  readonly flagship: ArrayLike<number>
  /** 1 where no judge was asked, so that the row's quality is itself sure. */
  readonly sure: ArrayLike<number>
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

/**
 * P-value of "the promise is broken". Small values certify. `alpha` tunes the test and does not limit its validity.
 *
 * With `gold`, the observations are prediction-powered ({@link goldBlocks}), each scaled from its own bound b, known
 * before it is read, to [0, 1] by `1/2 + x / 2b`, and tested against 1/2.
 */
export const qualityPValue = (
  target: QualityTarget,
  quality: PairedQuality,
  rows: Observations,
  alpha: number
): number => {
  if (quality.gold !== undefined) {
    const { bound, of } = goldLosses(target, quality, quality.gold, rows)
    return bettingPValue(toUnit(of(target), bound), 0.5, alpha)
  }
  const [values, nullMean] = losses(target, quality)
  return bettingPValue(rows.of(values), nullMean, alpha)
}

/**
 * One loss for each observation of the test, in quality: the promise holds where their mean is at most 0. Prediction-powered
 * with `gold`.
 */
export const qualityLosses = (target: QualityTarget, quality: PairedQuality, rows: Observations): Float64Array => {
  const { constant, flagship: weight, most } = lossOf(target)
  return quality.gold === undefined
    ? rows.of(combine(quality, (policy, flagship) => weight * flagship - policy + constant))
    : goldLosses(target, quality, quality.gold, rows).of(target).map((loss) => most * loss)
}

/** Relative bounds end here, where the capped stakes still keep wealth positive. */
const maxRelative = 1.25

/**
 * Lower confidence bound at level 1 - alpha, in the target's own terms: of E[policy] - E[flagship] (from -1),
 * of E[policy] / E[flagship] (0 to 1.25), or of E[policy] (from 0). It inverts the test of {@link qualityPValue} with
 * the stakes of the target, so it reaches the target exactly when p <= alpha.
 *
 * With `gold` it is the greatest of a thousand steps up to which every step is rejected.
 */
export const qualityLowerBound = (
  target: QualityTarget,
  quality: PairedQuality,
  rows: Observations,
  alpha: number
): number => {
  if (quality.gold !== undefined) return goldLowerBound(target, quality, quality.gold, rows, alpha)
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

/** What the loss of a target is made of: `flagship x E[flagship] - E[policy] + constant`, and the most it can be. */
const lossOf = (target: QualityTarget): { flagship: number; constant: number; most: number } => {
  switch (target._tag) {
    case "Difference":
      return { flagship: 1, constant: -target.epsilon, most: 1 + Math.abs(target.epsilon) }
    case "Relative":
      return { flagship: target.floor, constant: 0, most: Math.max(1, target.floor) }
    case "Absolute":
      return { flagship: 0, constant: target.floor, most: 1 }
  }
}

/**
 * Prediction-powered losses of any target in units of its greatest loss, with the judge weighed for the given one. That of
 * block t is at most `bound[t]` from 0.
 */
const goldLosses = (
  target: QualityTarget,
  quality: PairedQuality,
  gold: GoldQuality,
  rows: Observations
): { readonly bound: Float64Array; readonly of: (of: QualityTarget) => Float64Array } => {
  const needed = target._tag === "Absolute" ? [gold.policy] : [gold.policy, gold.flagship]
  const sure = rows.of(gold.sure)
  const known = Float64Array.from(
    gold.policy,
    (_, row) => gold.sure[row] !== 1 && needed.every((column) => !Number.isNaN(column[row]!)) ? 1 : 0
  )
  const share = rows.of(known)
  /** Of a group, the judge's mean and, where some row has gold, the same corrected by what its judge was off there. */
  const grouped = (judged: ArrayLike<number>, truth: ArrayLike<number>) => {
    const mean = rows.of(judged)
    const off = rows.of(Float64Array.from(known, (has, row) => has === 1 ? truth[row]! - judged[row]! : 0))
    return { judged: mean, gold: mean.map((m, i) => share[i]! > 0 ? m + off[i]! / share[i]! : NaN) }
  }
  const policy = grouped(quality.policy, gold.policy)
  const flagship = grouped(quality.flagship, target._tag === "Absolute" ? quality.flagship : gold.flagship)
  const { constant, flagship: weight, most } = lossOf(target)
  const loss = (own: Float64Array, dear: Float64Array) => own.map((q, i) => (weight * dear[i]! - q + constant) / most)
  const blocks = goldBlocks(
    { count: rows.count, hasGold: (i) => share[i]! > 0, isSure: (i) => sure[i] === 1 },
    { judged: loss(policy.judged, flagship.judged), gold: loss(policy.gold, flagship.gold) }
  )
  const policyBlocks = blocks.of(policy), flagshipBlocks = blocks.of(flagship)
  return {
    bound: blocks.bound,
    of: (of) => {
      const { constant, flagship: weight, most } = lossOf(of)
      return policyBlocks.map((q, block) => (weight * flagshipBlocks[block]! - q + constant) / most)
    }
  }
}

/** From [-bound, bound] to [0, 1], each by its own bound: 0 becomes 1/2. */
const toUnit = (losses: Float64Array, bound: Float64Array): Float64Array =>
  losses.map((loss, block) => 0.5 + loss / (2 * bound[block]!))

const STEPS = 1_000

const goldLowerBound = (
  target: QualityTarget,
  quality: PairedQuality,
  gold: GoldQuality,
  rows: Observations,
  alpha: number
): number => {
  const { bound: scale, of } = goldLosses(target, quality, gold, rows)
  const at = (bound: number): QualityTarget =>
    target._tag === "Difference" ? { _tag: "Difference", epsilon: -bound } : { ...target, floor: bound }
  const [low, high] = target._tag === "Relative" ? [0, maxRelative] : target._tag === "Absolute" ? [0, 1] : [-1, 1]
  let reached = low
  for (let step = 0; step <= STEPS; step++) {
    const bound = low + (high - low) * step / STEPS
    if (!(bettingPValue(toUnit(of(at(bound)), scale), 0.5, alpha) <= alpha)) break
    reached = bound
  }
  return reached
}
