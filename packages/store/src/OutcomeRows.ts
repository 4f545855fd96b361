import type { DuckDBDataChunk, DuckDBTimestampValue } from "@duckdb/node-api"
import type { BadInput, Outcome, Signals, Usage } from "@spillway/domain"
import type { Effect } from "effect"
import { jsonText } from "./JsonText.ts"
import { asText, type Draft, setField } from "./SetField.ts"
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
  return jsonText(
    names.length < 2 ? signals : Object.fromEntries(names.toSorted().map((name) => [name, signals[name]!]))
  )
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

export const readOutcomes = (chunk: DuckDBDataChunk): ReadonlyArray<Outcome> => {
  const columns = new Map(chunk.getColumns().map((values, i) => [outcomeTarget.columns[i]!.name, values]))
  const ids = columns.get("request_id")!
  const tiers = columns.get("tier")!
  const inputs = columns.get("input_tokens")!
  const outputs = columns.get("output_tokens")!
  const rows: Array<Draft<Outcome>> = []
  const usages: Array<Draft<Usage>> = []
  for (let i = 0; i < chunk.rowCount; i++) {
    const row: Draft<Outcome> = { request_id: ids[i] as string, tier: tiers[i] as string }
    const usage = { input_tokens: Number(inputs[i]), output_tokens: Number(outputs[i]) }
    if (inputs[i] !== null && outputs[i] !== null) row.usage = usage
    rows.push(row)
    usages.push(usage)
  }
  for (const name of ["cached_input_tokens", "cache_write_tokens", "reasoning_tokens"] as const) {
    setField(usages, name, columns.get(name), Number)
  }
  for (const name of ["output", "finish_reason", "error"] as const) setField(rows, name, columns.get(name), asText)
  for (const name of ["cost_usd", "latency_ms", "ttft_ms", "attempts"] as const) {
    setField(rows, name, columns.get(name), Number)
  }
  setField(rows, "signals", columns.get("signals"), (value) => JSON.parse(value as string) as Signals)
  setField(rows, "ts", columns.get("ts"), (value) => formatTimestamp((value as DuckDBTimestampValue).micros))
  return rows
}
