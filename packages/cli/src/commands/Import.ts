import { type FileReport, importFiles, type ImportReport } from "@spillway/ingest"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { basename } from "node:path"
import { findConfig } from "../Configuration.ts"
import { makeStore } from "../Database.ts"
import { configFlag, dbFlag, jsonFlag } from "../Flags.ts"
import { importProgress } from "../ImportProgress.ts"
import { counted, print, table } from "../Output.ts"

export const importCommand = Command.make(
  "import",
  {
    files: Argument.String("file").pipe(
      Argument.withDescription("Log files, or folders of them: JSONL (plain, .gz, .zst), CSV or Parquet"),
      Argument.atLeast(1)
    ),
    config: configFlag,
    db: dbFlag,
    task: Flag.String("task").pipe(Flag.withDescription("Task of records that name none"), Flag.optional),
    tier: Flag.String("tier").pipe(
      Flag.withDescription("Tier of the answers in OpenAI logs (default: the model that was asked)"),
      Flag.optional
    ),
    json: jsonFlag
  },
  Effect.fnUntraced(function*({ config, db, files, json, task, tier }) {
    const loaded = yield* findConfig(config)
    const progress = importProgress()
    const report = yield* importFiles(files, {
      task: Option.getOrUndefined(task),
      tier: Option.getOrUndefined(tier),
      onProgress: progress.update
    }).pipe(Effect.ensuring(Effect.sync(progress.end)), Effect.provide(makeStore(db, loaded)))
    yield* print(json, report, importText(report))
  })
).pipe(Command.withDescription("Read logs into the database; the format is detected, importing twice changes nothing"))

/** What became of the requests, outcomes or grades of a file: `2400 new`, `10 new, 3 changed, 5 unchanged`. */
const writtenText = ({ inserted, unchanged, updated }: FileReport["requests"]): string =>
  [[inserted, "new"], [updated, "changed"], [unchanged, "unchanged"]]
    .filter(([count]) => count !== 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ") || "-"

/** What an import brought, for people. */
const importText = ({ files, missing_requests: missing }: ImportReport): string =>
  [
    table(
      ["file", "format", "records", "skipped", "requests", "outcomes", "grades"],
      files.map((file) => [
        basename(file.path),
        file.format ?? "unknown",
        String(file.records),
        String(file.skipped),
        writtenText(file.requests),
        writtenText(file.outcomes),
        writtenText(file.grades)
      ])
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
    ...(missing.count === 0
      ? []
      : [
        `${counted(missing.count, "request has", "requests have")} outcomes but no messages (${
          missing.examples.join(", ")
        }): import ${missing.count === 1 ? "it" : "them"} too`
      ])
  ].join("\n")
