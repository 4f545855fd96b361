import type { DuckDBConnection } from "@duckdb/node-api"
import type { Failure } from "@spillway/domain"
import { Effect } from "effect"
import { appendTemporary, type Column } from "./BulkAppend.ts"
import { readRows, run } from "./Sql.ts"
import type { Written } from "./Store.ts"

/** A table that rows are merged into by key. */
export interface Target<Row> {
  readonly table: string
  readonly columns: ReadonlyArray<Column<Row>>
  readonly key: ReadonlyArray<string>
  /** SQL types of columns that are handed over in another one, for example a MAP that comes as JSON. */
  readonly casts?: Readonly<Record<string, string>>
  /** SQL over `stored` and `staged` of columns that an update does not simply take from the staged row. */
  readonly updates?: Readonly<Record<string, string>>
  /** SQL condition over `stored` and `staged` under which a row that differs still keeps what is stored. */
  readonly keepsStored?: string
  /** Columns that follow from others: written, but no difference by themselves. */
  readonly derived?: ReadonlyArray<string>
}

/** The temporary table that holds the rows on their way into `target`. */
export const stagedTable = <Row>(target: Target<Row>) => `staged_${target.table}`

export const stage = <Row>(connection: DuckDBConnection, target: Target<Row>, rows: ReadonlyArray<Row>) =>
  appendTemporary(connection, stagedTable(target), target.columns, rows)

/**
 * Merges the staged rows into the table: new keys are inserted, rows that would change are updated, the others are left alone.
 * Staged keys must be distinct, and a transaction must be open.
 */
export const merge = Effect.fnUntraced(function*<Row>(
  connection: DuckDBConnection,
  target: Target<Row>
): Effect.fn.Return<Written, Failure> {
  const { table } = target
  const doing = `writing ${table}`
  const staged = stagedTable(target)
  const value = (name: string) => {
    const type = target.casts?.[name]
    return type === undefined ? `staged.${name}` : `CAST(staged.${name} AS ${type})`
  }
  const afterUpdate = (name: string) => target.updates?.[name] ?? value(name)
  const names = target.columns.map(({ name }) => name)
  const content = names.filter((name) => !target.key.includes(name))
  const sameKey = target.key.map((name) => `stored.${name} = staged.${name}`).join(" AND ")
  const compared = content.filter((name) => !target.derived?.includes(name))
  const anyDiffers = compared.map((name) => `stored.${name} IS DISTINCT FROM ${afterUpdate(name)}`).join(" OR ")
  const differs = target.keepsStored === undefined
    ? `(${anyDiffers})`
    : `(${anyDiffers}) AND NOT (${target.keepsStored})`
  const count = (query: string) =>
    Effect.map(readRows(connection, doing, `SELECT count(*)::INTEGER AS n FROM ${query}`), ([row]) => Number(row!["n"]))
  const total = yield* count(staged)
  // New keys are the usual case, and this reads nothing but keys.
  const matched = yield* count(`${staged} AS staged SEMI JOIN ${table} AS stored ON ${sameKey}`)
  const updated = matched === 0
    ? 0
    : yield* count(`${staged} AS staged JOIN ${table} AS stored ON ${sameKey} WHERE ${differs}`)
  if (updated > 0) {
    yield* run(
      connection,
      doing,
      `UPDATE ${table} AS stored SET ${content.map((name) => `${name} = ${afterUpdate(name)}`).join(", ")}
       FROM ${staged} AS staged WHERE ${sameKey} AND ${differs}`
    )
  }
  if (matched < total) {
    yield* run(
      connection,
      doing,
      `INSERT INTO ${table} (${names.join(", ")}) SELECT ${names.map(value).join(", ")} FROM ${staged} AS staged
       ${matched === 0 ? "" : `ANTI JOIN ${table} AS stored ON ${sameKey}`}`
    )
  }
  return { inserted: total - matched, updated, unchanged: matched - updated }
})

/**
 * The last row of each key; `rows` itself where all keys are distinct. A key has two parts, which saves putting them
 * together for each row.
 */
export const lastOfEachKey = <Row>(
  rows: ReadonlyArray<Row>,
  groupOf: (row: Row) => string,
  nameOf: (row: Row) => string,
  keepsEarlier: (earlier: Row, later: Row) => boolean = () => false
): ReadonlyArray<Row> => {
  const groups = new Map<string, Map<string, Row>>()
  let distinct = 0
  for (const row of rows) {
    const group = groupOf(row)
    let last = groups.get(group)
    if (last === undefined) groups.set(group, last = new Map())
    const name = nameOf(row)
    const earlier = last.get(name)
    if (earlier === undefined) distinct++
    if (earlier === undefined || !keepsEarlier(earlier, row)) last.set(name, row)
  }
  if (distinct === rows.length) return rows
  const kept = new Set([...groups.values()].flatMap((last) => [...last.values()]))
  return rows.filter((row) => kept.has(row))
}
