import type { DuckDBDataChunk, DuckDBTimestampValue } from "@duckdb/node-api"
import { type BadInput, type Request, UNTASKED } from "@spillway/domain"
import { Effect } from "effect"
import { hash } from "node:crypto"
import { jsonText } from "./JsonText.ts"
import { asText, type Draft, setField } from "./SetField.ts"
import { formatTimestamp, stampRows } from "./Timestamp.ts"
import type { Target } from "./Upsert.ts"

/** A request as it is written: its nested parts as JSON text, its time as microseconds since 1970. */
interface RequestRow {
  readonly request: Request
  readonly messages: string
  readonly ts: bigint | undefined
}

const optionalJson = (value: unknown): string | undefined => value === undefined ? undefined : jsonText(value)

const stagedElseStored = (name: string): string => `coalesce(staged.${name}, stored.${name})`

const keyed = (json: string): string => `${json}::MAP(VARCHAR, JSON)`

/**
 * Metadata by key, new before stored. The staged text itself where no stored key is to be kept, as DuckDB may write a number
 * otherwise; not json_merge_patch, which drops nulls.
 */
const metadataSql = `CASE
  WHEN staged.metadata IS NULL THEN stored.metadata
  WHEN stored.metadata IS NULL OR stored.metadata = staged.metadata THEN staged.metadata
  WHEN list_has_all(json_keys(staged.metadata), json_keys(stored.metadata)) THEN staged.metadata
  ELSE to_json(map_concat(${keyed("stored.metadata")}, ${keyed("staged.metadata")})) END`

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
  ],
  // Logs know how a request was served, other files its reference, task or split: neither may erase what only the other has.
  updates: {
    task: `if(staged.task = '${UNTASKED}', stored.task, staged.task)`,
    parameters: stagedElseStored("parameters"),
    ts: stagedElseStored("ts"),
    reference: stagedElseStored("reference"),
    metadata: metadataSql
  }
}

/** What `updates` of {@link requestTarget} makes of two requests, of two that are put at once. */
const joined = (earlier: Request, later: Request): Request => ({
  ...earlier,
  ...later,
  ...(later.task === UNTASKED ? { task: earlier.task } : {}),
  ...(earlier.metadata && later.metadata ? { metadata: { ...earlier.metadata, ...later.metadata } } : {})
})

const joinedById = (requests: ReadonlyArray<Request>): ReadonlyArray<Request> => {
  const byId = new Map<string, Request>()
  for (const request of requests) {
    const earlier = byId.get(request.request_id)
    byId.set(request.request_id, earlier === undefined ? request : joined(earlier, request))
  }
  return byId.size === requests.length ? requests : [...byId.values()]
}

/** Requests as rows with distinct keys. */
export const requestRows = (
  requests: ReadonlyArray<Request>
): Effect.Effect<ReadonlyArray<RequestRow>, BadInput> =>
  Effect.map(
    stampRows("requests", joinedById(requests)),
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
