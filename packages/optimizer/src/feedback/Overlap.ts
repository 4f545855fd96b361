import { groupMeans, type Groups } from "../statistics/Groups.ts"
import { effectiveSampleSize, meanAndVariance } from "../statistics/Moments.ts"
import { normalQuantile } from "../statistics/Normal.ts"

/** How far a log overlaps with what a policy would do. */
export interface Overlap {
  /** Requests (groups of near-duplicates) that equally weighted ones would be worth: (sum w)^2 / sum w^2. */
  readonly effective_sample_size: number
  /** Share of requests for which the log could have shown what the policy does. */
  readonly support: number
  /** Of `support`, what chance may add to it; only where it had to be estimated from the weights. */
  readonly support_error: number
  readonly greatest_weight: number
}

const LEAST_SAMPLE = 200
const LEAST_SUPPORT = 0.99
/** One-sided chance at which a low support is put down to chance. */
const CHANCE = 0.05

/**
 * Overlap by the weights (clipped), and by the weights as they are the support: by discovered gaps where the logging plans
 * are known, else by the mean weight, which is 1 with full support.
 */
export const overlapOf = (
  weights: { readonly used: Float64Array; readonly whole: Float64Array },
  unsupported: Float64Array | undefined,
  groups: Groups
): Overlap => {
  const whole = groupMeans(weights.whole, groups)
  const { mean, variance } = meanAndVariance(whole)
  const gaps = unsupported && meanAndVariance(groupMeans(unsupported, groups)).mean
  return {
    effective_sample_size: effectiveSampleSize(groupMeans(weights.used, groups)),
    support: gaps === undefined ? mean : Math.max(0, 1 - gaps),
    support_error: gaps === undefined ? normalQuantile(1 - CHANCE) * Math.sqrt(variance / groups.count) : 0,
    greatest_weight: weights.used.reduce((a, b) => Math.max(a, b), 0)
  }
}

/** Why an overlap is too small to estimate from; undefined where it is not. */
export const refusal = (overlap: Overlap): string | undefined => {
  const { effective_sample_size, support, support_error } = overlap
  if (support + support_error < LEAST_SUPPORT) {
    return `the log can show what this policy does for ${
      (100 * Math.max(0, support)).toFixed(1)
    } % of the requests, and ${100 * LEAST_SUPPORT} % are needed`
  }
  return effective_sample_size < LEAST_SAMPLE
    ? `the log is worth ${Math.floor(effective_sample_size)} requests to this policy, and ${LEAST_SAMPLE} are needed`
    : undefined
}

/**
 * Whether one plan's weights are larger than chance allows. With right propensities their mean is at most 1; with those of
 * plans that share their paths, it is more.
 */
export const beyondChance = (weight: Float64Array, groups: Groups): boolean => {
  const { mean, variance } = meanAndVariance(groupMeans(weight, groups))
  return mean > 1 + 5 * Math.sqrt(variance / groups.count)
}
