import { Schema } from "effect"
import { Signals } from "./Signals.ts"
import { Usage } from "./Usage.ts"

/** One call of one tier within a served request. */
export const LogAttempt = Schema.Struct({
  tier: Schema.NonEmptyString,
  model: Schema.NonEmptyString,
  /** HTTP status, absent where no answer came. */
  status: Schema.optionalKey(Schema.Int),
  output: Schema.optionalKey(Schema.String),
  finish_reason: Schema.optionalKey(Schema.String),
  usage: Schema.optionalKey(Usage),
  cost_usd: Schema.optionalKey(Schema.Finite),
  latency_ms: Schema.Finite,
  ttft_ms: Schema.optionalKey(Schema.Finite),
  signals: Schema.optionalKey(Signals),
  /** Calibrated confidence that was compared with `threshold`, where the policy tested this answer. */
  confidence: Schema.optionalKey(Schema.Finite),
  threshold: Schema.optionalKey(Schema.Finite),
  accepted: Schema.Boolean,
  error: Schema.optionalKey(Schema.String)
})
export type LogAttempt = typeof LogAttempt.Type

/** How a served request came by its vector, where the routing table reads vectors. */
export const LogEmbedding = Schema.Struct({
  /** `used` and `cached`: it was decided by it; `empty` (it has no text), `timeout` and `failed`: without. */
  result: Schema.Literals(["used", "cached", "empty", "timeout", "failed"]),
  /** Milliseconds that the decision waited for it. */
  latency_ms: Schema.Finite,
  /** US dollars of this call; absent where unknown, 0 where the vector was at hand. */
  cost_usd: Schema.optionalKey(Schema.Finite)
})
export type LogEmbedding = typeof LogEmbedding.Type

/** One line of the proxy's log: everything the importer needs to make the request and its outcomes again. */
export const LogRecord = Schema.Struct({
  format: Schema.Literal("spillway.log/1"),
  request_id: Schema.NonEmptyString,
  ts: Schema.NonEmptyString,
  task: Schema.NonEmptyString,
  /** The chat completion body as the client sent it, without headers. */
  request: Schema.Record(Schema.String, Schema.Unknown),
  /** SHA-256 of the routing table that decided, absent for a pass-through. */
  table: Schema.optionalKey(Schema.String),
  /** Operating point, absent for a pass-through. */
  point: Schema.optionalKey(Schema.String),
  /** Cluster of the routing table that a request without a task was decided as one of. */
  cluster: Schema.optionalKey(Schema.NonEmptyString),
  /** Probability with which the policy chose this path; 1 where it is deterministic. */
  propensity: Schema.Finite,
  embedding: Schema.optionalKey(LogEmbedding),
  attempts: Schema.Array(LogAttempt),
  /** `complete`, `client_disconnected`, `upstream_failed`, ... */
  result: Schema.NonEmptyString,
  /** HTTP status the client saw. */
  status: Schema.Int,
  stream: Schema.Boolean,
  latency_ms: Schema.Finite,
  ttft_ms: Schema.optionalKey(Schema.Finite)
})
export type LogRecord = typeof LogRecord.Type
