/**
 * The cut c in 0..bins with the greatest sum of `gain[0..c-1]`, the gains of escalating the ranks below it. The lowest, so
 * the cheapest, on ties. O(bins).
 */
export const bestCut = (gain: Float64Array, bins: number): number => {
  let best = 0
  let bestSum = 0
  let sum = 0
  for (let b = 0; b < bins; b++) {
    sum += gain[b]!
    if (sum > bestSum) {
      bestSum = sum
      best = b + 1
    }
  }
  return best
}

/** The sum that {@link bestCut} reaches. O(bins). */
export const greatestPrefix = (gain: Float64Array, bins: number): number => {
  let best = 0
  let sum = 0
  for (let b = 0; b < bins; b++) {
    sum += gain[b]!
    best = Math.max(best, sum)
  }
  return best
}
