import { Effect, Random } from "effect"

const BASE_MS = 500
const CAP_MS = 30_000

/**
 * Milliseconds to wait after failed attempt `attempt` (from 1): exponential with full jitter (Brooker, "Exponential
 * Backoff And Jitter", 2015). A provider's own Retry-After is waited in full, with jitter after it.
 */
export const backoffMs = (attempt: number, retryAfterMs: number | undefined): Effect.Effect<number> =>
  Effect.map(Random.next, (random) =>
    Math.round(
      retryAfterMs === undefined
        ? random * Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1))
        : retryAfterMs + random * BASE_MS
    ))
