import { isLate } from "../search/SearchProblem.ts"
import { betaQuantile, binomialAtMost } from "../statistics/Binomial.ts"
import type { Groups } from "../statistics/Groups.ts"
import { normalQuantile } from "../statistics/Normal.ts"
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
    if (isLate(latencyMs[row]!, target.capMs)) above++
  }
  return groups.count === 0 ? 1 : binomialAtMost(above, groups.count, target.exceed ?? EXCEED)
}

/**
 * The greatest share of late requests at which {@link latencyPValue} on `n` independent ones will be at most `alpha` with
 * a chance of `power`; undefined where they are too few to pass at all.
 */
export const passingShare = (n: number, alpha: number, power: number): number | undefined => {
  let passes = -1, fails = n
  while (fails - passes > 1) {
    const above = Math.floor((passes + fails) / 2)
    if (binomialAtMost(above, n, EXCEED) <= alpha) passes = above
    else fails = above
  }
  return passes < 0 ? undefined : betaQuantile(1 - power, passes + 1, n - passes)
}

/**
 * Independent requests on which {@link latencyPValue} will be at most `alpha` with a chance of four in five, where this
 * share of them is late; by the normal approximation, Infinity where no number will do.
 */
export const neededForLatency = (late: number, alpha: number): number => {
  if (late >= EXCEED) return Infinity
  const spread = (share: number) => Math.sqrt(share * (1 - share))
  const reach = normalQuantile(1 - alpha) * spread(EXCEED) + normalQuantile(POWER) * spread(late)
  return (reach / (EXCEED - late)) ** 2
}

/** The chance that a promise is searched for with. */
export const POWER = 0.8
