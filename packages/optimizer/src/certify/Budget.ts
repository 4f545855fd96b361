import { bettingPValue } from "./BettingTest.ts"
import type { Observations } from "./Observations.ts"

/** A promise about mean cost per request, in US dollars. */
export interface BudgetTarget {
  readonly usdPerRequest: number
  /** The most one request can cost: the sum over the tiers it may call of greatest tokens x price. */
  readonly capUsd: number
}

/**
 * P-value of "the mean cost is above the budget", by betting on cost / cap. Throws a RangeError on a cost outside
 * [0, cap]: the test needs a true bound.
 */
export const budgetPValue = (
  costUsd: ArrayLike<number>,
  target: BudgetTarget,
  rows: Observations,
  alpha: number
): number => {
  const shares = Float64Array.from(costUsd, (cost) => cost / target.capUsd)
  const wrong = shares.findIndex((share) => !(share >= 0 && share <= 1))
  if (wrong >= 0) {
    throw new RangeError(
      `row ${wrong} costs ${costUsd[wrong]} USD, outside 0 to the stated cap of ${target.capUsd} USD`
    )
  }
  return bettingPValue(rows.of(shares), target.usdPerRequest / target.capUsd, alpha)
}
