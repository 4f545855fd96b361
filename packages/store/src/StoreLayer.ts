import { type DuckDBConnection, type DuckDBDataChunk, JSDuckDBValueConverter } from "@duckdb/node-api"
import { Effect, Layer, type Scope, Stream } from "effect"
import { writeRun, writeTable } from "./Audit.ts"
import { doublesOf, integersOf } from "./ColumnData.ts"
import { readDigest } from "./Digest.ts"
import {
  embeddingTarget,
  notEmbeddedSql,
  readEmbedded,
  readNotEmbedded,
  readVectors,
  vectorsSql
} from "./EmbeddingRows.ts"
import { mergeGrades } from "./GradeRows.ts"
import { readMatrix } from "./Matrix.ts"
import { MEMORY, open, type OpenOptions } from "./Open.ts"
import { outcomeColumns, outcomeKey, outcomeRows, outcomeTarget, readOutcomes } from "./OutcomeRows.ts"
import { rejectRows, rejectTarget } from "./RejectRows.ts"
import { readRequests, requestColumns, requestRows, requestTarget } from "./RequestRows.ts"
import { countRequests, inTiers, tierIndex } from "./Select.ts"
import { makeSelections, type Selected } from "./Selections.ts"
import { makeSession } from "./Session.ts"
import { eachChunk, readRows, run } from "./Sql.ts"
import { type Row, type Selection, Store, type Written } from "./Store.ts"
import { readSummary } from "./Summary.ts"
import { lastOfEachKey, merge, stage, type Target } from "./Upsert.ts"

const nothing: Written = { inserted: 0, updated: 0, unchanged: 0 }

/** Numbers for bigints and ISO 8601 for dates, at any depth. */
const plain = (value: unknown): unknown => {
  if (typeof value === "bigint") return Number(value)
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
  }
  return value
}

const plainRows = (chunk: DuckDBDataChunk, names: ReadonlyArray<string>): ReadonlyArray<Row> =>
  chunk.convertRows(JSDuckDBValueConverter).map((row) =>
    Object.fromEntries(row.map((value, i) => [names[i]!, plain(value)]))
  )

