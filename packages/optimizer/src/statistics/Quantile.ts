/** Quantile of ascending values by linear interpolation (Hyndman and Fan type 7, the default of R and NumPy). */
export const sortedQuantile = (sorted: ArrayLike<number>, p: number): number => {
  if (sorted.length === 0) return Number.NaN
  const position = Math.min(1, Math.max(0, p)) * (sorted.length - 1)
  const below = Math.floor(position)
  const low = sorted[below]!
  return below + 1 < sorted.length ? low + (position - below) * (sorted[below + 1]! - low) : low
}

/** Ascending copy without NaN. */
export const sortedCopy = (values: ArrayLike<number>): Float64Array => {
  const sorted = Float64Array.from(values).toSorted()
  // A typed-array sort puts NaN last.
  let end = sorted.length
  while (end > 0 && Number.isNaN(sorted[end - 1]!)) end--
  return sorted.subarray(0, end)
}

/** Quantiles of values in any order; NaN is left out; NaN where nothing is left. */
export const quantiles = (values: ArrayLike<number>, probabilities: ReadonlyArray<number>): Array<number> => {
  const sorted = sortedCopy(values)
  return probabilities.map((p) => sortedQuantile(sorted, p))
}

/** Indices that put the values in ascending order; ties keep their order. */
export const ascendingOrder = (values: ArrayLike<number>): Uint32Array =>
  Uint32Array.from({ length: values.length }, (_, i) => i).toSorted((i, j) => values[i]! - values[j]! || i - j)
