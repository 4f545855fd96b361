/** Arithmetic mean; NaN where there is nothing. */
export const mean = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/** Mean and unbiased variance in one pass (Welford); the variance of fewer than two values is 0. */
export const meanAndVariance = (values: ArrayLike<number>): { readonly mean: number; readonly variance: number } => {
  let mean = 0
  let squares = 0
  for (let i = 0; i < values.length; i++) {
    const off = values[i]! - mean
    mean += off / (i + 1)
    squares += off * (values[i]! - mean)
  }
  return {
    mean: values.length === 0 ? Number.NaN : mean,
    variance: values.length < 2 ? 0 : squares / (values.length - 1)
  }
}

/** Unbiased covariance of paired values; 0 for fewer than two pairs. */
export const covariance = (x: ArrayLike<number>, y: ArrayLike<number>): number => {
  const meanX = mean(x)
  const meanY = mean(y)
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += (x[i]! - meanX) * (y[i]! - meanY)
  return x.length < 2 ? 0 : sum / (x.length - 1)
}

/** Kish's effective sample size (sum w)^2 / sum w^2; 0 where all weights are 0. */
export const effectiveSampleSize = (weights: ArrayLike<number>): number => {
  let sum = 0
  let squares = 0
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!
    squares += weights[i]! * weights[i]!
  }
  return squares === 0 ? 0 : sum * sum / squares
}
