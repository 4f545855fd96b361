import { Schema } from "effect"
import { Outcome, Quality } from "./Outcome.ts"

const Tokens = Schema.optionalKey(Schema.NullOr(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))))
const Measure = Schema.optionalKey(Schema.NullOr(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))))

/**
 * One line of `outcomes.jsonl`: an outcome with its usage laid flat and, optionally, its quality. `model` names the
 * tier. Every optional field may be null. (A request line is {@link Request} itself.)
 */
export const InterchangeOutcome = Schema.Struct({
  request_id: Outcome.fields.request_id,
  model: Schema.NonEmptyString,
  quality: Schema.optionalKey(Schema.NullOr(Quality)),
  grader: Schema.optionalKey(Schema.NullOr(Schema.NonEmptyString)),
  output: Schema.optionalKey(Schema.NullOr(Schema.String)),
  finish_reason: Schema.optionalKey(Schema.NullOr(Schema.String)),
  input_tokens: Tokens,
  cached_input_tokens: Tokens,
  cache_write_tokens: Tokens,
  output_tokens: Tokens,
  reasoning_tokens: Tokens,
  cost_usd: Measure,
  latency_ms: Measure,
  ttft_ms: Measure,
  signals: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.NullOr(Schema.Finite)))),
  error: Schema.optionalKey(Schema.NullOr(Schema.String)),
  attempts: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  ts: Schema.optionalKey(Schema.NullOr(Schema.String))
})
export type InterchangeOutcome = typeof InterchangeOutcome.Type
