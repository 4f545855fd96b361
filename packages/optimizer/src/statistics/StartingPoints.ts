import { seededRandom } from "./SeededRandom.ts"

/**
 * Starting points of k-means by k-means++ (Arthur and Vassilvitskii 2007): the first by chance, each further one with
 * chance proportional to its squared distance to the nearest so far. Deterministic by seed.
 *
 * @param distance squared distance of two of the n points, or anything of at least `enough` once it is that far
 * @returns at most `k` of the points; fewer where there are fewer distinct ones
 */
export const startingPoints = (
  n: number,
  k: number,
  seed: number,
  distance: (a: number, b: number, enough: number) => number
): ReadonlyArray<number> => {
  const random = seededRandom(seed)
  const chosen: Array<number> = n === 0 ? [] : [random.integer(n)]
  const nearest = new Float64Array(n).fill(Infinity)
  while (chosen.length > 0 && chosen.length < k) {
    const last = chosen.at(-1)!
    let total = 0
    for (let i = 0; i < n; i++) {
      const squared = distance(i, last, nearest[i]!)
      if (squared < nearest[i]!) nearest[i] = squared
      total += nearest[i]!
    }
    if (total <= 0) break
    let left = random.uniform() * total
    let next = n - 1
    for (let i = 0; i < n; i++) {
      left -= nearest[i]!
      if (left < 0) {
        next = i
        break
      }
    }
    chosen.push(next)
  }
  return chosen
}
