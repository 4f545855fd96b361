import { startingPoints } from "../statistics/StartingPoints.ts"

/** Unit vectors with few entries: vector i has entries `offsets[i]` to `offsets[i + 1]`. */
export interface UnitRows {
  readonly n: number
  readonly columns: number
  readonly offsets: Uint32Array
  readonly columnOf: Uint32Array
  readonly values: Float64Array
}

/** Cluster of each vector, and the clusters' unit centroids: that of column `j` and cluster `c` at `j * clusters + c`. */
export interface SphericalClusters {
  readonly clusters: number
  readonly assigned: Uint32Array
  readonly centroids: Float64Array
}

const ITERATIONS = 20
/** Vectors that are nearer are equal but for rounding. */
const ROUNDING = 1e-9

/**
 * Spherical k-means (Dhillon and Modha 2001): k-means by cosine, started by k-means++. Deterministic by seed.
 *
 * @param k clusters at most; fewer where there are fewer different vectors
 * @param least clusters of fewer vectors are given up, and their vectors go to the nearest of the others
 */
export const sphericalKMeans = (rows: UnitRows, k: number, least: number, seed: number): SphericalClusters => {
  const starts = startingPoints(rows.n, k, seed, (a, b) => {
    const gap = 2 - 2 * dot(rows, a, b)
    return gap < ROUNDING ? 0 : gap
  })
  let clusters = starts.length
  let centroids = new Float64Array(rows.columns * clusters)
  starts.forEach((row, c) => {
    for (let e = rows.offsets[row]!; e < rows.offsets[row + 1]!; e++) {
      centroids[rows.columnOf[e]! * clusters + c] = rows.values[e]!
    }
  })
  const assigned = new Uint32Array(rows.n).fill(clusters)
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    if (!assign(rows, centroids, clusters, assigned)) break
    centroids = meansOf(rows, clusters, assigned)
  }
  while (true) {
    const sizes = new Uint32Array(clusters)
    for (const c of assigned) sizes[c]! += 1
    const smallest = sizes.indexOf(Math.min(...sizes))
    if (clusters === 0 || sizes[smallest]! >= least) return { clusters, assigned, centroids }
    centroids = centroids.filter((_, i) => i % clusters !== smallest)
    clusters -= 1
    assigned.fill(clusters)
    assign(rows, centroids, clusters, assigned)
    centroids = meansOf(rows, clusters, assigned)
  }
}

/** Assigns each vector to the centroid of the greatest cosine, the first of equals; tells whether any moved. */
const assign = (rows: UnitRows, centroids: Float64Array, clusters: number, assigned: Uint32Array): boolean => {
  const cosines = new Float64Array(clusters)
  let moved = false
  for (let row = 0; row < rows.n; row++) {
    cosines.fill(0)
    for (let e = rows.offsets[row]!, end = rows.offsets[row + 1]!; e < end; e++) {
      const value = rows.values[e]!, from = rows.columnOf[e]! * clusters
      for (let c = 0; c < clusters; c++) cosines[c]! += value * centroids[from + c]!
    }
    let best = 0
    for (let c = 1; c < clusters; c++) if (cosines[c]! > cosines[best]!) best = c
    moved ||= assigned[row] !== best
    assigned[row] = best
  }
  return moved
}

/** Sums of the clusters' vectors, of length 1; of an empty cluster 0. */
const meansOf = (rows: UnitRows, clusters: number, assigned: Uint32Array): Float64Array<ArrayBuffer> => {
  const sums = new Float64Array(rows.columns * clusters), squares = new Float64Array(clusters)
  for (let row = 0; row < rows.n; row++) {
    for (let e = rows.offsets[row]!, end = rows.offsets[row + 1]!; e < end; e++) {
      sums[rows.columnOf[e]! * clusters + assigned[row]!]! += rows.values[e]!
    }
  }
  for (let i = 0; i < sums.length; i++) squares[i % clusters]! += sums[i]! ** 2
  for (let i = 0; i < sums.length; i++) {
    if (squares[i % clusters]! > 0) sums[i]! /= Math.sqrt(squares[i % clusters]!)
  }
  return sums
}

/** Dot product of two vectors, whose columns ascend. */
const dot = ({ columnOf, offsets, values }: UnitRows, a: number, b: number): number => {
  let sum = 0, i = offsets[a]!, j = offsets[b]!
  const endA = offsets[a + 1]!, endB = offsets[b + 1]!
  while (i < endA && j < endB) {
    const left = columnOf[i]!, right = columnOf[j]!
    if (left === right) sum += values[i]! * values[j]!
    if (left <= right) i += 1
    if (right <= left) j += 1
  }
  return sum
}