const make = Effect.fnUntraced(function*(path: string, options?: OpenOptions) {
  const database = yield* open(path, options)
  const session = yield* makeSession(database)
  const { hold, selecting } = makeSelections(database)

  const put = <Row>(target: Target<Row>, rows: ReadonlyArray<Row>) =>
    rows.length === 0
      ? Effect.succeed(nothing)
      : session.write((connection) => Effect.andThen(stage(connection, target, rows), merge(connection, target)))

  const overSelection = <A, E>(
    selection: Selection | undefined,
    read: (connection: DuckDBConnection, selected: Selected) => Effect.Effect<A, E, Scope.Scope>
  ) =>
    session.read((connection) =>
      Effect.flatMap(selecting(connection, selection), (selected) => read(connection, selected))
    )
  const streamSelection = <A>(
    selection: Selection | undefined,
    doing: string,
    sql: (selected: Selected) => string,
    convert: (chunk: DuckDBDataChunk) => A
  ) =>
    session.stream(
      (connection) => Effect.map(selecting(connection, selection), (selected) => ({ doing, sql: sql(selected) })),
      convert
    )

  return Store.of({
    putRequests: (rows) => Effect.flatMap(requestRows(rows), (rows) => put(requestTarget, rows)),
    putOutcomes: (rows) => Effect.flatMap(outcomeRows(rows), (rows) => put(outcomeTarget, rows)),
    putGrades: (rows) =>
      rows.length === 0
        ? Effect.succeed(nothing)
        : session.write((connection) => mergeGrades(connection, rows)),
    putEmbeddings: (of, rows) => put(embeddingTarget(of), lastOfEachKey(rows, () => "", (row) => row.prompt_sha)),
    clearEmbeddings: ({ max_chars, model }) =>
      session.write((connection) =>
        Effect.asVoid(
          run(
            connection,
            "clearing embeddings",
            "DELETE FROM embeddings WHERE model = $model AND max_chars = $max_chars",
            {
              model,
              max_chars
            }
          )
        )
      ),
    putRejects: (rows) => put(rejectTarget, rejectRows(rows)),
    clearRejects: (source) =>
      session.write((connection) =>
        Effect.asVoid(run(connection, "clearing rejects", "DELETE FROM rejects WHERE source = $source", { source }))
      ),
    putRun: (of) => session.write((connection) => writeRun(connection, of)),
    putTable: (table) => session.write((connection) => writeTable(connection, table)),

    requests: (selection) =>
      streamSelection(
        selection,
        "reading requests",
        ({ requests }) =>
          `SELECT ${requestColumns} FROM requests r JOIN ${requests} s USING (request_id) ORDER BY s.row`,
        readRequests
      ),
    outcomes: (selection) =>
      streamSelection(
        selection,
        "reading outcomes",
        ({ outcomes }) =>
          `SELECT ${outcomeColumns} FROM ${outcomes} o
           WHERE ${inTiers("o", selection?.tiers)} ORDER BY o.row, o.tier`,
        readOutcomes
      ),
    answers: (tiers, selection) =>
      tiers.length === 0
        ? Stream.empty
        : streamSelection(
          selection,
          "reading answers",
          ({ outcomes }) =>
            `SELECT o.row, t.k, o.output FROM ${outcomes} o JOIN ${tierIndex(tiers)} USING (tier)
             WHERE o.output IS NOT NULL ORDER BY o.row, t.k`,
          (chunk) => ({
            row: integersOf(chunk, 0).slice(),
            tier: integersOf(chunk, 1).slice(),
            output: chunk.getColumnValues(2) as Array<string>
          })
        ),
    cachedInput: (tiers, selection) =>
      tiers.length === 0
        ? Stream.empty
        : streamSelection(
          selection,
          "reading cached input",
          ({ outcomes }) =>
            `SELECT o.row, t.k, o.cached_input_tokens::DOUBLE FROM ${outcomes} o
             JOIN ${tierIndex(tiers)} USING (tier) WHERE o.cached_input_tokens > 0`,
          (chunk) => ({
            row: integersOf(chunk, 0).slice(),
            tier: integersOf(chunk, 1).slice(),
            tokens: doublesOf(chunk, 2).slice()
          })
        ),
    vectors: (of, selection) =>
      streamSelection(selection, "reading embeddings", ({ requests }) => vectorsSql(of, requests), readVectors),
    notEmbedded: (of, selection) =>
      streamSelection(
        selection,
        "reading what is not embedded",
        ({ requests }) => notEmbeddedSql(of, requests),
        readNotEmbedded
      ),
    embedded: (of, selection) =>
      overSelection(selection, (connection, { requests }) => readEmbedded(connection, requests, of)),
    hold,
    count: (selection) => session.read((connection) => countRequests(connection, selection)),
    answered: (tiers) =>
      session.read((connection) =>
        Effect.gen(function*() {
          const keys = new Set<string>()
          yield* eachChunk(
            connection,
            "reading what is answered",
            `SELECT request_id, tier FROM outcomes o WHERE error IS NULL AND ${inTiers("o", tiers)}`,
            (chunk) => {
              const ids = chunk.getColumnValues(0) as Array<string>
              const tierNames = chunk.getColumnValues(1) as Array<string>
              ids.forEach((request_id, i) => keys.add(outcomeKey({ request_id, tier: tierNames[i]! })))
            }
          )
          return keys
        })
      ),
    matrix: (selection) =>
      overSelection(selection, (connection, selected) => readMatrix(connection, selected, selection?.tiers)),
    summary: (selection) =>
      overSelection(selection, (connection, selected) => readSummary(connection, selected, selection?.tiers)),
    digest: (selection) =>
      overSelection(selection, (connection, selected) => readDigest(connection, selected, selection?.tiers)),
    counts: session.read((connection) =>
      Effect.map(
        readRows(
          connection,
          "counting",
          `SELECT (SELECT count(*) FROM requests) AS requests, (SELECT count(*) FROM outcomes) AS outcomes,
             (SELECT count(*) FROM grades) AS grades, (SELECT count(DISTINCT task) FROM requests) AS tasks`
        ),
        ([row]) => ({
          requests: Number(row!["requests"]),
          outcomes: Number(row!["outcomes"]),
          grades: Number(row!["grades"]),
          tasks: Number(row!["tasks"])
        })
      )
    ),
    query: (sql, parameters) =>
      Effect.map(
        Stream.runCollect(
          session.stream(() => Effect.succeed({ doing: "running a query", sql, parameters }), plainRows)
        ),
        (chunks) => chunks.flat()
      ),
    streamQuery: (sql, parameters) =>
      session.stream(() => Effect.succeed({ doing: "running a query", sql, parameters }), plainRows),
    transaction: session.transaction
  })
})

/**
 * Opens the DuckDB file at `path`, makes it where it does not exist and may be new, and upgrades its schema. Fails with
 * `BadInput` where the path is wrong, another process holds the file, or a newer version made it; each names the mend.
 */
export const layer = (path: string, options?: OpenOptions) => Layer.effect(Store, make(path, options))

/** A store in memory, gone when the layer is released. */
export const layerMemory = Layer.effect(Store, make(MEMORY))
