import { TokenBucket } from "./TokenBucket.ts"

/** Limits of each simulated model; none where left out. */
export interface SimulatedLimits {
  readonly requestsPerMinute?: number | undefined
  readonly tokensPerMinute?: number | undefined
}

/** Whether a call may pass, how long to wait where not, and the headers that say so. */
export interface Passage {
  readonly waitMs: number
  readonly headers: Readonly<Record<string, string>>
}

/** Takes one call with so many tokens at a time. */
export type RateLimiter = (tokens: number, now: number) => Passage

/** A duration as OpenAI writes it: `120ms`, `1.5s`, `6m0s`. */
export const formatDuration = (ms: number): string => {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`
  const minutes = Math.floor(ms / 60_000)
  const seconds = Math.ceil((ms - minutes * 60_000) / 100) / 10
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`
}

/** Enforces the limits of one model; a call that does not pass takes nothing. */
export const makeRateLimiter = (limits: SimulatedLimits, now: number): RateLimiter => {
  const buckets: ReadonlyArray<readonly ["requests" | "tokens", TokenBucket]> = [
    ...(limits.requestsPerMinute === undefined
      ? []
      : [["requests", new TokenBucket(limits.requestsPerMinute, now)] as const]),
    ...(limits.tokensPerMinute === undefined ? [] : [["tokens", new TokenBucket(limits.tokensPerMinute, now)] as const])
  ]
  return (tokens, now) => {
    const amount = { requests: 1, tokens }
    const waitMs = Math.max(0, ...buckets.map(([what, bucket]) => bucket.wait(amount[what], now)))
    const headers: Record<string, string> = {}
    for (const [what, bucket] of buckets) {
      if (waitMs === 0) bucket.take(amount[what], now)
      headers[`x-ratelimit-limit-${what}`] = String(bucket.limit)
      headers[`x-ratelimit-remaining-${what}`] = String(Math.max(0, Math.floor(bucket.level(now))))
      headers[`x-ratelimit-reset-${what}`] = formatDuration(bucket.wait(bucket.limit, now))
    }
    return { waitMs, headers }
  }
}
