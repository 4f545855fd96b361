import { BadInput, RoutingTable, type RoutingTable as Table } from "@spillway/domain"
import type { OptimizeReport } from "@spillway/optimizer"
import { Effect, Option, Schema, SchemaIssue } from "effect"
import { Flag } from "effect/cli"
import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { besideConfig, type Loaded } from "./Configuration.ts"

/** Flag that names the routing table file. */
export const tableFlag = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(`${description} (default: the configuration's, else routing-table.json)`),
    Flag.optional
  )

/** Path of the routing table: the flag, else the one that the configuration serves, so that all commands mean one file. */
export const tablePath = (flag: Option.Option<string>, loaded: Loaded | undefined): string =>
  Option.getOrElse(flag, () => besideConfig(loaded, loaded?.config.proxy?.table ?? "routing-table.json"))

/** Where `optimize` writes what it measured, beside the table. */
export const reportPath = (table: string): string => table.replace(/(\.json)?$/, ".report.json")

const decode = Schema.decodeUnknownEffect(RoutingTable)
const describe = SchemaIssue.makeFormatterStandardSchemaV1()

const readJson = Effect.fnUntraced(function*(path: string, mend: string): Effect.fn.Return<unknown, BadInput> {
  const text = yield* Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: () => new BadInput({ source: path, problem: "cannot be read", mend })
  })
  return yield* Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: (error) => new BadInput({ source: path, problem: `not JSON: ${(error as Error).message}`, mend })
  })
})

/** Reads a routing table and checks it against its schema. */
export const readTable = Effect.fnUntraced(function*(path: string): Effect.fn.Return<Table, BadInput> {
  const json = yield* readJson(path, "Run \"spillway optimize\" to write it, or name another file")
  return yield* decode(json).pipe(Effect.mapError((error) => {
    const issue = describe(error.issue).issues[0]!
    const field = (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".")
    return new BadInput({
      source: path,
      field,
      problem: issue.message,
      mend: "Run \"spillway optimize\" to write it anew"
    })
  }))
})

/** SHA-256 of a routing table's file, by which the proxy's log names it. */
export const tableSha256 = (path: string): Effect.Effect<string, BadInput> =>
  Effect.tryPromise({
    try: async () => createHash("sha256").update(await readFile(path)).digest("hex"),
    catch: () => new BadInput({ source: path, problem: "cannot be read", mend: "Name a routing table" })
  })

/** Reads what `optimize` measured for a table. */
export const readReport = Effect.fnUntraced(function*(table: string): Effect.fn.Return<OptimizeReport, BadInput> {
  // Written by optimize in the same run as the table; the renderer checks nothing it does not read.
  return (yield* readJson(
    reportPath(table),
    "Run \"spillway optimize\" again: it writes it beside the table"
  )) as OptimizeReport
})
