import type { DuckDBDataChunk } from "@duckdb/node-api"
import bindings from "@duckdb/node-bindings"

/** A DOUBLE column without NULLs, as DuckDB holds it. Valid until the chunk is collected. */
export const doublesOf = (chunk: DuckDBDataChunk, column: number): Float64Array => {
  const raw = bindings.vector_get_data(bindings.data_chunk_get_vector(chunk.chunk, column), chunk.rowCount * 8)
  return new Float64Array(raw.buffer, raw.byteOffset, chunk.rowCount)
}

/** An INTEGER column without NULLs, as DuckDB holds it. Valid until the chunk is collected. */
export const integersOf = (chunk: DuckDBDataChunk, column: number): Int32Array => {
  const raw = bindings.vector_get_data(bindings.data_chunk_get_vector(chunk.chunk, column), chunk.rowCount * 4)
  return new Int32Array(raw.buffer, raw.byteOffset, chunk.rowCount)
}
