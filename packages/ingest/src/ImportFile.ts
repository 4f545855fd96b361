import { BadInput, type Grade, type Outcome, type Request, UNTASKED } from "@spillway/domain"
import { type Reject, Store, type Written } from "@spillway/store"
import { Effect, Result, Stream } from "effect"
import type { InputFile } from "./Files.ts"
import type { Format } from "./formats/Format.ts"
import { interchange } from "./formats/Interchange.ts"
import { openAi } from "./formats/OpenAi.ts"
import { spillwayLog } from "./formats/SpillwayLog.ts"
import type { ImportOptions } from "./ImportOptions.ts"
import type { FileReport, Skipped } from "./ImportReport.ts"
import type { SourceRecord } from "./Record.ts"
import { recordsOf } from "./Source.ts"

/** Most specific first. */
const formats: ReadonlyArray<Format> = [spillwayLog, openAi, interchange]

/** Characters of a rejected line that are kept. */
const KEPT_CHARACTERS = 2000

const EXAMPLES = 5

const none: Written = { inserted: 0, updated: 0, unchanged: 0 }

const plus = (a: Written, b: Written): Written => ({
  inserted: a.inserted + b.inserted,
  updated: a.updated + b.updated,
  unchanged: a.unchanged + b.unchanged
})

const formatOf = (records: ReadonlyArray<SourceRecord>): Format | undefined => {
  for (const { value } of records) {
    if (Result.isFailure(value)) continue
    const format = formats.find((format) => format.matches(value.success))
    if (format !== undefined) return format
  }
  return undefined
}

const unknownFormat = (path: string, records: ReadonlyArray<SourceRecord>): BadInput => {
  const [first] = records
  const fields = first !== undefined && Result.isSuccess(first.value) ? Object.keys(first.value.success) : []
  return new BadInput({
    source: path,
    ...(first === undefined ? {} : { line: first.line }),
    problem: fields.length > 0
      ? `no known log format has the fields ${fields.slice(0, 12).join(", ")}`
      : `no known log format (${first !== undefined && Result.isFailure(first.value) ? first.value.failure : "empty"})`,
    mend: `A record needs ${
      formats.toReversed().map(({ name, needs }) => `${needs} [${name}]`).join("; or ")
    }. See docs/import.md`
  })
}

/** So many records at the head of a file have to hold one of a known format. */
const HEAD_RECORDS = 1_000

/** Fails where a file cannot be read or its head is of no known format. Reads little, writes nothing. */
export const checkFile = (path: string) =>
  recordsOf(path, HEAD_RECORDS).pipe(
    Stream.filter(({ records }) => records.length > 0),
    Stream.take(1),
    Stream.runForEach(({ records }) =>
      formatOf(records) === undefined ? Effect.fail(unknownFormat(path, records)) : Effect.void
    )
  )

interface Rows {
  readonly requests: Array<Request>
  readonly outcomes: Array<Outcome>
  readonly grades: Array<Grade>
  readonly rejects: Array<Reject>
  unfinished: boolean
}

const translate = (
  path: string,
  format: Format,
  records: ReadonlyArray<SourceRecord>,
  options: ImportOptions
): Rows => {
  const rows: Rows = { requests: [], outcomes: [], grades: [], rejects: [], unfinished: false }
  const settings = { task: options.task ?? UNTASKED, tier: options.tier }
  for (const record of records) {
    const translated = Result.flatMap(record.value, (value) =>
      format.matches(value)
        ? format.translate(value, settings)
        : Result.fail(`not a record of the file's format (${format.name}): it needs ${format.needs}`))
    if (Result.isSuccess(translated)) {
      const { grades, outcomes, request } = translated.success
      if (request !== undefined) rows.requests.push(request)
      if (outcomes !== undefined) rows.outcomes.push(...outcomes)
      if (grades !== undefined) rows.grades.push(...grades)
    } else {
      const unfinished = record.unfinished === true
      if (unfinished) rows.unfinished = true
      rows.rejects.push({
        source: path,
        line: record.line,
        reason: unfinished ? `the file ends within the line; ${translated.failure}` : translated.failure,
        text: record.text().slice(0, KEPT_CHARACTERS)
      })
    }
  }
  return rows
}

/** A batch in the words of the domain. */
interface TranslatedBatch extends Rows {
  readonly records: number
  readonly bytes: number | undefined
}

/** A file's batches, translated by the format of its first record of a known one. */
const translated = (path: string, options: ImportOptions) => {
  let format: Format | undefined
  const batches = recordsOf(path).pipe(
    Stream.filter(({ records }) => records.length > 0),
    Stream.mapEffect(({ bytes, records }) => {
      format ??= formatOf(records)
      return format === undefined
        ? Effect.fail(unknownFormat(path, records))
        : Effect.succeed<TranslatedBatch>({
          ...translate(path, format, records, options),
          records: records.length,
          bytes
        })
    }),
    // The next batch is read while DuckDB writes this one.
    Stream.buffer({ capacity: 1 })
  )
  return { batches, format: () => format?.name }
}

/** Imports one file, each batch in a transaction of its own. */
export const importFile = Effect.fnUntraced(function*({ path, size }: InputFile, options: ImportOptions) {
  const store = yield* Store
  const { batches, format } = translated(path, options)
  let cleared = false
  let records = 0
  let requests = none
  let outcomes = none
  let grades = none
  let skipped = 0
  let unfinished = false
  const examples: Array<Skipped> = []

  yield* Stream.runForEach(batches, (batch) =>
    Effect.gen(function*() {
      yield* store.transaction(Effect.gen(function*() {
        if (!cleared) yield* store.clearRejects(path)
        requests = plus(requests, yield* store.putRequests(batch.requests))
        outcomes = plus(outcomes, yield* store.putOutcomes(batch.outcomes))
        grades = plus(grades, yield* store.putGrades(batch.grades))
        yield* store.putRejects(batch.rejects)
      }))
      cleared = true
      records += batch.records
      skipped += batch.rejects.length - (batch.unfinished ? 1 : 0)
      unfinished ||= batch.unfinished
      examples.push(...batch.rejects.slice(0, EXAMPLES - examples.length).map(({ line, reason }) => ({ line, reason })))
      options.onProgress?.({ path, records, bytes: batch.bytes, totalBytes: size })
    }))
  return {
    path,
    format: format(),
    records,
    requests,
    outcomes,
    grades,
    skipped,
    examples,
    unfinished
  } satisfies FileReport
})
