import { importFiles, type ImportReport } from "@spillway/ingest"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { basename } from "node:path"
import { loadConfig } from "../Configuration.ts"
import { openStore } from "../Database.ts"
import { configFlag, dbFlag, jsonFlag } from "../Flags.ts"
import { print, table } from "../Output.ts"

export const importCommand = Command.make(
  "import",
  {
    files: Argument.String("file").pipe(
      Argument.withDescription("Log files: JSONL (plain, .gz, .zst), CSV or Parquet"),
      Argument.atLeast(1)
    ),
    config: configFlag,
    db: dbFlag,
    task: Flag.String("task").pipe(Flag.withDescription("Task of records that name none"), Flag.optional),
    json: jsonFlag
  },
  Effect.fnUntraced(function*({ config, db, files, json, task }) {
    const loaded = yield* loadConfig(config, false)
    const report = yield* importFiles(files, { task: Option.getOrUndefined(task) }).pipe(
      Effect.provide(openStore(db, loaded))
    )
    yield* print(json, report, importText(report))
  })
).pipe(Command.withDescription("Read logs into the database; the format is detected, importing twice changes nothing"))

/** What an import brought, for people. */
const importText = ({ files, missingRequests }: ImportReport): string =>
  [
    table(
      ["file", "format", "records", "new", "changed", "unchanged", "skipped"],
      files.map((file) => {
        const sum = (of: "inserted" | "updated" | "unchanged") =>
          String(file.requests[of] + file.outcomes[of] + file.grades[of])
        return [
          basename(file.path),
          file.format ?? "unknown",
          String(file.records),
          sum("inserted"),
          sum("updated"),
          sum("unchanged"),
          String(file.skipped)
        ]
      })
    ),
    ...files.flatMap((file) => [
      ...file.examples.map((skipped) => `${file.path}:${skipped.line}: skipped: ${skipped.reason}`),
      ...(file.skipped > file.examples.length
        ? [`${file.path}: ${file.skipped - file.examples.length} more skipped; all stand in the table "rejects"`]
        : []),
      ...(file.unfinished
        ? [`${file.path}: the last line is still being written and was left for the next import`]
        : [])
    ]),
    ...(missingRequests.count === 0
      ? []
      : [
        `${missingRequests.count} requests have outcomes but no messages (${
          missingRequests.examples.join(", ")
        }): import their requests too`
      ])
  ].join("\n")
