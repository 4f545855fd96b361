import { Store } from "@spillway/store"
import { Effect, Option, Schema } from "effect"
import { UsageHistory } from "./TokenModel.ts"

const Row = Schema.Struct({
  tier: Schema.String,
  mean_latency_ms: Schema.NullOr(Schema.Finite),
  ...UsageHistory.fields
})
const decodeRow = Schema.decodeUnknownOption(Row)

const SQL = `
  WITH used AS (
    SELECT o.tier, o.latency_ms, o.input_tokens, o.output_tokens::DOUBLE AS output_tokens,
      strlen(r.messages::VARCHAR) + coalesce(strlen(r.parameters::VARCHAR), 0) AS bytes
    FROM outcomes o JOIN requests r USING (request_id)
    WHERE o.error IS NULL AND o.input_tokens IS NOT NULL AND o.output_tokens IS NOT NULL
  )
  SELECT tier, avg(latency_ms) AS mean_latency_ms, count(*)::DOUBLE AS answers, sum(bytes)::DOUBLE AS bytes,
    sum(input_tokens)::DOUBLE AS input_tokens, max(input_tokens / bytes) AS most_tokens_per_byte,
    sum(output_tokens) AS output_tokens, sum(output_tokens * output_tokens) AS output_tokens_squared,
    max(output_tokens) AS most_output_tokens
  FROM used GROUP BY tier`

/** What the stored outcomes tell of each tier's usage, by tier. */
export const usageHistories = Effect.gen(function*() {
  const store = yield* Store
  const rows = yield* store.query(SQL)
  return new Map(rows.flatMap((row) => Option.toArray(decodeRow(row))).map((row) => [row.tier, row]))
})
