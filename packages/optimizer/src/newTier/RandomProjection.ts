import { mix } from "../data/Folds.ts"
import type { SparseRows } from "../fit/SparseRows.ts"

/** Coordinates that each bucket adds to. */
const NONZEROS = 4

/**
 * Sparse random projection of sparse rows (sparse Johnson-Lindenstrauss transform: Kane and Nelson 2014): each bucket adds
 * to four of the coordinates, with random signs, so that lengths and distances are kept in the mean. Buckets count by
 * their rarity (inverse document frequency), and rows come out with length 1 (0 for an empty row).
 *
 * @returns row-major, `rows.n x dimensions`
 */
export const randomProjection = (rows: SparseRows, dimensions: number, seed: number): Float64Array => {
  const { columns, indices, n, offsets, values } = rows
  const frequency = new Uint32Array(columns)
  for (let e = 0, end = offsets[n]!; e < end; e++) frequency[indices[e]!]! += 1
  const rarity = Float64Array.from(frequency, (count) => count === 0 ? 0 : Math.log((1 + n) / count))
  const out = new Float64Array(n * dimensions)
  for (let row = 0; row < n; row++) {
    const from = row * dimensions
    for (let e = offsets[row]!, end = offsets[row + 1]!; e < end; e++) {
      const bucket = indices[e]!, value = values[e]! * rarity[bucket]!
      for (let j = 0; j < NONZEROS; j++) {
        const h = mix(bucket * NONZEROS + j, seed)
        out[from + (h >>> 1) % dimensions]! += (h & 1) === 0 ? value : -value
      }
    }
    let squares = 0
    for (let d = 0; d < dimensions; d++) squares += out[from + d]! ** 2
    const length = Math.sqrt(squares)
    if (length > 0) { for (let d = 0; d < dimensions; d++) out[from + d]! /= length }
  }
  return out
}
