import { incompleteBeta } from "../../src/statistics/Binomial.ts"
import { type Beta, type BetaMixture, fitBeta, fitBetaMixture, mixtureCdf } from "./BetaMixture.ts"
import { minimizeInBox } from "./MinimizeInBox.ts"

/**
 * Rational tuning of cascades (Zellinger and Thomson, "Rational Tuning of LLM Cascades via Probabilistic Modeling", TMLR
 * 2025, and its code), as a reference: calibrated confidences of neighbours in a chain follow beta mixtures with lumps
 * at their least and greatest values, joined by a Gumbel copula; tiers further apart are independent given those
 * between. Thresholds minimize `expected error + lambda cost` under that model. As in its code a value at its greatest
 * is never deferred, integrals are tabulated, and gaps between thresholds are filled by midpoints.
 *
 * It differs in one thing: the thresholds are found by Nelder and Mead's method from the middle, the last solution and the
 * best point of a coarse grid, not by L-BFGS-B from the middle alone. The loss has local minima, so this can only make the
 * reference stronger.
 */

const UNIVARIATE_GRID = 100
const UNIVARIATE_STEPS = 250
const BIVARIATE_GRID = 20
const BIVARIATE_STEPS = 25
const MARGIN = 1e-3
/** Values of each threshold on the coarse grid of starts. */
const START_LEVELS = 6

/** The confidence of one tier. */
interface Marginal {
  readonly low: number
  readonly high: number
  readonly atLow: number
  readonly atHigh: number
  readonly between: number
  readonly smooth: BetaMixture
  readonly mean: number
  /** Expected confidence where it is above each value of an even grid from `low` to `high`. */
  readonly above: Float64Array
}

/** The confidence of one tier after that of another, both below their greatest values. */
interface Pair {
  readonly bothLow: number
  readonly lowThenBetween: number
  readonly betweenThenLow: number
  readonly bothBetween: number
  readonly lowThenHigh: number
  readonly betweenThenHigh: number
  readonly firstIfSecondLow: Beta
  readonly firstIfSecondHigh: Beta
  readonly secondIfFirstLow: Beta
  readonly theta: number
  /** Expected second confidence where it is above t1, given a first of at most t0: row-major on even grids. */
  readonly above: Float64Array
}

const below = ({ atLow, between, smooth }: Marginal, t: number): number => atLow + between * mixtureCdf(smooth, t)

const scaled = ({ high, low }: Marginal, t: number): number => Math.max(0, Math.min(1, (t - low) / (high - low)))

const cdf = ({ a, b }: Beta, x: number): number => incompleteBeta(x, a, b)

/** Gumbel's copula; 1 is independence. */
const gumbel = (theta: number, u: number, v: number): number => {
  if (u <= 0 || v <= 0) return 0
  if (theta <= 1) return u * v
  return Math.exp(-(((-Math.log(u)) ** theta + (-Math.log(v)) ** theta) ** (1 / theta)))
}

/** Kendall's tau-b. */
const kendallTau = (x: ReadonlyArray<number>, y: ReadonlyArray<number>): number => {
  let balance = 0, untiedX = 0, untiedY = 0
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const dx = Math.sign(x[i]! - x[j]!), dy = Math.sign(y[i]! - y[j]!)
      balance += dx * dy
      untiedX += dx * dx
      untiedY += dy * dy
    }
  }
  return untiedX === 0 || untiedY === 0 ? 0 : balance / Math.sqrt(untiedX * untiedY)
}

const even = ({ high, low }: Marginal, at: number, size: number): number => low + (high - low) * at / (size - 1)

/** The integral of x dF(x) from `from` to `to`, by trapezoids over values of F. */
const partialMean = (from: number, to: number, steps: number, valueOf: (x: number) => number): number => {
  if (to - from < 1e-9) return 0
  let sum = 0
  let x = from, value = valueOf(x)
  for (let s = 1; s < steps; s++) {
    const next = from + (to - from) * s / (steps - 1), nextValue = valueOf(next)
    sum += (nextValue - value) * (x + next) / 2
    x = next
    value = nextValue
  }
  return sum
}

const fitMarginal = (confidence: Float64Array): Marginal => {
  const low = confidence.reduce((m, v) => Math.min(m, v), 1), high = confidence.reduce((m, v) => Math.max(m, v), 0)
  const n = confidence.length
  const inside = Array.from(confidence).filter((v) => v > low && v < high)
  const atLow = confidence.filter((v) => v === low).length / n, atHigh = confidence.filter((v) => v === high).length / n
  const marginal: Marginal = {
    low,
    high,
    atLow,
    atHigh,
    between: inside.length / n,
    smooth: fitBetaMixture(inside, low, high),
    mean: confidence.reduce((sum, v) => sum + v, 0) / n,
    above: new Float64Array(UNIVARIATE_GRID)
  }
  const above = marginal.above.map((_, i) => {
    const t = even(marginal, i, UNIVARIATE_GRID)
    return partialMean(t, high, UNIVARIATE_STEPS, (x) => below(marginal, x)) + atHigh * high +
      (i === 0 ? atLow * low : 0)
  })
  return { ...marginal, above }
}

