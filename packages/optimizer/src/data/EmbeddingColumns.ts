import type { EmbeddingModel } from "@spillway/domain"

/** What an embedding model made of the requests; row i is a request. */
export interface EmbeddingColumns extends EmbeddingModel {
  readonly dimensions: number
  /** Row-major, of length 1; zeros where a request has none. */
  readonly vectors: Float32Array
  /** 1 where a request has a vector. */
  readonly present: Uint8Array
  /** Mean US dollars of one request's vector; undefined where unknown. */
  readonly usd: number | undefined
}

/** The vector of a row; undefined where it has none. */
export const vectorOf = ({ dimensions, present, vectors }: EmbeddingColumns, row: number): Float32Array | undefined =>
  present[row] === 1 ? vectors.subarray(row * dimensions, (row + 1) * dimensions) : undefined

/** The vectors of some rows, in the given order. */
export const takeVectors = (embedding: EmbeddingColumns, rows: Uint32Array): EmbeddingColumns => {
  const { dimensions, present } = embedding
  const vectors = new Float32Array(rows.length * dimensions)
  rows.forEach((row, i) => {
    const vector = vectorOf(embedding, row)
    if (vector !== undefined) vectors.set(vector, i * dimensions)
  })
  return { ...embedding, vectors, present: Uint8Array.from(rows, (row) => present[row]!) }
}
