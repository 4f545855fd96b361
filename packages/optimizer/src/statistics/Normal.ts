import { errorFunction, probit } from "simple-statistics"

/** P(Z <= z) of the standard normal, to about 1e-7. */
export const normalCdf = (z: number): number => 0.5 * (1 + errorFunction(z / Math.SQRT2))

const density = (z: number) => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI)

/**
 * Quantile of the standard normal, for p in (0, 1); infinite at 0 and 1.
 * `probit` alone is good to three digits; two Newton steps make it as good as {@link normalCdf}.
 */
export const normalQuantile = (p: number): number => {
  if (p <= 0) return -Infinity
  if (p >= 1) return Infinity
  let z = probit(p)
  for (let step = 0; step < 2; step++) {
    const slope = density(z)
    if (slope > 1e-6) z -= (normalCdf(z) - p) / slope
  }
  return z
}
