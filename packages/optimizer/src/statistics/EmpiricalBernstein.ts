import { meanAndVariance } from "./Moments.ts"

/**
 * One-sided distance such that E[X] >= mean - radius with probability at least 1 - alpha, for independent values in an
 * interval of length `range` (Maurer and Pontil 2009, theorem 4). Infinite for fewer than two values.
 */
export const empiricalBernsteinRadius = (values: ArrayLike<number>, alpha: number, range: number): number => {
  const n = values.length
  if (n < 2) return Infinity
  const log = Math.log(2 / alpha)
  return Math.sqrt(2 * meanAndVariance(values).variance * log / n) + 7 * range * log / (3 * (n - 1))
}
