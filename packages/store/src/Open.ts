import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { BadInput, type Failure } from "@spillway/domain"
import { Effect } from "effect"
import { existsSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { migrate } from "./Migrations.ts"
import { failureOf } from "./Sql.ts"

/** Path of a database that lives and dies with the process. */
export const MEMORY = ":memory:"

export interface OpenOptions {
  readonly readOnly?: boolean | undefined
  /** Fails where there is no file yet, as a database that is only read does too. */
  readonly existing?: boolean | undefined
}

const limits = {
  /** DuckDB's own memory; above it sorts and joins go to disk. Rows and typed arrays in JavaScript come on top. */
  memory_limit: "1GB",
  /** Size of the write-ahead log that makes DuckDB rewrite the file; its default of 16 MB doubles the time of imports. */
  checkpoint_threshold: "256MB"
}

const wrongPath = (path: string, existing: boolean): BadInput | undefined => {
  if (existsSync(path)) {
    return statSync(path).isDirectory()
      ? new BadInput({ source: path, problem: "is a directory", mend: "Give the path of a database file" })
      : undefined
  }
  if (existing) {
    return new BadInput({
      source: path,
      problem: "no such database",
      mend: "Run `spillway import` first, or give the path of an existing file"
    })
  }
  const directory = dirname(path)
  return existsSync(directory)
    ? undefined
    : new BadInput({ source: path, problem: `no directory ${directory}`, mend: "Create the directory first" })
}

/** Why DuckDB could not open a file, in the user's words. */
const openingError = (path: string, cause: unknown): BadInput | Failure => {
  const text = cause instanceof Error ? cause.message : String(cause)
  if (/could not set lock/i.test(text)) {
    const holder = /held in (.+?) \(PID (\d+)\)/.exec(text)
    return new BadInput({
      source: path,
      problem: holder === null
        ? "another process holds the database"
        : `process ${holder[2]} (${holder[1]}) holds the database`,
      mend: "Wait until it has finished or stop it, or use another database file"
    })
  }
  if (/not a valid DuckDB database file/i.test(text)) {
    return new BadInput({
      source: path,
      problem: "not a DuckDB database",
      mend: "Give the path of a Spillway database, or of a file that does not exist yet"
    })
  }
  if (/database file with version number/i.test(text)) {
    return new BadInput({
      source: path,
      problem: "a newer DuckDB wrote this database",
      mend: "Upgrade Spillway, or use another database file"
    })
  }
  if (/permission denied/i.test(text)) {
    return new BadInput({ source: path, problem: "permission denied", mend: "Give read and write access to the file" })
  }
  return failureOf(`opening ${path}`, cause)
}

const acquireConnection = (instance: DuckDBInstance, path: string) =>
  Effect.acquireRelease(
    Effect.tryPromise({ try: () => instance.connect(), catch: (cause) => failureOf(`opening ${path}`, cause) }),
    (connection) => Effect.sync(() => connection.closeSync())
  )

/** An open, migrated database. */
export interface Database {
  readonly path: string
  readonly readOnly: boolean
  /** The connection that writes. */
  readonly writer: DuckDBConnection
  /** A connection of one's own for one read; sees what is committed. */
  readonly connect: ReturnType<typeof acquireConnection>
}

/** Opens a database file for the life of the scope, and makes it where it does not exist and may be new. */
export const open = Effect.fnUntraced(function*(path: string, options?: OpenOptions) {
  const readOnly = options?.readOnly ?? false
  const wrong = path === MEMORY ? undefined : wrongPath(path, readOnly || options?.existing === true)
  if (wrong !== undefined) return yield* wrong
  const settings = { ...limits, access_mode: readOnly ? "READ_ONLY" : "READ_WRITE" }
  const instance = yield* Effect.acquireRelease(
    Effect.tryPromise({
      // The cache makes two stores on one file share it; file locks do not part two instances of one process.
      try: () => path === MEMORY ? DuckDBInstance.create(path, settings) : DuckDBInstance.fromCache(path, settings),
      catch: (cause) => openingError(path, cause)
    }),
    (instance) => Effect.sync(() => instance.closeSync())
  )
  const connect = acquireConnection(instance, path)
  const writer = yield* connect
  yield* migrate(writer, path, readOnly)
  return { path, readOnly, writer, connect } satisfies Database
})
