import type { DuckDBDataChunk, DuckDBTimestampValue } from "@duckdb/node-api"
import type { BadInput, Request } from "@spillway/domain"
import { Effect } from "effect"
import { hash } from "node:crypto"
import { jsonText } from "./JsonText.ts"
import { asText, type Draft, setField } from "./SetField.ts"
import { formatTimestamp, stampRows } from "./Timestamp.ts"
import { lastOfEachKey, type Target } from "./Upsert.ts"

/** A request as it is written: its nested parts as JSON text, its time as microseconds since 1970. */
interface RequestRow {
  readonly request: Request
  readonly messages: string
  readonly ts: bigint | undefined
}

const optionalJson = (value: unknown): string | undefined => value === undefined ? undefined : jsonText(value)

export const requestTarget: Target<RequestRow> = {
  table: "requests",
  key: ["request_id"],
  columns: [
    { name: "request_id", type: "VARCHAR", of: (row) => row.request.request_id },
    { name: "task", type: "VARCHAR", of: (row) => row.request.task },
    { name: "messages", type: "JSON", of: (row) => row.messages },
    { name: "parameters", type: "JSON", of: (row) => optionalJson(row.request.parameters) },
    { name: "ts", type: "TIMESTAMP", of: (row) => row.ts },
    { name: "reference", type: "VARCHAR", of: (row) => row.request.reference },
    { name: "metadata", type: "JSON", of: (row) => optionalJson(row.request.metadata) },
    { name: "prompt_sha", type: "VARCHAR", of: (row) => hash("sha256", row.messages) }
  ]
}

/** Requests as rows with distinct keys. */
export const requestRows = (
  requests: ReadonlyArray<Request>
): Effect.Effect<ReadonlyArray<RequestRow>, BadInput> =>
  Effect.map(
    stampRows("requests", lastOfEachKey(requests, () => "", (request) => request.request_id)),
    (stamped) => stamped.map(({ row, ts }) => ({ request: row, messages: jsonText(row.messages), ts }))
  )

/** The columns that {@link readRequests} expects, of the table alias `r`. */
export const requestColumns = "r.request_id, r.task, r.messages, r.parameters, r.ts, r.reference, r.metadata"

export const readRequests = (chunk: DuckDBDataChunk): ReadonlyArray<Request> => {
  const [ids, tasks, messages, parameters, times, references, metadata] = chunk.getColumns()
  const rows = Array.from({ length: chunk.rowCount }, (_, i): Draft<Request> => ({
    request_id: ids![i] as string,
    task: tasks![i] as string,
    messages: JSON.parse(messages![i] as string)
  }))
  setField(rows, "parameters", parameters, (value) => JSON.parse(value as string))
  setField(rows, "ts", times, (value) => formatTimestamp((value as DuckDBTimestampValue).micros))
  setField(rows, "reference", references, asText)
  setField(rows, "metadata", metadata, (value) => JSON.parse(value as string))
  return rows
}
