import type { Provider } from "@spillway/domain"
import type { CompletionError, RateLimits } from "@spillway/providers"
import { Clock, Effect, Semaphore } from "effect"
import { makeTokenBucket } from "./TokenBucket.ts"

/** Calls in flight at once to a provider that sets no `concurrency`. */
export const DEFAULT_CONCURRENCY = 8

/** The longest that a provider is waited for; one that asks for more has to be come back to. */
export const MAX_WAIT_MS = 10 * 60_000

/**
 * Lets calls through to one provider within its limits: concurrency, requests and tokens a minute, and what the
 * provider itself says. A rate-limited call pauses all of them and halves the concurrency, which then grows by one per
 * round of answers (additive increase, multiplicative decrease, as TCP does).
 */
export interface ProviderGate {
  /** Runs a call when it may; `tokens` is what it is expected to use. */
  readonly pass: <A, E, R>(tokens: number, call: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Learns from an answer. */
  readonly answered: (limits: RateLimits | undefined, expectedTokens: number, usedTokens: number) => Effect.Effect<void>
  /** Learns from a failure: a rate-limited call pauses the provider, for `waitMs` where it does not say how long. */
  readonly failed: (error: CompletionError, waitMs: number) => Effect.Effect<void>
}

/** What a provider's headers ask to wait: until the reset of what is used up. */
const waitFor = (limits: RateLimits, tokens: number): number =>
  Math.max(
    limits.remainingRequests === 0 ? limits.resetRequestsMs ?? 0 : 0,
    limits.remainingTokens !== undefined && limits.remainingTokens < tokens ? limits.resetTokensMs ?? 0 : 0
  )

export const makeProviderGate = Effect.fnUntraced(function*(provider: Provider) {
  const most = provider.concurrency ?? DEFAULT_CONCURRENCY
  const permits = yield* Semaphore.make(most)
  const requests = yield* makeTokenBucket(provider.requests_per_minute)
  const tokens = yield* makeTokenBucket(provider.tokens_per_minute)
  let concurrency = most
  let answersSinceChange = 0
  let pausedUntil = 0

  const resize = (to: number) =>
    Effect.suspend(() => {
      answersSinceChange = 0
      concurrency = to
      return permits.resize(to)
    })
  const awaitPause = Effect.gen(function*() {
    for (let now = yield* Clock.currentTimeMillis; now < pausedUntil; now = yield* Clock.currentTimeMillis) {
      yield* Effect.sleep(pausedUntil - now)
    }
  })
  const pause = (now: number, ms: number) => {
    pausedUntil = Math.max(pausedUntil, now + Math.min(ms, MAX_WAIT_MS))
  }

  const gate: ProviderGate = {
    pass: (amount, call) =>
      permits.withPermit(
        requests.take(1).pipe(Effect.andThen(tokens.take(amount)), Effect.andThen(awaitPause), Effect.andThen(call))
      ),
    answered: Effect.fnUntraced(function*(limits, expected, used) {
      tokens.give(expected - used)
      if (limits !== undefined) pause(yield* Clock.currentTimeMillis, waitFor(limits, used))
      answersSinceChange += 1
      if (concurrency < most && answersSinceChange >= concurrency) yield* resize(concurrency + 1)
    }),
    failed: Effect.fnUntraced(function*(error, waitMs) {
      if (error.reason !== "rate_limited") return
      const now = yield* Clock.currentTimeMillis
      // Calls that were in flight together tell of the same limit once.
      if (now >= pausedUntil) yield* resize(Math.max(1, Math.floor(concurrency / 2)))
      pause(now, error.retryAfterMs ?? waitMs)
    })
  }
  return gate
})
