import { Clock, Effect } from "effect"

/** A rate limit: fills steadily, holds at most one second's worth. */
export interface TokenBucket {
  /** Waits until `amount` may be used; waits in the order of the calls. */
  readonly take: (amount: number) => Effect.Effect<void>
  /** Returns what was taken but not used; a negative amount was used beyond what was taken. */
  readonly give: (amount: number) => void
}

const unlimited: TokenBucket = { take: () => Effect.void, give: () => undefined }

/** A bucket that fills with `perMinute` a minute; without a limit where it is undefined. */
export const makeTokenBucket = Effect.fnUntraced(function*(perMinute: number | undefined) {
  if (perMinute === undefined) return unlimited
  const perMs = perMinute / 60_000
  const capacity = Math.max(1, perMs * 1000)
  let level = capacity
  let at = yield* Clock.currentTimeMillis
  const take = Effect.fnUntraced(function*(amount: number) {
    const now = yield* Clock.currentTimeMillis
    level = Math.min(capacity, level + (now - at) * perMs)
    at = now
    // More than the bucket holds waits for a full bucket and leaves a debt, which later calls wait off.
    const missing = Math.min(amount, capacity) - level
    level -= amount
    if (missing > 0) yield* Effect.sleep(Math.ceil(missing / perMs))
  })
  return {
    take,
    give: (amount) => {
      level = Math.min(capacity, level + amount)
    }
  } satisfies TokenBucket
})
