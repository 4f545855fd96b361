import { groupMeans, type Groups } from "../statistics/Groups.ts"
import { shuffledIndices } from "../statistics/SeededRandom.ts"

/** Turns per-row values into the independent observations of a test, in seeded random order. */
export interface Observations {
  /** Number of observations: groups, not rows. This is the effective sample size. */
  readonly count: number
  /** One value per row in; one per group, the mean of its rows, out. Throws a RangeError on NaN. */
  readonly of: (values: ArrayLike<number>) => Float64Array
}

/**
 * Near-duplicates and turns of one conversation tell the same story twice. A test that counted them apart would promise
 * too much, so each group is averaged into one observation. What is certified is then the mean over groups: a group
 * counts once, however many copies it has.
 */
export const observations = (groups: Groups, seed: number): Observations => {
  const order = shuffledIndices(groups.count, seed)
  return {
    count: groups.count,
    of: (values) => {
      if (values.length !== groups.index.length) {
        throw new RangeError(`expected ${groups.index.length} values, one per row, and got ${values.length}`)
      }
      const means = groupMeans(values, groups)
      return Float64Array.from(order, (group) => {
        const value = means[group]!
        if (Number.isNaN(value)) throw new RangeError("a value to certify is missing (NaN)")
        return value
      })
    }
  }
}
