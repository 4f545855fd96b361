/** Rows numbered by group 0 to `count` - 1, in order of first appearance. */
export interface Groups {
  readonly index: Uint32Array
  readonly count: number
}

/** Numbers any group keys (cluster of near-duplicates, conversation). Without keys every row is its own group. */
export const groupRows = (n: number, keys?: ArrayLike<number | string>): Groups => {
  const index = new Uint32Array(n)
  if (keys === undefined) {
    for (let row = 0; row < n; row++) index[row] = row
    return { index, count: n }
  }
  const seen = new Map<number | string, number>()
  for (let row = 0; row < n; row++) {
    const key = keys[row]!
    let group = seen.get(key)
    if (group === undefined) seen.set(key, group = seen.size)
    index[row] = group
  }
  return { index, count: seen.size }
}

/** Rows in each group. */
export const groupSizes = (groups: Groups): Float64Array => {
  const sizes = new Float64Array(groups.count)
  for (const group of groups.index) sizes[group]!++
  return sizes
}

/** Sum of the values in each group. */
export const groupSums = (values: ArrayLike<number>, groups: Groups): Float64Array => {
  const sums = new Float64Array(groups.count)
  for (let row = 0; row < values.length; row++) sums[groups.index[row]!]! += values[row]!
  return sums
}

/** Mean of the values in each group: one independent observation per group. */
export const groupMeans = (values: ArrayLike<number>, groups: Groups): Float64Array => {
  const sizes = groupSizes(groups)
  return groupSums(values, groups).map((sum, group) => sum / sizes[group]!)
}
