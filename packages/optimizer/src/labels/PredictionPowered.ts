import { covariance, meanAndVariance } from "../statistics/Moments.ts"
import { normalQuantile } from "../statistics/Normal.ts"

/** One quantity on independent observations, by a judge on all of them and by sure grades on some. */
export interface Labelled {
  /** NaN where there is no sure grade. The observations that have one are a random sample of all. */
  readonly gold: ArrayLike<number>
  readonly judged: ArrayLike<number>
}

/** A mean of the sure grades, estimated with the help of a judge. */
export interface PredictionPowered {
  readonly estimate: number
  readonly standardError: number
  /** Two-sided interval at level 1 - alpha, by the normal distribution. */
  readonly low: number
  readonly high: number
  /** How far the judge is trusted: 0 leaves it out, 1 takes it as it is. */
  readonly lambda: number
  /** Observations with a sure grade. */
  readonly gold: number
  /** Observations without one. */
  readonly unlabeled: number
}

/**
 * Mean of the sure grades: `mean(gold - lambda judged) + lambda mean(judged, where there is no gold)`.
 *
 * The judge's error is measured where both are known and taken off, so the estimate is unbiased however biased the judge
 * is; the better the judge, the narrower the interval. `none` is prediction-powered inference with lambda 1
 * (Angelopoulos et al., Science 2023). `power` (PPI++, Angelopoulos, Duchi and Zrnic 2023, section 6) takes the lambda
 * of least variance, `cov(gold, judged) / ((1 + n / N) var(judged))` between 0 and 1, and is never much worse than the
 * sure grades alone. Without unlabeled observations both are the plain mean. NaN without gold.
 */
export const predictionPowered = (
  { gold, judged }: Labelled,
  options: { readonly alpha: number; readonly tuning: "none" | "power" }
): PredictionPowered => {
  const known: Array<number> = [], unknown: Array<number> = []
  for (let i = 0; i < gold.length; i++) (Number.isNaN(gold[i]!) ? unknown : known).push(i)
  const y = known.map((i) => gold[i]!), f = known.map((i) => judged[i]!), rest = unknown.map((i) => judged[i]!)
  const n = y.length, unlabeled = rest.length
  const lambda = unlabeled === 0 ? 0 : options.tuning === "none" ? 1 : powerTuned(y, f, rest)
  const rectified = meanAndVariance(y.map((value, i) => value - lambda * f[i]!))
  const predicted = unlabeled === 0 ? { mean: 0, variance: 0 } : meanAndVariance(rest)
  const estimate = rectified.mean + lambda * predicted.mean
  const standardError = n < 2
    ? Infinity
    : Math.sqrt(rectified.variance / n + (unlabeled === 0 ? 0 : lambda ** 2 * predicted.variance / unlabeled))
  const reach = normalQuantile(1 - options.alpha / 2) * standardError
  return { estimate, standardError, low: estimate - reach, high: estimate + reach, lambda, gold: n, unlabeled }
}

const powerTuned = (y: ReadonlyArray<number>, f: ReadonlyArray<number>, rest: ReadonlyArray<number>): number => {
  const { variance } = meanAndVariance([...f, ...rest])
  if (variance === 0) return 0
  return Math.min(1, Math.max(0, covariance(y, f) / ((1 + y.length / rest.length) * variance)))
}

/** The difference of two quantities on the same observations; sure where both are. */
export const pairedDifference = (a: Labelled, b: Labelled): Labelled => ({
  gold: Float64Array.from(a.gold, (value, i) => value - b.gold[i]!),
  judged: Float64Array.from(a.judged, (value, i) => value - b.judged[i]!)
})
