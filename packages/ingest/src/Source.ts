import { BadInput, Failure } from "@spillway/domain"
import { Store } from "@spillway/store"
import { Effect, Result, Stream } from "effect"
import { type Packing, packingOf, textOf } from "./Bytes.ts"
import { recordOfRow } from "./Columns.ts"
import { CsvReader } from "./Csv.ts"
import { jsonRecord } from "./JsonLines.ts"
import { type Line, LineSplitter } from "./Lines.ts"
import type { RecordBatch, SourceRecord } from "./Record.ts"

/** A batch is full at this many records, or this many characters of text. */
const BATCH_RECORDS = 131_072
const BATCH_CHARACTERS = 64 << 20

interface LineReader {
  readonly push: (line: Line) => SourceRecord | undefined
  readonly end: () => SourceRecord | undefined
}

const jsonLines: LineReader = { push: jsonRecord, end: () => undefined }

/** Chooses between JSON Lines and CSV by a file's first line. */
const readerFor = (path: string, line: Line): LineReader => {
  const start = line.text.trimStart()
  if (start.startsWith("{") && start.trimEnd() !== "{") return jsonLines
  if (start.startsWith("{") || start.startsWith("[")) {
    throw new BadInput({
      source: path,
      line: line.number,
      problem: "JSON that is not one object a line",
      mend: "Write one object a line, for example with: jq -c '.[]' FILE > FILE.jsonl"
    })
  }
  if (start.includes("\0")) {
    throw new BadInput({
      source: path,
      problem: "not a text file",
      mend: "Give JSON Lines, CSV or Parquet; text may be packed with gzip or zstd"
    })
  }
  return new CsvReader()
}

async function* textRecords(
  path: string,
  packing: Exclude<Packing, "parquet">,
  batchRecords: number
): AsyncGenerator<RecordBatch> {
  const splitter = new LineSplitter()
  let reader: LineReader | undefined
  let records: Array<SourceRecord> = []
  let characters = 0
  const take = (lines: ReadonlyArray<Line>) => {
    for (const line of lines) {
      if (reader === undefined && line.text.trim() === "") continue
      reader ??= readerFor(path, line)
      characters += line.text.length
      const record = reader.push(line)
      if (record !== undefined) records.push(record)
    }
  }
  let bytesRead = 0
  for await (const { bytes, text } of textOf(path, packing)) {
    take(splitter.push(text))
    bytesRead = bytes
    if (records.length >= batchRecords || characters >= BATCH_CHARACTERS) {
      yield { records, bytes }
      records = []
      characters = 0
    }
  }
  take(splitter.end())
  const last = reader?.end()
  if (last !== undefined) records.push(last)
  yield { records, bytes: bytesRead }
}

const parquetRecords = (path: string): Stream.Stream<RecordBatch, BadInput | Failure, Store> =>
  Stream.unwrap(Effect.map(Store, (store) => {
    let line = 0
    return store.streamQuery("SELECT * FROM read_parquet($path)", { path }).pipe(
      Stream.map((rows) => ({
        bytes: undefined,
        records: rows.map((row) => ({
          line: ++line,
          value: Result.succeed(recordOfRow(row)),
          text: () => JSON.stringify(row)
        }))
      })),
      Stream.mapError((error) =>
        new BadInput({ source: path, problem: error.message, mend: "Write the Parquet file anew" })
      )
    )
  }))

/**
 * The records of a file in batches of about `batchRecords`; the packing and the kind of file are told by its content.
 */
export const recordsOf = (
  path: string,
  batchRecords: number = BATCH_RECORDS
): Stream.Stream<RecordBatch, BadInput | Failure, Store> =>
  Stream.unwrap(Effect.try({
    try: () => {
      const packing = packingOf(path)
      return packing === "parquet" ? parquetRecords(path) : Stream.fromAsyncIterable(
        textRecords(path, packing, batchRecords),
        (cause) =>
          cause instanceof BadInput ? cause : new Failure({ doing: `reading ${path}`, problem: String(cause), cause })
      )
    },
    catch: (cause) =>
      cause instanceof BadInput ? cause : new Failure({ doing: `reading ${path}`, problem: String(cause), cause })
  }))
