import { gammaln } from "simple-statistics"

/** Modified Lentz evaluation of the continued fraction of the incomplete beta function (NIST DLMF 8.17.22). */
const betaFraction = (a: number, b: number, x: number): number => {
  const tiny = 1e-300
  const away = (v: number) => Math.abs(v) < tiny ? tiny : v
  let c = 1
  let d = 1 / away(1 - (a + b) * x / (a + 1))
  let h = d
  for (let m = 1; m <= 10_000; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    h *= d * c
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    const change = d * c
    h *= change
    if (Math.abs(change - 1) < 1e-15) break
  }
  return h
}

/** Regularized incomplete beta function I_x(a, b), for a, b > 0 and x in [0, 1]. */
export const incompleteBeta = (x: number, a: number, b: number): number => {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(
    gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x)
  )
  return x < (a + 1) / (a + b + 2)
    ? front * betaFraction(a, b, x) / a
    : 1 - front * betaFraction(b, a, 1 - x) / b
}

/** The x with I_x(a, b) = p, by bisection to machine precision. */
export const betaQuantile = (p: number, a: number, b: number): number => {
  let low = 0
  let high = 1
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (incompleteBeta(middle, a, b) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(X <= successes) for X ~ Binomial(n, p), exact. */
export const binomialAtMost = (successes: number, n: number, p: number): number => {
  if (successes < 0) return 0
  if (successes >= n) return 1
  return incompleteBeta(1 - p, n - successes, successes + 1)
}

/** Exact two-sided interval of a proportion (Clopper and Pearson 1934); [0, 1] where n = 0. */
export const clopperPearson = (successes: number, n: number, confidence: number): [low: number, high: number] => {
  const tail = (1 - confidence) / 2
  return [
    successes <= 0 ? 0 : betaQuantile(tail, successes, n - successes + 1),
    successes >= n ? 1 : betaQuantile(1 - tail, successes + 1, n - successes)
  ]
}
