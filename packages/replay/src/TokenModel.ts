import type { Price, Request, Settings, Tier, Usage } from "@spillway/domain"
import { Schema } from "effect"

/** Fewer answers than this say too little of a tier. */
const ENOUGH = 20
const ASSUMED_TOKENS_PER_BYTE = 0.25
const ASSUMED_OUTPUT_TOKENS = 256
/** Room over the most that was seen, for what was not seen yet. */
const HEADROOM = 1.25
/** Reserved for an answer of unknown length, as long as too few were seen. */
const UNKNOWN_OUTPUT_TOKENS = 4096

/** Sums over a tier's answers of known usage. */
export const UsageHistory = Schema.Struct({
  answers: Schema.Finite,
  bytes: Schema.Finite,
  input_tokens: Schema.Finite,
  /** Most input tokens per byte of a request. */
  most_tokens_per_byte: Schema.Finite,
  output_tokens: Schema.Finite,
  output_tokens_squared: Schema.Finite,
  most_output_tokens: Schema.Finite
})
export type UsageHistory = typeof UsageHistory.Type

const NO_HISTORY: UsageHistory = {
  answers: 0,
  bytes: 0,
  input_tokens: 0,
  most_tokens_per_byte: 0,
  output_tokens: 0,
  output_tokens_squared: 0,
  most_output_tokens: 0
}

export interface Tokens {
  readonly input: number
  readonly output: number
}

/** Estimates the tokens of a tier's calls before they are made, from the tokens of those that were. */
export interface TokenModel {
  readonly expected: (bytes: number, maxOutput: number | undefined) => Tokens
  /**
   * What a call uses at most: no more input tokens than bytes, or than a little over the most per byte that was seen; as
   * many output tokens as the request allows or, where it sets no limit, a little more than were ever seen.
   */
  readonly upper: (bytes: number, maxOutput: number | undefined) => Tokens
  readonly learn: (bytes: number, usage: Usage) => void
  /** Mean and variance of output tokens, and of how many answers; undefined where they are too few. */
  readonly output: () => { readonly mean: number; readonly variance: number; readonly answers: number } | undefined
}

export const makeTokenModel = (history: UsageHistory = NO_HISTORY): TokenModel => {
  let seen = history
  const knows = () => seen.answers >= ENOUGH
  return {
    expected: (bytes, maxOutput) => ({
      input: bytes * (knows() ? seen.input_tokens / seen.bytes : ASSUMED_TOKENS_PER_BYTE),
      output: Math.min(maxOutput ?? Infinity, knows() ? seen.output_tokens / seen.answers : ASSUMED_OUTPUT_TOKENS)
    }),
    upper: (bytes, maxOutput) => ({
      input: Math.ceil(bytes * Math.min(1, knows() ? seen.most_tokens_per_byte * HEADROOM : 1)),
      output: maxOutput ??
        Math.ceil(
          knows() ? seen.most_output_tokens * HEADROOM : Math.max(UNKNOWN_OUTPUT_TOKENS, seen.most_output_tokens)
        )
    }),
    learn: (bytes, usage) => {
      seen = {
        answers: seen.answers + 1,
        bytes: seen.bytes + bytes,
        input_tokens: seen.input_tokens + usage.input_tokens,
        most_tokens_per_byte: Math.max(seen.most_tokens_per_byte, usage.input_tokens / bytes),
        output_tokens: seen.output_tokens + usage.output_tokens,
        output_tokens_squared: seen.output_tokens_squared + usage.output_tokens ** 2,
        most_output_tokens: Math.max(seen.most_output_tokens, usage.output_tokens)
      }
    },
    output: () => {
      if (!knows()) return undefined
      const mean = seen.output_tokens / seen.answers
      return {
        mean,
        variance: Math.max(0, seen.output_tokens_squared / seen.answers - mean ** 2),
        answers: seen.answers
      }
    }
  }
}

/** Size of what a tier is sent: bytes of the messages and parameters as JSON. */
export const requestBytes = (request: Pick<Request, "messages" | "parameters">): number =>
  Buffer.byteLength(JSON.stringify(request.messages)) +
  (request.parameters === undefined ? 0 : Buffer.byteLength(JSON.stringify(request.parameters)))

/** Most output tokens of a call by its own limits, over all its choices; undefined where it sets none. */
export const maxOutputTokens = (
  parameters: Request["parameters"],
  settings: Settings | undefined
): number | undefined => {
  const body = { ...parameters, ...settings }
  const limit = body.max_completion_tokens ?? body.max_tokens
  const choices = typeof body.n === "number" ? body.n : 1
  return typeof limit === "number" ? limit * choices : undefined
}

/** US dollars of a call at the dearest of the tier's prices that may apply; 0 where there is no price. */
export const upperUsd = (tokens: Tokens, price: Price | undefined): number => {
  if (price === undefined) return 0
  const input = Math.max(
    price.input_usd_per_mtok,
    price.cached_input_usd_per_mtok ?? 0,
    price.cache_write_usd_per_mtok ?? 0
  )
  const output = Math.max(price.output_usd_per_mtok, price.reasoning_usd_per_mtok ?? 0)
  return (tokens.input * input + tokens.output * output) / 1e6
}

/** Upper estimate of a call of `tier`, in tokens and US dollars. */
export const upperEstimate = (model: TokenModel, tier: Tier, request: Request) => {
  const tokens = model.upper(requestBytes(request), maxOutputTokens(request.parameters, tier.settings))
  return { tokens, usd: upperUsd(tokens, tier.price) }
}
