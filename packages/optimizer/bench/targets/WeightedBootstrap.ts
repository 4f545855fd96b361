import { sortedCopy, sortedQuantile } from "../../src/statistics/Quantile.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

/** An estimate with its 95 % percentile interval. */
export interface Resampled {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/**
 * Cluster bootstrap of statistics that are no function of means, as areas under curves of ranked rows are not: each
 * resample gives every group the number of times it was drawn as its weight. All statistics share the resamples, so
 * their differences are paired.
 *
 * @param groups number of groups
 * @param statistics of the weights by group
 */
export const weightedBootstrap = (
  groups: number,
  statistics: (weight: Float64Array) => ReadonlyArray<number>,
  { resamples, seed }: { readonly resamples: number; readonly seed: number }
): ReadonlyArray<Resampled> => {
  const estimates = statistics(new Float64Array(groups).fill(1))
  const random = seededRandom(seed)
  const weight = new Float64Array(groups)
  const replicates = estimates.map(() => new Float64Array(resamples))
  for (let b = 0; b < resamples; b++) {
    weight.fill(0)
    for (let draw = 0; draw < groups; draw++) weight[random.integer(groups)]! += 1
    statistics(weight).forEach((value, s) => replicates[s]![b] = value)
  }
  return estimates.map((estimate, s) => {
    const sorted = sortedCopy(replicates[s]!)
    return { estimate, low: sortedQuantile(sorted, 0.025), high: sortedQuantile(sorted, 0.975) }
  })
}
