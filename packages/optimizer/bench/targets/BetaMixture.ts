import { gammaln } from "simple-statistics"
import { incompleteBeta } from "../../src/statistics/Binomial.ts"

/** A beta distribution on [0, 1]. */
export interface Beta {
  readonly a: number
  readonly b: number
}

/** Two beta distributions on (low, high); `share` belongs to the first. */
export interface BetaMixture {
  readonly low: number
  readonly high: number
  readonly share: number
  readonly first: Beta
  readonly second: Beta
}

const LEAST = 1e-3
const GREATEST = 1e4

/** Derivative of the logarithm of the gamma function, by recurrence and its asymptotic series. */
const digamma = (x: number): number => {
  let shift = 0, at = x
  for (; at < 8; at++) shift -= 1 / at
  const f = 1 / (at * at)
  return shift + Math.log(at) - 0.5 / at - f * (1 / 12 - f * (1 / 120 - f * (1 / 252 - f / 240)))
}

const trigamma = (x: number): number => {
  let shift = 0, at = x
  for (; at < 8; at++) shift += 1 / (at * at)
  const f = 1 / (at * at)
  return shift + 1 / at + f / 2 + f / at * (1 / 6 - f * (1 / 30 - f * (1 / 42 - f / 30)))
}

/** Maximum likelihood from the mean logarithms of x and of 1 - x, by Newton's method on the logarithms of a and b. */
const fitFromLogs = (meanLog: number, meanLogRest: number, start: Beta): Beta => {
  let { a, b } = start
  for (let step = 0; step < 100; step++) {
    const both = digamma(a + b), curve = trigamma(a + b)
    const ga = a * (meanLog - digamma(a) + both), gb = b * (meanLogRest - digamma(b) + both)
    // Hessian in log space; where it is not negative definite, a short step up the gradient.
    const haa = a * a * (curve - trigamma(a)) + ga, hbb = b * b * (curve - trigamma(b)) + gb, hab = a * b * curve
    const determinant = haa * hbb - hab * hab
    const newton = haa < 0 && determinant > 0
    const limit = (v: number) => Math.max(-0.7, Math.min(0.7, v))
    const da = limit(newton ? -(hbb * ga - hab * gb) / determinant : ga)
    const db = limit(newton ? -(haa * gb - hab * ga) / determinant : gb)
    a = Math.max(LEAST, Math.min(GREATEST, a * Math.exp(da)))
    b = Math.max(LEAST, Math.min(GREATEST, b * Math.exp(db)))
    if (Math.abs(da) + Math.abs(db) < 1e-8) break
  }
  return { a, b }
}

const weightedFit = (
  logs: Float64Array,
  rests: Float64Array,
  weight: (i: number) => number,
  start: Beta
): Beta => {
  let total = 0, sum = 0, sumRest = 0
  for (let i = 0; i < logs.length; i++) {
    const w = weight(i)
    total += w
    sum += w * logs[i]!
    sumRest += w * rests[i]!
  }
  return total < 1e-9 ? start : fitFromLogs(sum / total, sumRest / total, start)
}

/** Maximum-likelihood beta of values inside (low, high), scaled to [0, 1]; uniform where fewer than two values differ. */
export const fitBeta = (values: ReadonlyArray<number>, low: number, high: number): Beta => {
  if (new Set(values).size < 2) return { a: 1, b: 1 }
  const x = values.map((v) => (v - low) / (high - low))
  return weightedFit(Float64Array.from(x, Math.log), Float64Array.from(x, (v) => Math.log1p(-v)), () => 1, {
    a: 1,
    b: 1
  })
}

/** Mixture of two betas of values inside (low, high) by expectation maximization, from the published starting point. */
export const fitBetaMixture = (values: ReadonlyArray<number>, low: number, high: number): BetaMixture => {
  let share = 0.5
  let first: Beta = { a: 2, b: 5 }, second: Beta = { a: 5, b: 2 }
  const n = values.length
  if (new Set(values).size < 2) return { low, high, share: 1, first: { a: 1, b: 1 }, second }
  const logs = Float64Array.from(values, (v) => Math.log((v - low) / (high - low)))
  const rests = Float64Array.from(values, (v) => Math.log((high - v) / (high - low)))
  const belongs = new Float64Array(n)
  let before = -Infinity
  for (let round = 0; round < 300; round++) {
    const logDensity = ({ a, b }: Beta, i: number) => (a - 1) * logs[i]! + (b - 1) * rests[i]!
    const scaleOf = ({ a, b }: Beta) => gammaln(a + b) - gammaln(a) - gammaln(b)
    const one = scaleOf(first), two = scaleOf(second)
    let likelihood = 0, sum = 0
    for (let i = 0; i < n; i++) {
      const p = share * Math.exp(one + logDensity(first, i)), q = (1 - share) * Math.exp(two + logDensity(second, i))
      const total = Math.max(1e-6, p + q)
      belongs[i] = p / total
      sum += belongs[i]!
      likelihood += Math.log(total)
    }
    if (Math.abs(likelihood - before) < 1e-6) break
    before = likelihood
    first = weightedFit(logs, rests, (i) => belongs[i]!, first)
    second = weightedFit(logs, rests, (i) => 1 - belongs[i]!, second)
    share = sum / n
  }
  return { low, high, share, first, second }
}

export const mixtureCdf = ({ first, high, low, second, share }: BetaMixture, value: number): number => {
  const x = (value - low) / (high - low)
  return share * incompleteBeta(x, first.a, first.b) + (1 - share) * incompleteBeta(x, second.a, second.b)
}
