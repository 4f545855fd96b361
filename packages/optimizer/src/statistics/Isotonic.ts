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
