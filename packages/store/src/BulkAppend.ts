import { type DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api"
import bindings from "@duckdb/node-bindings"
import type { Failure } from "@spillway/domain"
import { Effect } from "effect"
import { attempt, failureOf, run } from "./Sql.ts"

/** One column of a bulk write: its name, and its value in a row; undefined becomes NULL. */
export type Column<Row> =
  & { readonly name: string }
  & (
    | { readonly type: "VARCHAR" | "JSON"; readonly of: (row: Row) => string | undefined }
    | { readonly type: "DOUBLE"; readonly of: (row: Row) => number | undefined }
    | { readonly type: "BIGINT"; readonly of: (row: Row) => number | undefined }
    | { readonly type: "TIMESTAMP"; readonly of: (row: Row) => bigint | undefined }
    | { readonly type: "BOOLEAN"; readonly of: (row: Row) => boolean | undefined }
    | { readonly type: "FLOAT[]"; readonly of: (row: Row) => Float32Array }
  )

const CHUNK_ROWS = bindings.vector_size()

// One column at a time passes through these, so all chunks can share them.
const doubles = new Float64Array(CHUNK_ROWS)
const integers = new BigInt64Array(CHUNK_ROWS)
const booleans = new Uint8Array(CHUNK_ROWS)
const validity = new Uint8Array(CHUNK_ROWS / 8)

/** Sets bit `i` of `validity` to 0 where `of` gives undefined, hands the other values to `set`; true where any was undefined. */
const eachValue = <Row, A>(
  rows: ReadonlyArray<Row>,
  from: number,
  count: number,
  of: (row: Row) => A | undefined,
  set: (i: number, value: A) => void
): boolean => {
  validity.fill(255)
  let holes = false
  for (let i = 0; i < count; i++) {
    const value = of(rows[from + i]!)
    if (value === undefined) {
      validity[i >> 3]! &= ~(1 << (i & 7))
      holes = true
    } else set(i, value)
  }
  return holes
}

/** Lists lie one after the other in a vector of their own; a row has the place and the length of its list. */
const fillLists = (vector: ReturnType<typeof bindings.data_chunk_get_vector>, lists: ReadonlyArray<Float32Array>) => {
  const places = new BigUint64Array(2 * lists.length)
  const values = new Float32Array(lists.reduce((sum, list) => sum + list.length, 0))
  let at = 0
  lists.forEach((list, i) => {
    places[2 * i] = BigInt(at)
    places[2 * i + 1] = BigInt(list.length)
    values.set(list, at)
    at += list.length
  })
  bindings.list_vector_reserve(vector, at)
  bindings.list_vector_set_size(vector, at)
  bindings.copy_data_to_vector(bindings.list_vector_get_child(vector), 0, values.buffer, 0, values.byteLength)
  bindings.copy_data_to_vector(vector, 0, places.buffer, 0, places.byteLength)
}

const fillColumn = <Row>(
  chunk: DuckDBDataChunk,
  index: number,
  column: Column<Row>,
  rows: ReadonlyArray<Row>,
  from: number,
  count: number
) => {
  const vector = bindings.data_chunk_get_vector(chunk.chunk, index)
  const copy = (source: ArrayBuffer, bytesPerValue: number) =>
    bindings.copy_data_to_vector(vector, 0, source, 0, count * bytesPerValue)
  let holes: boolean
  switch (column.type) {
    case "VARCHAR":
    case "JSON":
      holes = eachValue(rows, from, count, column.of, (i, text) => {
        bindings.vector_assign_string_element(vector, i, text)
      })
      break
    case "DOUBLE":
      holes = eachValue(rows, from, count, column.of, (i, value) => {
        doubles[i] = value
      })
      copy(doubles.buffer, 8)
      break
    case "BIGINT":
      holes = eachValue(rows, from, count, column.of, (i, value) => {
        integers[i] = BigInt(value)
      })
      copy(integers.buffer, 8)
      break
    case "TIMESTAMP":
      holes = eachValue(rows, from, count, column.of, (i, value) => {
        integers[i] = value
      })
      copy(integers.buffer, 8)
      break
    case "BOOLEAN":
      holes = eachValue(rows, from, count, column.of, (i, value) => {
        booleans[i] = value ? 1 : 0
      })
      copy(booleans.buffer, 1)
      break
    case "FLOAT[]":
      fillLists(vector, rows.slice(from, from + count).map(column.of))
      holes = false
      break
  }
  if (holes) {
    bindings.vector_ensure_validity_writable(vector)
    bindings.copy_data_to_vector_validity(vector, 0, validity.buffer, 0, validity.byteLength)
  }
}

/**
 * Makes the temporary table `table` anew and fills it with `rows`, a data chunk at a time: numbers by memory copy, text
 * value by value. The event loop gets a turn after each chunk, because DuckDB's appender works on the calling thread.
 */
export const appendTemporary = <Row>(
  connection: DuckDBConnection,
  table: string,
  columns: ReadonlyArray<Column<Row>>,
  rows: ReadonlyArray<Row>
): Effect.Effect<void, Failure> => {
  const doing = `writing ${rows.length} rows`
  const definition = columns.map(({ name, type }) => `${name} ${type}`).join(", ")
  const append = Effect.gen(function*() {
    const appender = yield* Effect.acquireRelease(
      attempt(connection, doing, () => connection.createAppender(table, null, "temp")),
      (appender) => Effect.sync(() => appender.closeSync())
    )
    const chunk = DuckDBDataChunk.create(columns.map((_, i) => appender.columnType(i)))
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, rows.length - from)
      yield* Effect.try({
        try: () => {
          chunk.reset()
          columns.forEach((column, i) => fillColumn(chunk, i, column, rows, from, count))
          chunk.rowCount = count
          appender.appendDataChunk(chunk)
        },
        catch: (cause) => failureOf(doing, cause)
      })
      yield* Effect.yieldNow
    }
    yield* Effect.try({ try: () => appender.flushSync(), catch: (cause) => failureOf(doing, cause) })
  })
  return Effect.andThen(
    run(connection, doing, `CREATE OR REPLACE TEMP TABLE ${table} (${definition})`),
    Effect.scoped(append)
  )
}
