import type { DuckDBConnection } from "@duckdb/node-api"
import type { BadInput, Failure } from "@spillway/domain"
import { Effect, type Scope } from "effect"
import type { Database } from "./Open.ts"
import { selectRequests } from "./Select.ts"
import { readRows, run } from "./Sql.ts"
import type { Selection } from "./Store.ts"

type Fails = BadInput | Failure

/** What a selection chose, as SQL to read from. */
export interface Selected {
  /** `request_id` and `row` of each request. */
  readonly requests: string
  /** Outcomes of these requests, with their `row`. */
  readonly outcomes: string
  /** Grades of these requests, with their `row`. */
  readonly grades: string
}

/** Chosen requests as tables, so that a selection reads the same however many statements it takes. */
export interface Selections {
  /** Selects for as long as the scope lives, or takes what is held. */
  readonly selecting: (
    connection: DuckDBConnection,
    selection: Selection | undefined
  ) => Effect.Effect<Selected, Fails, Scope.Scope>
  /** Selects once for all that read the same selection while the scope lives. */
  readonly hold: (selection: Selection | undefined) => Effect.Effect<void, Fails, Scope.Scope>
}

/** A database in memory beside the file: unlike temporary tables, its tables are seen by all connections. */
const BESIDE = "held"
/** Stores on one file share a DuckDB, so no two selections of the process have one name. */
let selections = 0

const tableName = () => `selected_${++selections}`

const ofRequests = (table: string, requests: string) =>
  `(SELECT t.*, s.row FROM ${table} t JOIN ${requests} s USING (request_id))`

const notCopied = (requests: string): Selected => ({
  requests,
  outcomes: ofRequests("outcomes", requests),
  grades: ofRequests("grades", requests)
})

const keyOf = ({ limit, sample, tiers, where }: Selection = {}) =>
  JSON.stringify([where, tiers, limit, sample?.size, sample?.seed])

/** Selections on one database; those held are shared by all of its connections. */
export const makeSelections = ({ connect }: Database): Selections => {
  const held = new Map<string, Selected>()

  const drop = (connection: DuckDBConnection, tables: ReadonlyArray<string>) =>
    Effect.forEach(
      tables,
      (table) => Effect.ignore(run(connection, "forgetting a selection", `DROP TABLE IF EXISTS ${table}`)),
      { discard: true }
    )

  const selecting: Selections["selecting"] = (connection, selection) =>
    Effect.suspend(() => {
      const found = held.get(keyOf(selection))
      if (found !== undefined) return Effect.succeed(found)
      const name = tableName()
      return Effect.acquireRelease(
        Effect.as(selectRequests(connection, name, selection, { temporary: true }), notCopied(name)),
        () => drop(connection, [name])
      )
    })

  const hold: Selections["hold"] = Effect.fnUntraced(function*(selection) {
    const key = keyOf(selection)
    if (held.has(key)) return
    const connection = yield* connect
    yield* run(connection, "holding a selection", `ATTACH IF NOT EXISTS ':memory:' AS ${BESIDE} (READ_WRITE)`)
    const requests = `${BESIDE}.${tableName()}`
    const outcomes = `${requests}_outcomes`, grades = `${requests}_grades`
    yield* Effect.addFinalizer(() => drop(connection, [outcomes, grades, requests]))
    yield* selectRequests(connection, requests, selection, { temporary: false })
    let selected = notCopied(requests)
    if (yield* isSmallPart(connection, requests)) {
      const copy = (name: string, from: string) =>
        run(connection, "holding a selection", `CREATE TABLE ${name} AS FROM ${from}`)
      yield* copy(outcomes, selected.outcomes)
      yield* copy(grades, selected.grades)
      selected = { requests, outcomes, grades }
    }
    held.set(key, selected)
    yield* Effect.addFinalizer(() => Effect.sync(() => held.delete(key)))
  })

  return { selecting, hold }
}

/**
 * Whether a copy is worth it: so little is selected that passes over all outcomes and grades take longer than one over them
 * and several over the copy.
 */
const isSmallPart = (connection: DuckDBConnection, requests: string) =>
  Effect.map(
    readRows(
      connection,
      "holding a selection",
      `SELECT 2 * (SELECT count(*) FROM ${requests}) < (SELECT count(*) FROM requests) AS small`
    ),
    ([row]) => row!["small"] === true
  )
