import { bettingUpperBound } from "../certify/BettingTest.ts"
import { observations } from "../certify/Observations.ts"
import { clusterBootstrap } from "../statistics/ClusterBootstrap.ts"
import { groupMeans, groupRows, type Groups } from "../statistics/Groups.ts"
import { mean } from "../statistics/Moments.ts"

/** What a log shows of one quantity (quality, USD) under another policy, by request. */
export interface WeightedValues {
  /** Importance weights, 0 where the log does not show the value. */
  readonly weight: Float64Array
  /** The value where the weight is above 0. */
  readonly value: Float64Array
  /** Prediction of the value for every request, made without it. */
  readonly predicted: Float64Array
  /** Near-duplicates count as one: every figure is a mean over groups. */
  readonly groups: Groups
}

/** Mean of a quantity under a policy that did not serve the requests. */
export interface OffPolicyValue {
  /** Inverse propensity scoring (Horvitz and Thompson 1952), with clipped weights. */
  readonly ips: number
  /** The same divided by the mean weight (self-normalized; Swaminathan and Joachims 2015). */
  readonly snips: number
  /** Doubly robust (Dudik, Langford and Li 2011): the estimate to go by. */
  readonly dr: number
  readonly interval: readonly [low: number, high: number]
}

/** Weights that are clipped to at most sqrt(n), with n groups. */
export const clipped = (weight: Float64Array, groups: Groups): Float64Array => {
  const most = Math.sqrt(groups.count)
  return weight.map((w) => Math.min(w, most))
}

/**
 * Values with what the prediction misses, weighted: `predicted + weight (value - predicted)`. Where propensities are right
 * their mean is the policy's value whatever the prediction; a good prediction makes them vary less.
 */
const pseudoOutcomes = ({ predicted, value, weight }: WeightedValues): Float64Array =>
  predicted.map((m, i) => weight[i]! > 0 ? m + weight[i]! * (value[i]! - m) : m)

const weighted = ({ value, weight }: WeightedValues): Float64Array => weight.map((w, i) => w === 0 ? 0 : w * value[i]!)

const point = (values: WeightedValues, outcomes: Float64Array) => {
  const ips = mean(groupMeans(weighted(values), values.groups))
  return {
    ips,
    snips: ips / mean(groupMeans(values.weight, values.groups)),
    dr: mean(groupMeans(outcomes, values.groups))
  }
}

/**
 * Estimates a mean quality in [0, 1]; values and predictions are in [0, 1].
 *
 * The interval is by betting (Waudby-Smith and Ramdas) on the doubly robust outcomes of clipped weights, which lie in
 * [1 - W, W] for a greatest weight W, and holds at every sample size for the clipped estimate. Clipping moves that by at
 * most the mean weight clipped off, by which both ends are widened.
 *
 * @param values with the weights as they are
 * @param greatestWeight a bound on weights that does not depend on the outcomes, Infinity where none is known
 */
export const offPolicyQuality = (
  values: WeightedValues,
  options: { readonly greatestWeight: number; readonly alpha: number; readonly seed: number }
): OffPolicyValue => {
  const weight = clipped(values.weight, values.groups)
  const used = { ...values, weight }
  const outcomes = pseudoOutcomes(used)
  const greatest = Math.max(1, Math.min(options.greatestWeight, Math.sqrt(values.groups.count)))
  const cutOff = mean(groupMeans(values.weight.map((w, i) => w - weight[i]!), values.groups))
  const unit = observations(values.groups, options.seed).of(outcomes)
    .map((outcome) => Math.min(1, Math.max(0, (outcome + greatest - 1) / (2 * greatest - 1))))
  const back = (u: number) => u * (2 * greatest - 1) - greatest + 1
  const high = back(bettingUpperBound(unit, options.alpha / 2))
  const low = back(1 - bettingUpperBound(unit.map((u) => 1 - u), options.alpha / 2))
  return {
    ...point(used, outcomes),
    interval: [Math.max(0, low - cutOff), Math.min(1, high + cutOff)]
  }
}

/** Estimates a mean cost in USD, with a cluster-bootstrap interval: costs have no bound that a finite-sample test needs. */
export const offPolicyCost = (
  values: WeightedValues,
  options: { readonly alpha: number; readonly seed: number }
): OffPolicyValue => {
  const used = { ...values, weight: clipped(values.weight, values.groups) }
  const outcomes = pseudoOutcomes(used)
  const [interval] = clusterBootstrap({
    columns: [groupMeans(outcomes, values.groups)],
    groups: groupRows(values.groups.count),
    statistics: (means) => means,
    seed: options.seed,
    confidence: 1 - options.alpha,
    resamples: 400,
    method: "percentile"
  })
  return { ...point(used, outcomes), interval: [Math.max(0, interval!.low), interval!.high] }
}
