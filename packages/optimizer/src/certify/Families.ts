/**
 * Tests hypotheses in an order fixed before the data are read, each at the full level, until the first that fails.
 * Returns the p-values that were looked at; all but a last one above alpha are rejected. The chance of any false
 * rejection is at most alpha.
 */
export const fixedSequence = (tests: Iterable<() => number>, alpha: number): Array<number> => {
  const pValues: Array<number> = []
  for (const test of tests) {
    const p = test()
    pValues.push(p)
    if (!(p <= alpha)) break
  }
  return pValues
}

/** Holm's step-down adjusted p-values in the order given: reject where at most alpha. Valid under any dependence. */
export const holm = (pValues: ReadonlyArray<number>): Array<number> => {
  const order = pValues.map((_, i) => i).toSorted((i, j) => pValues[i]! - pValues[j]! || i - j)
  const adjusted: Array<number> = []
  let least = 0
  order.forEach((hypothesis, rank) => {
    least = Math.max(least, Math.min(1, (pValues.length - rank) * pValues[hypothesis]!))
    adjusted[hypothesis] = least
  })
  return adjusted
}

/** P-value of "at least one promise is broken": all must hold, so the weakest decides (intersection-union test). */
export const jointPValue = (pValues: ReadonlyArray<number>): number => Math.max(0, ...pValues)
