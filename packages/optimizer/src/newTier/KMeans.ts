import { startingPoints } from "../statistics/StartingPoints.ts"

const ITERATIONS = 25

/**
 * Lloyd's k-means, started by k-means++ ({@link startingPoints}). Deterministic by seed. A cluster that loses all
 * its points stays where it was.
 *
 * @param points row-major, `n x dimensions`
 * @param k clusters at most; fewer where there are fewer distinct points
 * @returns cluster of each point
 */
export const kMeans = (points: Float64Array, dimensions: number, k: number, seed: number): Uint32Array => {
  const n = points.length / dimensions
  const starts = startingPoints(
    n,
    k,
    seed,
    (a, b, enough) => squaredDistance(points, a * dimensions, points, b * dimensions, dimensions, enough)
  )
  const centers = new Float64Array(starts.length * dimensions)
  starts.forEach((i, c) => centers.set(points.subarray(i * dimensions, (i + 1) * dimensions), c * dimensions))
  const clusters = centers.length / dimensions
  const assigned = new Uint32Array(n)
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    let moved = 0
    for (let i = 0; i < n; i++) {
      let best = 0, least = Infinity
      for (let c = 0; c < clusters; c++) {
        const distance = squaredDistance(points, i * dimensions, centers, c * dimensions, dimensions, least)
        if (distance < least) {
          least = distance
          best = c
        }
      }
      if (assigned[i] !== best || iteration === 0) moved += 1
      assigned[i] = best
    }
    if (moved === 0) break
    const sums = new Float64Array(centers.length), sizes = new Uint32Array(clusters)
    for (let i = 0; i < n; i++) {
      const c = assigned[i]!
      sizes[c]! += 1
      for (let d = 0; d < dimensions; d++) sums[c * dimensions + d]! += points[i * dimensions + d]!
    }
    for (let c = 0; c < clusters; c++) {
      if (sizes[c] === 0) continue
      for (let d = 0; d < dimensions; d++) centers[c * dimensions + d] = sums[c * dimensions + d]! / sizes[c]!
    }
  }
  return assigned
}

/** Squared distance, or anything of at least `enough` once it is that far. */
const squaredDistance = (
  a: Float64Array,
  fromA: number,
  b: Float64Array,
  fromB: number,
  dimensions: number,
  enough: number
): number => {
  let sum = 0
  for (let d = 0; d < dimensions && sum < enough; d++) sum += (a[fromA + d]! - b[fromB + d]!) ** 2
  return sum
}
