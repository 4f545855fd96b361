/**
 * Sparse rows in compressed form: row i has entries `offsets[i]` to `offsets[i + 1]`. Those that are built here lie in
 * shared memory, so that threads read them without a copy.
 */
export interface SparseRows {
  readonly n: number
  readonly columns: number
  readonly offsets: Float64Array
  readonly indices: Uint32Array
  readonly values: Float32Array
}

const sharedIndices = (length: number) => new Uint32Array(new SharedArrayBuffer(length * Uint32Array.BYTES_PER_ELEMENT))
const sharedValues = (length: number) =>
  new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT))

/** Collects sparse rows. Where it runs out of memory it takes what the rows still expected will need, at least twice as much. */
export class SparseRowsBuilder {
  private offsets: Array<number> = [0]
  private indices = sharedIndices(1 << 16)
  private values = sharedValues(1 << 16)
  private used = 0
  private readonly columns: number
  private readonly expected: number

  /** @param expected number of rows, where it is known */
  constructor(columns: number, expected = 0) {
    this.columns = columns
    this.expected = expected
  }

  add(row: { readonly indices: Uint32Array; readonly values: Float32Array; readonly length: number }): void {
    const end = this.used + row.length
    if (end > this.indices.length) {
      // A tenth more than the rows so far foretell; pages that are never written to cost nothing.
      const foretold = Math.ceil(1.1 * this.expected * end / this.offsets.length)
      const capacity = Math.max(end, this.indices.length * 2, foretold)
      const indices = sharedIndices(capacity), values = sharedValues(capacity)
      indices.set(this.indices)
      values.set(this.values)
      this.indices = indices
      this.values = values
    }
    this.indices.set(row.indices.subarray(0, row.length), this.used)
    this.values.set(row.values.subarray(0, row.length), this.used)
    this.used = end
    this.offsets.push(end)
  }

  finish(): SparseRows {
    const offsets = new Float64Array(new SharedArrayBuffer(this.offsets.length * Float64Array.BYTES_PER_ELEMENT))
    offsets.set(this.offsets)
    return {
      n: this.offsets.length - 1,
      columns: this.columns,
      offsets,
      indices: this.indices.subarray(0, this.used),
      values: this.values.subarray(0, this.used)
    }
  }
}
