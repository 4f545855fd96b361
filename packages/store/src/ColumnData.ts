import type { DuckDBDataChunk } from "@duckdb/node-api"
import bindings from "@duckdb/node-bindings"

/** A DOUBLE column without NULLs, as DuckDB holds it. Valid until the chunk is collected. */
export const doublesOf = (chunk: DuckDBDataChunk, column: number): Float64Array => {
  const raw = bindings.vector_get_data(bindings.data_chunk_get_vector(chunk.chunk, column), chunk.rowCount * 8)
  return new Float64Array(raw.buffer, raw.byteOffset, chunk.rowCount)
}

/** The lists of a FLOAT[] column without NULLs, copied. */
export const floatListsOf = (chunk: DuckDBDataChunk, column: number): ReadonlyArray<Float32Array> => {
  const vector = bindings.data_chunk_get_vector(chunk.chunk, column)
  const entries = bindings.vector_get_data(vector, chunk.rowCount * 16)
  const places = new BigUint64Array(entries.buffer, entries.byteOffset, chunk.rowCount * 2)
  const child = bindings.vector_get_data(
    bindings.list_vector_get_child(vector),
    bindings.list_vector_get_size(vector) * 4
  )
  const values = new Float32Array(child.buffer, child.byteOffset, child.byteLength / 4)
  return Array.from({ length: chunk.rowCount }, (_, i) => {
    const from = Number(places[2 * i])
    return values.slice(from, from + Number(places[2 * i + 1]))
  })
}

/** An INTEGER column without NULLs, as DuckDB holds it. Valid until the chunk is collected. */
export const integersOf = (chunk: DuckDBDataChunk, column: number): Int32Array => {
  const raw = bindings.vector_get_data(bindings.data_chunk_get_vector(chunk.chunk, column), chunk.rowCount * 4)
  return new Int32Array(raw.buffer, raw.byteOffset, chunk.rowCount)
}