const fitPair = (first: Marginal, second: Marginal, x: Float64Array, y: Float64Array): Pair => {
  const n = x.length
  const rows = Array.from(x.keys())
  const place = (m: Marginal, v: number) => v === m.low ? "low" : v === m.high ? "high" : "between"
  const rowsAt = (a: string, b: string) => rows.filter((i) => place(first, x[i]!) === a && place(second, y[i]!) === b)
  const share = (a: string, b: string) => rowsAt(a, b).length / n
  const smooth = rowsAt("between", "between")
  const tau = kendallTau(smooth.map((i) => x[i]!), smooth.map((i) => y[i]!))
  const firstAt = (b: string) => fitBeta(rowsAt("between", b).map((i) => x[i]!), first.low, first.high)
  const pair: Pair = {
    bothLow: share("low", "low"),
    lowThenBetween: share("low", "between"),
    betweenThenLow: share("between", "low"),
    bothBetween: share("between", "between"),
    lowThenHigh: share("low", "high"),
    betweenThenHigh: share("between", "high"),
    firstIfSecondLow: firstAt("low"),
    firstIfSecondHigh: firstAt("high"),
    secondIfFirstLow: fitBeta(rowsAt("low", "between").map((i) => y[i]!), second.low, second.high),
    theta: tau >= 1 ? 50 : 1 / (1 - tau),
    above: new Float64Array(BIVARIATE_GRID ** 2)
  }
  const above = pair.above.map((_, cell) => {
    const t0 = even(first, Math.floor(cell / BIVARIATE_GRID), BIVARIATE_GRID)
    const at = cell % BIVARIATE_GRID
    const reached = below(first, t0)
    if (reached <= 0) return 0
    const deferral = deferralAfter(first, second, pair, t0)
    const u = scaled(first, t0)
    const high = pair.betweenThenHigh * cdf(pair.firstIfSecondHigh, u) + pair.lowThenHigh
    const low = pair.betweenThenLow * cdf(pair.firstIfSecondLow, u) + pair.bothLow
    return partialMean(even(second, at, BIVARIATE_GRID), second.high, BIVARIATE_STEPS, deferral) +
      (second.high * high + (at === 0 ? second.low * low : 0)) / reached
  })
  return { ...pair, above }
}

/** The chance that the second is at most t1, given a first of at most t0. */
const deferralAfter = (first: Marginal, second: Marginal, pair: Pair, t0: number): (t1: number) => number => {
  const u = mixtureCdf(first.smooth, t0), reached = below(first, t0)
  const low = pair.bothLow + pair.betweenThenLow * cdf(pair.firstIfSecondLow, scaled(first, t0))
  return (t1) =>
    (low + pair.lowThenBetween * cdf(pair.secondIfFirstLow, scaled(second, t1)) +
      pair.bothBetween * gumbel(pair.theta, u, mixtureCdf(second.smooth, t1))) / reached
}

const interpolated = (table: Float64Array, from: number, position: number, size: number, step = 1): number => {
  const cell = Math.max(0, Math.min(size - 1, Math.floor(position)))
  const next = Math.min(size - 1, cell + 1), w = Math.max(0, Math.min(1, position - cell))
  return table[from + cell * step]! * (1 - w) + table[from + next * step]! * w
}

const aboveAlone = (marginal: Marginal, t: number): number =>
  interpolated(marginal.above, 0, scaled(marginal, t) * (UNIVARIATE_GRID - 1), UNIVARIATE_GRID)

const aboveAfter = (first: Marginal, second: Marginal, { above }: Pair, t0: number, t1: number): number => {
  const p = scaled(first, t0) * (BIVARIATE_GRID - 1), q = scaled(second, t1) * (BIVARIATE_GRID - 1)
  const row = Math.min(BIVARIATE_GRID - 1, Math.floor(p)), next = Math.min(BIVARIATE_GRID - 1, row + 1)
  const w = p - row
  const at = (r: number) => interpolated(above, r * BIVARIATE_GRID, q, BIVARIATE_GRID)
  return at(row) * (1 - w) + at(next) * w
}

/** The model of the confidences of some tiers, from which chains of them can be tuned. */
export interface RationalModel {
  /**
   * Thresholds of a chain at rising prices of cost, midpoints between them included; an answer is accepted where its
   * confidence is greater. The last tier of the chain has none.
   *
   * @param cost US dollars per million requests of each tier of the chain
   */
  readonly tune: (chain: ReadonlyArray<number>, cost: ReadonlyArray<number>) => ReadonlyArray<ReadonlyArray<number>>
}

