import type { RateLimits } from "../Provider.ts"

/** Response headers with lower-case names, as Node and undici give them. */
export type Headers = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

const one = (headers: Headers, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === "string" ? value : value?.[0]
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a duration as OpenAI writes it (`120ms`, `1s`, `6m0s`, `1h30m0.5s`), or of plain seconds. */
export const durationMs = (text: string): number | undefined => {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * UNIT_MS[unit!]!
  }
  return total
}

/** What `x-ratelimit-*` headers say; undefined where there are none. */
export const rateLimitsOf = (headers: Headers): RateLimits | undefined => {
  const remaining = (what: string): number | undefined => {
    const text = one(headers, `x-ratelimit-remaining-${what}`)
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
  }
  const reset = (what: string): number | undefined => {
    const text = one(headers, `x-ratelimit-reset-${what}`)
    return text === undefined ? undefined : durationMs(text)
  }
  const limits: RateLimits = {
    remainingRequests: remaining("requests"),
    remainingTokens: remaining("tokens"),
    resetRequestsMs: reset("requests"),
    resetTokensMs: reset("tokens")
  }
  return Object.values(limits).every((value) => value === undefined) ? undefined : limits
}

/**
 * Milliseconds to wait before the next attempt: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date.
 *
 * @param now milliseconds since 1970
 */
export const retryAfterMs = (headers: Headers, now: number): number | undefined => {
  const millis = one(headers, "retry-after-ms")
  if (millis !== undefined && /^\d+(\.\d+)?$/.test(millis)) return Number(millis)
  const after = one(headers, "retry-after")
  if (after === undefined) return undefined
  if (/^\d+(\.\d+)?$/.test(after)) return Number(after) * 1_000
  const date = Date.parse(after)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
