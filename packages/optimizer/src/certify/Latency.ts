import { binomialAtMost } from "../statistics/Binomial.ts"
import type { Groups } from "../statistics/Groups.ts"
import { shuffledIndices } from "../statistics/SeededRandom.ts"

/** Share of requests that a promise allows above its cap where it says no other: the cap is on the 95th percentile. */
export const EXCEED = 0.05

/** A promise that at most `exceed` of requests (5 % by default, so the 95th percentile) take longer than `capMs`. */
export interface LatencyTarget {
  readonly capMs: number
  readonly exceed?: number
}

/**
 * Exact binomial p-value of "more requests than promised exceed the cap": P(Binomial(n, exceed) <= observed).
 * One row of each group, drawn by the seed, is counted, so that the rows are independent. A missing latency (NaN)
 * counts as exceeding.
 */
export const latencyPValue = (
  latencyMs: ArrayLike<number>,
  target: LatencyTarget,
  groups: Groups,
  seed: number
): number => {
  const counted = new Uint8Array(groups.count)
  let above = 0
  for (const row of shuffledIndices(latencyMs.length, seed)) {
    const group = groups.index[row]!
    if (counted[group] === 1) continue
    counted[group] = 1
    if (!(latencyMs[row]! <= target.capMs)) above++
  }
  return groups.count === 0 ? 1 : binomialAtMost(above, groups.count, target.exceed ?? EXCEED)
}