/** @param confidence calibrated confidences by tier */
export const fitRationalModel = (confidence: ReadonlyArray<Float64Array>): RationalModel => {
  const marginals = confidence.map(fitMarginal)
  const pairs = new Map<string, Pair>()
  const pairOf = (p: number, k: number): Pair => {
    const key = `${p} ${k}`
    const pair = pairs.get(key) ?? fitPair(marginals[p]!, marginals[k]!, confidence[p]!, confidence[k]!)
    pairs.set(key, pair)
    return pair
  }

  const expected = (chain: ReadonlyArray<number>, cost: ReadonlyArray<number>, t: ArrayLike<number>) => {
    let spent = cost[0]!
    let reached = below(marginals[chain[0]!]!, t[0]!)
    const outcome = { quality: aboveAlone(marginals[chain[0]!]!, t[0]!), cost: (1 - reached) * spent }
    for (let j = 1; j < chain.length; j++) {
      const first = marginals[chain[j - 1]!]!, second = marginals[chain[j]!]!, pair = pairOf(chain[j - 1]!, chain[j]!)
      spent += cost[j]!
      const last = j + 1 === chain.length
      const deferred = last ? 0 : deferralAfter(first, second, pair, t[j - 1]!)(t[j]!)
      outcome.quality += reached * aboveAfter(first, second, pair, t[j - 1]!, last ? second.low : t[j]!)
      outcome.cost += reached * (1 - deferred) * spent
      reached *= deferred
    }
    return outcome
  }

  const tune: RationalModel["tune"] = (chain, cost) => {
    const tested = chain.slice(0, -1)
    const low = tested.map((k) => marginals[k]!.low + MARGIN), high = tested.map((k) => marginals[k]!.high - MARGIN)
    const middle = low.map((v, j) => (v + high[j]!) / 2)
    const coarse = startsBetween(low, high).map((start) => ({ start, ...expected(chain, cost, start) }))
    const found: Array<ReadonlyArray<number>> = []
    const at = (price: number) => {
      const loss = (t: ArrayLike<number>) => {
        const { cost: usd, quality } = expected(chain, cost, t)
        return 1 - quality + price * usd
      }
      const lossAt = (point: (typeof coarse)[number]) => 1 - point.quality + price * point.cost
      const lowest = coarse.reduce((a, b) => lossAt(b) < lossAt(a) ? b : a)
      const starts = [middle, lowest.start, ...found.slice(-1)]
      const best = starts.map((start) => minimizeInBox(loss, start, low, high))
        .reduce((a, b) => b.value < a.value ? b : a)
      found.push(best.at)
      return expected(chain, cost, best.at).cost
    }
    let usd = 0
    for (const price of [0, 1e-10, 1e-8, 1e-6]) usd = at(price)
    for (let step = 0, price = 1e-6; step < 24 && usd > 1.25 * cost[0]! && price < 1e3; step++) usd = at(price *= 2)
    return fillGaps(found, tested.map((k) => confidence[k]!))
  }
  return { tune }
}

/** All combinations of even levels inside the box. */
const startsBetween = (low: ReadonlyArray<number>, high: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> =>
  low.reduce<ReadonlyArray<ReadonlyArray<number>>>(
    (starts, from, j) =>
      starts.flatMap((start) =>
        Array.from({ length: START_LEVELS }, (_, i) => [...start, from + (high[j]! - from) * (i + 0.5) / START_LEVELS])
      ),
    [[]]
  )

/** Adds midpoints until no two neighbours have more than a tenth of the rows between them in any threshold. */
const fillGaps = (
  found: ReadonlyArray<ReadonlyArray<number>>,
  confidence: ReadonlyArray<Float64Array>
): ReadonlyArray<ReadonlyArray<number>> => {
  const sorted = confidence.map((column) => column.toSorted())
  const mass = (j: number, a: number, b: number) => {
    const low = Math.min(a, b), high = Math.max(a, b)
    return sorted[j]!.reduce((count, v) => count + (v > low && v < high ? 1 : 0), 0) / sorted[j]!.length
  }
  const between = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> => {
    // A lump of equal confidences cannot be divided.
    if (!a.some((t, j) => mass(j, t, b[j]!) > 0.1 && Math.abs(t - b[j]!) > 1e-6)) return [a]
    const middle = a.map((t, j) => (t + b[j]!) / 2)
    return [...between(a, middle), ...between(middle, b)]
  }
  return found.flatMap((t, i) => i + 1 === found.length ? [t] : between(t, found[i + 1]!))
}
