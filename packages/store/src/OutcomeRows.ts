import type { DuckDBDataChunk, DuckDBTimestampValue, DuckDBValue } from "@duckdb/node-api"
import type { BadInput, Outcome, Signals } from "@spillway/domain"
import type { Effect } from "effect"
import { present } from "./Present.ts"
import { formatTimestamp, stampRows } from "./Timestamp.ts"
import { lastOfEachKey, type Target } from "./Upsert.ts"

interface OutcomeRow {
  readonly row: Outcome
  readonly ts: bigint | undefined
}

/** The key of an outcome as one text, as in the set of `Store.answered`. */
export const outcomeKey = (outcome: Pick<Outcome, "request_id" | "tier">): string =>
  `${outcome.request_id}\u0000${outcome.tier}`

/** Signals as JSON with their names in order, so that equal signals are equal text. */
const signalsText = (signals: Signals | undefined): string | undefined => {
  if (signals === undefined) return undefined
  const names = Object.keys(signals)
  return names.length < 2
    ? JSON.stringify(signals)
    : `{${names.toSorted().map((name) => `${JSON.stringify(name)}:${JSON.stringify(signals[name])}`).join(",")}}`
}

export const outcomeTarget: Target<OutcomeRow> = {
  table: "outcomes",
  key: ["request_id", "tier"],
  columns: [
    { name: "request_id", type: "VARCHAR", of: ({ row }) => row.request_id },
    { name: "tier", type: "VARCHAR", of: ({ row }) => row.tier },
    { name: "output", type: "VARCHAR", of: ({ row }) => row.output },
    { name: "finish_reason", type: "VARCHAR", of: ({ row }) => row.finish_reason },
    { name: "input_tokens", type: "BIGINT", of: ({ row }) => row.usage?.input_tokens },
    { name: "cached_input_tokens", type: "BIGINT", of: ({ row }) => row.usage?.cached_input_tokens },
    { name: "cache_write_tokens", type: "BIGINT", of: ({ row }) => row.usage?.cache_write_tokens },
    { name: "output_tokens", type: "BIGINT", of: ({ row }) => row.usage?.output_tokens },
    { name: "reasoning_tokens", type: "BIGINT", of: ({ row }) => row.usage?.reasoning_tokens },
    { name: "cost_usd", type: "DOUBLE", of: ({ row }) => row.cost_usd },
    { name: "latency_ms", type: "DOUBLE", of: ({ row }) => row.latency_ms },
    { name: "ttft_ms", type: "DOUBLE", of: ({ row }) => row.ttft_ms },
    { name: "signals", type: "JSON", of: ({ row }) => signalsText(row.signals) },
    { name: "error", type: "VARCHAR", of: ({ row }) => row.error },
    { name: "attempts", type: "BIGINT", of: ({ row }) => row.attempts },
    { name: "ts", type: "TIMESTAMP", of: ({ ts }) => ts }
  ],
  casts: { signals: "MAP(VARCHAR, DOUBLE)" },
  keepsStored: "staged.error IS NOT NULL AND stored.error IS NULL"
}

const losesAnswer = (earlier: Outcome, later: Outcome) => earlier.error === undefined && later.error !== undefined

/** Outcomes as rows with distinct keys; the last of a key counts, but a failure never hides an answer. */
export const outcomeRows = (outcomes: ReadonlyArray<Outcome>): Effect.Effect<ReadonlyArray<OutcomeRow>, BadInput> =>
  stampRows(
    "outcomes",
    lastOfEachKey(outcomes, (outcome) => outcome.tier, (outcome) => outcome.request_id, losesAnswer)
  )

/** The columns that {@link readOutcomes} expects, of the table alias `o`. */
export const outcomeColumns = outcomeTarget.columns.map(({ name }) =>
  name === "signals" ? "to_json(o.signals)::VARCHAR" : `o.${name}`
).join(", ")

const text = (value: DuckDBValue) => value as string

export const readOutcomes = (chunk: DuckDBDataChunk): ReadonlyArray<Outcome> => {
  const columns = new Map(chunk.getColumns().map((values, i) => [outcomeTarget.columns[i]!.name, values]))
  return Array.from({ length: chunk.rowCount }, (_, i) => {
    const at = (name: string) => columns.get(name)![i]
    const usage = at("input_tokens") === null || at("output_tokens") === null ? null : {
      input_tokens: Number(at("input_tokens")),
      ...present("cached_input_tokens", at("cached_input_tokens"), Number),
      ...present("cache_write_tokens", at("cache_write_tokens"), Number),
      output_tokens: Number(at("output_tokens")),
      ...present("reasoning_tokens", at("reasoning_tokens"), Number)
    }
    return {
      request_id: at("request_id") as string,
      tier: at("tier") as string,
      ...present("output", at("output"), text),
      ...present("finish_reason", at("finish_reason"), text),
      ...(usage === null ? {} : { usage }),
      ...present("cost_usd", at("cost_usd"), Number),
      ...present("latency_ms", at("latency_ms"), Number),
      ...present("ttft_ms", at("ttft_ms"), Number),
      ...present("signals", at("signals"), (value) => JSON.parse(value as string) as Signals),
      ...present("error", at("error"), text),
      ...present("attempts", at("attempts"), Number),
      ...present("ts", at("ts"), (value) => formatTimestamp((value as DuckDBTimestampValue).micros))
    }
  })
}
