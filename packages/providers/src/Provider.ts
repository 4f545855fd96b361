import type { Request, Settings, Signals, Usage } from "@spillway/domain"
import { Context, type Effect, Schema } from "effect"

/** One attempt to answer a request, made by replay (the proxy has its own byte-exact path over the same translations). */
export interface CompletionCall {
  readonly baseUrl: string
  readonly apiKey: string | undefined
  readonly model: string
  readonly settings: Settings | undefined
  readonly request: Pick<Request, "messages" | "parameters" | "request_id">
  /** From 1. */
  readonly attempt: number
  readonly timeoutMs: number
  readonly idleTimeoutMs: number
}

/** A whole answer. */
export interface Completion {
  readonly output: string
  readonly finish_reason: string | undefined
  readonly usage: Usage | undefined
  /** US dollars that the provider itself says it charged, where it does; it outranks a price list. */
  readonly cost_usd?: number | undefined
  readonly latency_ms: number
  readonly ttft_ms: number | undefined
  readonly signals: Signals
  /** Remaining requests and tokens and their reset, from `x-ratelimit-*`. */
  readonly limits: RateLimits | undefined
}

/** What a provider said of its limits; times in milliseconds from now. */
export interface RateLimits {
  readonly remainingRequests: number | undefined
  readonly remainingTokens: number | undefined
  readonly resetRequestsMs: number | undefined
  readonly resetTokensMs: number | undefined
}

/** Why an attempt failed, and whether another may succeed. Carries no key and no request text. */
export class CompletionError extends Schema.TaggedError<CompletionError>()("CompletionError", {
  reason: Schema.Literals([
    "rate_limited",
    "server_error",
    "connection",
    "timeout",
    "stalled",
    "cut",
    "malformed",
    "rejected",
    "unauthorized"
  ]),
  status: Schema.optionalKey(Schema.Int),
  /** The provider's own words, shortened, without secrets. */
  detail: Schema.String,
  retryAfterMs: Schema.optionalKey(Schema.Finite),
  /** Tokens the failed attempt was charged for, where the provider said so. */
  usage: Schema.optionalKey(Schema.Unknown)
}) {
  override get message() {
    return `${this.reason}${this.status === undefined ? "" : ` (${this.status})`}: ${this.detail}`
  }
  get retryable() {
    return this.reason !== "rejected" && this.reason !== "unauthorized"
  }
}

/** Answers calls over a provider's wire protocol. */
export class Completions extends Context.Service<Completions, {
  readonly complete: (call: CompletionCall) => Effect.Effect<Completion, CompletionError>
}>()("@spillway/providers/Completions") {}
