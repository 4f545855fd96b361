import { Schema } from "effect"
import { Signals } from "./Signals.ts"
import { Usage } from "./Usage.ts"

const NonNegative = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** A quality in [0, 1]. */
export const Quality = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/**
 * What one tier answered to one request. The key is (`request_id`, `tier`): a later outcome of the same key
 * replaces an earlier failed one.
 */
export const Outcome = Schema.Struct({
  request_id: Schema.NonEmptyString,
  tier: Schema.NonEmptyString,
  /** The answer's text; for an answer that calls tools, the JSON of its `tool_calls`. */
  output: Schema.optionalKey(Schema.String),
  finish_reason: Schema.optionalKey(Schema.String),
  usage: Schema.optionalKey(Usage),
  /** US dollars for all attempts together; absent = unknown. */
  cost_usd: Schema.optionalKey(NonNegative),
  /** Milliseconds from sending the request to the end of the answer, of the attempt that succeeded. */
  latency_ms: Schema.optionalKey(NonNegative),
  /** Milliseconds to the first token of content. */
  ttft_ms: Schema.optionalKey(NonNegative),
  signals: Schema.optionalKey(Signals),
  /** Why the tier gave no answer, in words without secrets; a failed outcome has no `output`. */
  error: Schema.optionalKey(Schema.String),
  /** How many times it was sent. */
  attempts: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))),
  /** When it was answered, ISO 8601 in UTC. */
  ts: Schema.optionalKey(Schema.NonEmptyString)
})
export type Outcome = typeof Outcome.Type
