/**
 * Test by betting that the mean of bounded observations is below a value (Waudby-Smith and Ramdas, "Estimating means
 * of bounded random variables by betting", JRSS B 2024).
 *
 * Observations y are independent, in [0, 1] and in random order. Under H0: E[y] >= m the wealth
 * K_t = prod(1 - l_i (y_i - m)) is a nonnegative supermartingale from 1, whatever the stakes l_i, as long as each is
 * chosen before y_i is read; so P(max_t K_t >= 1/alpha) <= alpha (Ville) and p = 1 / max_t K_t is a p-value at any n.
 */

/** Share of the greatest stake that keeps wealth positive: a stake is at most `maxStake / (1 - m)`. */
const maxStake = 0.75

/**
 * Stakes before the cap, l_t = sqrt(2 ln(1/alpha) / (n s2_{t-1})), from the observations before each:
 * mu_t = (1/2 + sum y) / (t + 1), s2_t = (1/4 + sum (y - mu)^2) / (t + 1). They do not depend on m.
 */
export const predictableStakes = (values: ArrayLike<number>, alpha: number): Float64Array => {
  const n = values.length
  const stakes = new Float64Array(n)
  const scale = 2 * Math.log(1 / alpha) / n
  let sum = 0.5
  let squares = 0.25
  for (let t = 1; t <= n; t++) {
    stakes[t - 1] = Math.sqrt(scale * t / squares)
    const y = values[t - 1]!
    sum += y
    const off = y - sum / (t + 1)
    squares += off * off
  }
  return stakes
}

/** Factors multiplied before a logarithm is taken: fast, and far from overflow for every admissible factor. */
const block = 32

/**
 * Greatest log wealth over time against H0: E[y] >= m, at least 0 (the wealth before the first bet).
 * Stops as soon as it reaches `enough`. Does not decrease in m.
 */
export const maxLogWealth = (
  values: ArrayLike<number>,
  stakes: Float64Array,
  m: number,
  enough = Infinity
): number => {
  const cap = maxStake / (1 - m)
  let log = 0
  let best = 0
  for (let from = 0; from < values.length && best < enough; from += block) {
    const to = Math.min(values.length, from + block)
    let wealth = 1
    let peak = 0
    for (let t = from; t < to; t++) {
      wealth *= 1 - Math.min(stakes[t]!, cap) * (values[t]! - m)
      if (wealth > peak) peak = wealth
    }
    best = Math.max(best, log + Math.log(peak))
    log += Math.log(wealth)
  }
  return best
}

/**
 * P-value of H0: E[y] >= m. `alpha` only tunes the stakes: the p-value is valid at every level. 1 where n = 0.
 * Outside (0, 1) the answer is certain: a mean is never below 0, and one of at least 1 needs every y to be 1.
 */
export const bettingPValue = (values: ArrayLike<number>, m: number, alpha: number): number => {
  if (m <= 0 || values.length === 0) return m > 1 ? 0 : 1
  if (m >= 1) return m > 1 || Array.from(values).some((y) => y < 1) ? 0 : 1
  return Math.exp(-maxLogWealth(values, predictableStakes(values, alpha), m))
}

/**
 * The edge between parameters in [low, high] that are rejected and those that are not, where `rejects` is monotone:
 * false up to the edge and true from it. `high` where nothing is rejected. Errs to the rejected side by at most
 * 2^-40 of the interval, so the answer is itself rejected.
 */
export const rejectionEdge = (low: number, high: number, rejects: (parameter: number) => boolean): number => {
  if (rejects(low)) return low
  let kept = low
  let rejected = high
  for (let step = 0; step < 40; step++) {
    const middle = (kept + rejected) / 2
    if (rejects(middle)) rejected = middle
    else kept = middle
  }
  return rejected
}

/** Upper confidence bound of E[y] at level 1 - alpha: the least m whose H0 is rejected; 1 where none is. */
export const bettingUpperBound = (values: ArrayLike<number>, alpha: number): number => {
  const stakes = predictableStakes(values, alpha)
  const enough = Math.log(1 / alpha)
  return rejectionEdge(0, 1, (m) => m > 0 && m < 1 && maxLogWealth(values, stakes, m, enough) >= enough)
}
