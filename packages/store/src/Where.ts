import type { DuckDBConnection } from "@duckdb/node-api"
import { BadInput } from "@spillway/domain"
import { Effect } from "effect"
import { literal, readRows } from "./Sql.ts"

const mend = "Give one SQL condition over the columns of requests, for example: task = 'support.classify' " +
  "AND metadata.split = 'test'"

/** Bad input of the parameter `where`. DuckDB ends some of its messages itself. */
export const badWhere = (problem: string) =>
  new BadInput({ source: "where", problem: problem.replace(/[.!]+$/, ""), mend })

/** Texts, quoted names and comments, which are left alone, or a path into `metadata`, by arrows or by dots. */
const pathOrQuoted = new RegExp(
  [
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\//,
    /(?<arrows>\bmetadata(?:\s*->>?\s*'(?:[^']|'')*')+)/,
    /\bmetadata\.(?<dots>\w+(?:\.\w+)*)(?=\s*(?:[=<>!]+|(?:not\s+)?(?:i?like|in\s*\(|between))\s*')/
  ].map(({ source }) => source).join("|"),
  "gi"
)

/**
 * A condition as DuckDB must be told it. Its arrows bind more loosely than AND (`a AND metadata->>'b' = 'c'` takes
 * `a AND metadata` for the object), and a key by dots is JSON, which no text equals: paths are put in brackets, and
 * those by dots that are compared with a text are read as text.
 */
export const conditionOf = (where: string): string =>
  where.replace(pathOrQuoted, (found, ...rest) => {
    const { arrows, dots } = rest.at(-1) as { readonly arrows?: string; readonly dots?: string }
    if (arrows !== undefined) return `(${arrows})`
    return dots === undefined ? found : `(metadata->>${literal(`$.${dots}`)})`
  })

/** Table functions that only make rows out of what they are given. */
const harmless = new Set(["unnest", "generate_series", "range", "json_each", "json_tree"])

interface Parsed {
  readonly error: boolean
  readonly error_message?: string
  readonly statements?: ReadonlyArray<{ readonly node: { readonly select_list?: ReadonlyArray<unknown> } }>
}

const parse = Effect.fnUntraced(function*(connection: DuckDBConnection, expression: string) {
  const sql = literal(`SELECT ${expression}`)
  const [row] = yield* readRows(connection, "reading `where`", `SELECT json_serialize_sql(${sql})::VARCHAR AS parsed`)
  return JSON.parse(row!["parsed"] as string) as Parsed
})

/** What is left of a statement without what it selects. */
const frame = (parsed: Parsed) =>
  JSON.stringify(
    parsed.statements?.map((statement) => ({ ...statement, node: { ...statement.node, select_list: [] } }))
  )

const tableFunctions = (node: unknown): ReadonlyArray<string> => {
  if (typeof node !== "object" || node === null) return []
  const found = Object.values(node).flatMap(tableFunctions)
  return "type" in node && node.type === "TABLE_FUNCTION" && "function" in node
    ? [...found, (node.function as { readonly function_name: string }).function_name]
    : found
}

/**
 * Fails unless DuckDB's own parser reads `where` as exactly one expression: no second statement, no clause after a
 * closing parenthesis, and no function that reads files or changes the database. An expression cannot write.
 */
export const checkWhere = Effect.fnUntraced(function*(connection: DuckDBConnection, where: string) {
  const condition = conditionOf(where)
  const parsed = yield* parse(connection, `(\n${condition}\n)`)
  if (parsed.error) return yield* badWhere(parsed.error_message ?? "no SQL expression")
  const selected = parsed.statements?.[0]?.node.select_list
  // Without the brackets too: "a) OR (b" is an expression only between them, and would mean another one elsewhere.
  const bare = yield* parse(connection, condition)
  if (bare.error || selected?.length !== 1 || frame(parsed) !== frame(yield* parse(connection, "true"))) {
    return yield* badWhere("not one SQL expression")
  }
  const forbidden = tableFunctions(selected).find((name) => !harmless.has(name.toLowerCase()))
  if (forbidden !== undefined) return yield* badWhere(`the table function ${forbidden} is not allowed here`)
})
