import type { RidgeInputs } from "./RidgeInputs.ts"

/** Products of one row with several vectors that lie interleaved: entry j of vector t at `j * lanes + t`. */
export interface RowProducts {
  readonly lanes: number
  /** Writes `row . vector` of every lane to `out`. */
  readonly dot: (row: number, vectors: Float64Array, out: Float64Array) => void
  /** Adds `factor * row` to the vector of every lane. */
  readonly add: (row: number, factors: Float64Array, vectors: Float64Array) => void
}

/** Lanes that run at once at most. */
const MOST_LANES = 4

/** The lanes that so many vectors are cut into: fours, and the rest one by one. */
export const lanesOf = (vectors: number): ReadonlyArray<number> => {
  const fours = Math.floor(vectors / MOST_LANES)
  return Array.from({ length: fours + vectors % MOST_LANES }, (_, i) => i < fours ? MOST_LANES : 1)
}

/**
 * Products for one lane or for four. The sums of a row stand in variables, which the compiler keeps in registers: loops
 * over any number of lanes, with their sums in memory, take three times as long.
 *
 * @param denseScale factor of all dense features
 */
export const rowProducts = (inputs: RidgeInputs, lanes: number, denseScale: number): RowProducts =>
  lanes === 1 ? oneLane(inputs, denseScale) : fourLanes(inputs, denseScale)

const oneLane = ({ dense, denseColumns, hashed }: RidgeInputs, denseScale: number): RowProducts => {
  const { columns, indices, offsets, values } = hashed
  return {
    lanes: 1,
    dot: (row, vectors, out) => {
      let sum = 0
      for (let e = offsets[row]!, end = offsets[row + 1]!; e < end; e++) sum += values[e]! * vectors[indices[e]!]!
      for (let d = 0, from = row * denseColumns; d < denseColumns; d++) {
        sum += denseScale * dense[from + d]! * vectors[columns + d]!
      }
      out[0] = sum
    },
    add: (row, factors, vectors) => {
      const factor = factors[0]!
      for (let e = offsets[row]!, end = offsets[row + 1]!; e < end; e++) vectors[indices[e]!]! += values[e]! * factor
      for (let d = 0, from = row * denseColumns; d < denseColumns; d++) {
        vectors[columns + d]! += denseScale * dense[from + d]! * factor
      }
    }
  }
}

const fourLanes = ({ dense, denseColumns, hashed }: RidgeInputs, denseScale: number): RowProducts => {
  const { columns, indices, offsets, values } = hashed
  return {
    lanes: 4,
    dot: (row, vectors, out) => {
      let a = 0, b = 0, c = 0, d = 0
      for (let e = offsets[row]!, end = offsets[row + 1]!; e < end; e++) {
        const value = values[e]!, at = indices[e]! * 4
        a += value * vectors[at]!
        b += value * vectors[at + 1]!
        c += value * vectors[at + 2]!
        d += value * vectors[at + 3]!
      }
      for (let j = 0, from = row * denseColumns; j < denseColumns; j++) {
        const value = denseScale * dense[from + j]!, at = (columns + j) * 4
        a += value * vectors[at]!
        b += value * vectors[at + 1]!
        c += value * vectors[at + 2]!
        d += value * vectors[at + 3]!
      }
      out[0] = a
      out[1] = b
      out[2] = c
      out[3] = d
    },
    add: (row, factors, vectors) => {
      const a = factors[0]!, b = factors[1]!, c = factors[2]!, d = factors[3]!
      for (let e = offsets[row]!, end = offsets[row + 1]!; e < end; e++) {
        const value = values[e]!, at = indices[e]! * 4
        vectors[at]! += value * a
        vectors[at + 1]! += value * b
        vectors[at + 2]! += value * c
        vectors[at + 3]! += value * d
      }
      for (let j = 0, from = row * denseColumns; j < denseColumns; j++) {
        const value = denseScale * dense[from + j]!, at = (columns + j) * 4
        vectors[at]! += value * a
        vectors[at + 1]! += value * b
        vectors[at + 2]! += value * c
        vectors[at + 3]! += value * d
      }
    }
  }
}
