import type { SparseRows } from "./SparseRows.ts"

/** What a ridge reads: hashed text, and standardized dense features row by row. */
export interface RidgeInputs {
  readonly hashed: SparseRows
  readonly dense: Float64Array
  readonly denseColumns: number
}
