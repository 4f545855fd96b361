/** A hypothesis that was tested: rejected where its p-value is at most its level. */
export interface Tested {
  readonly index: number
  readonly pValue: number
  readonly level: number
}

/**
 * Tests hypotheses in an order fixed before the data are read ("fallback procedure": Wiens 2003; Wiens and Dmitrienko
 * 2005). Each has its own share of alpha, and the level of a rejected one passes on to the next. All weight on the
 * first makes it the fixed sequence. A test at level 0 is not looked at. The chance of any false rejection is at most
 * alpha, whatever the dependence.
 *
 * @param weights shares of alpha, not negative, with a sum of at most 1; in the order of `tests`
 */
export const fallback = (
  tests: ReadonlyArray<(level: number) => number>,
  weights: ReadonlyArray<number>,
  alpha: number
): ReadonlyArray<Tested> => {
  const tested: Array<Tested> = []
  let passedOn = 0
  tests.forEach((test, index) => {
    const level = passedOn + alpha * weights[index]!
    passedOn = 0
    if (level === 0) return
    const pValue = test(level)
    tested.push({ index, pValue, level })
    if (pValue <= level) passedOn = level
  })
  return tested
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
