import type { Interval } from "../OptimizeReport.ts"
import { meanAndVariance } from "../statistics/Moments.ts"

/** A mean with its standard error. */
export interface EstimatedMean {
  readonly value: number
  readonly stderr: number
}

/**
 * Mean of a quantity that is imputed on many rows and known on a few drawn at random: the mean of the imputed values plus
 * the mean error of imputing on the few (prediction-powered inference: Angelopoulos et al. 2023). Unbiased whatever the
 * imputation; the better it is, the less the few have to tell.
 *
 * @param imputed values on many rows, none of them seen in fitting the imputation
 * @param errors known minus imputed values on the few
 */
export const estimatedMean = (imputed: ArrayLike<number>, errors: ArrayLike<number>): EstimatedMean => {
  const many = meanAndVariance(imputed), few = meanAndVariance(errors)
  return {
    value: many.mean + few.mean,
    stderr: Math.sqrt(many.variance / imputed.length + few.variance / errors.length)
  }
}

/** 95 % interval of an estimated mean, within the range that is possible. */
export const intervalOf = ({ stderr, value }: EstimatedMean, low: number, high: number): Interval => [
  Math.max(low, value - 1.96 * stderr),
  Math.min(high, value + 1.96 * stderr)
]
