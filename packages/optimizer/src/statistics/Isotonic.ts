import { ascendingOrder } from "./Quantile.ts"

/**
 * Weighted least-squares non-decreasing fit to values in the order given: pool adjacent violators, O(n).
 * Weights are positive, 1 where not given.
 */
export const isotonicRegression = (values: ArrayLike<number>, weights?: ArrayLike<number>): Float64Array => {
  const n = values.length
  const level = new Float64Array(n)
  const weight = new Float64Array(n)
  const size = new Uint32Array(n)
  let blocks = 0
  for (let i = 0; i < n; i++) {
    let mean = values[i]!
    let mass = weights === undefined ? 1 : weights[i]!
    let count = 1
    while (blocks > 0 && level[blocks - 1]! >= mean) {
      blocks--
      const total = mass + weight[blocks]!
      mean = (mean * mass + level[blocks]! * weight[blocks]!) / total
      mass = total
      count += size[blocks]!
    }
    level[blocks] = mean
    weight[blocks] = mass
    size[blocks++] = count
  }
  const fit = new Float64Array(n)
  for (let block = 0, i = 0; block < blocks; block++) {
    fit.fill(level[block]!, i, i += size[block]!)
  }
  return fit
}

/**
 * Isotonic fit of y on x in any order: rows with equal x are pooled first. Returns knots (both ends of each level) for
 * linear interpolation, constant outside.
 */
export const isotonicKnots = (
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  weights?: ArrayLike<number>
): { readonly x: Array<number>; readonly y: Array<number> } => {
  const at: Array<number> = []
  const sums: Array<number> = []
  const masses: Array<number> = []
  for (const row of ascendingOrder(x)) {
    const mass = weights === undefined ? 1 : weights[row]!
    if (at.length === 0 || at.at(-1) !== x[row]) {
      at.push(x[row]!)
      sums.push(0)
      masses.push(0)
    }
    sums[sums.length - 1]! += mass * y[row]!
    masses[masses.length - 1]! += mass
  }
  const fit = isotonicRegression(sums.map((sum, i) => sum / masses[i]!), masses)
  const kept = at.map((_, i) => i).filter((i) => fit[i] !== fit[i - 1] || fit[i] !== fit[i + 1])
  return { x: kept.map((i) => at[i]!), y: kept.map((i) => fit[i]!) }
}
