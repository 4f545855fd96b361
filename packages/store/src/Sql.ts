import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBMaterializedResult,
  DuckDBResult,
  DuckDBValue
} from "@duckdb/node-api"
import { Failure } from "@spillway/domain"
import { Effect } from "effect"

/** Named parameters (`$name`) of a statement. */
export type Parameters = Readonly<Record<string, DuckDBValue>>

const mends: ReadonlyArray<readonly [pattern: RegExp, mend: string]> = [
  [/no space left/i, "Free disk space and run the command again; what was committed is safe"],
  [/^Out of Memory/i, "Narrow the selection with `where` or `limit`, or free memory"],
  [/read-only mode/i, "Open the database for writing"]
]

/** A DuckDB error in the words of its first line. */
export const failureOf = (doing: string, cause: unknown): Failure => {
  const text = cause instanceof Error ? cause.message : String(cause)
  const problem = text.split("\n", 1)[0]!.replace(/^Failed to \w+ statements?: /, "").replace(/\.$/, "")
  const mend = mends.find(([pattern]) => pattern.test(text))?.[1]
  return new Failure({ doing, problem, ...(mend === undefined ? {} : { mend }), cause })
}

/**
 * Waits for DuckDB's work on a connection. Interrupting the effect interrupts the statement, then waits until DuckDB
 * has let go of it, so that the connection can be used again.
 */
export const attempt = <A>(connection: DuckDBConnection, doing: string, work: () => Promise<A>) =>
  Effect.callback<A, Failure>((resume) => {
    const settled = work().then(
      (value) => resume(Effect.succeed(value)),
      (cause) => resume(Effect.fail(failureOf(doing, cause)))
    )
    return Effect.suspend(() => {
      connection.interrupt()
      return Effect.promise(() => settled)
    })
  })

/** Runs one statement to its end. */
export const run = (
  connection: DuckDBConnection,
  doing: string,
  sql: string,
  parameters?: Parameters
): Effect.Effect<DuckDBMaterializedResult, Failure> => attempt(connection, doing, () => connection.run(sql, parameters))

/** Runs one query and reads all its rows; for small results. */
export const readRows = (
  connection: DuckDBConnection,
  doing: string,
  sql: string,
  parameters?: Parameters
): Effect.Effect<ReadonlyArray<Record<string, DuckDBValue>>, Failure> =>
  attempt(connection, doing, async () => (await connection.runAndReadAll(sql, parameters)).getRowObjects())

/** Feeds each chunk of a query's result to `use`, without holding the result in memory. */
export const eachChunk = (
  connection: DuckDBConnection,
  doing: string,
  sql: string,
  use: (chunk: DuckDBDataChunk) => void
): Effect.Effect<void, Failure> =>
  attempt(connection, doing, async () => {
    const result = await connection.stream(sql)
    for (let chunk = await fetchChunk(result); chunk !== undefined; chunk = await fetchChunk(result)) use(chunk)
  })

/** The next chunk of a result that has rows; undefined at the end. */
export const fetchChunk = async (result: DuckDBResult): Promise<DuckDBDataChunk | undefined> => {
  const chunk = await result.fetchChunk()
  return chunk === null || chunk.rowCount === 0 ? undefined : chunk
}

/** `text` as an SQL string literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
