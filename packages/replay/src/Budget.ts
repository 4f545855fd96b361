import { Effect, Latch } from "effect"

/**
 * A hard limit on US dollars. Every call is reserved at its upper estimate before it starts and settled at what it cost
 * after, so that calls in flight together cannot exceed the limit.
 */
export interface Budget {
  /**
   * Reserves all of `amounts` or none. While calls are under way it waits for what they give back; false once the
   * amounts cannot fit any more.
   */
  readonly reserve: (amounts: ReadonlyArray<number>) => Effect.Effect<boolean>
  /** Reserves at once or not at all. */
  readonly tryReserve: (usd: number) => boolean
  /** Gives a reservation back for what its call really cost. */
  readonly settle: (reservedUsd: number, spentUsd: number) => Effect.Effect<void>
  readonly spentUsd: () => number
}

/** A budget of `limitUsd` (Infinity: none) of which `spentUsd` is spent already. */
export const makeBudget = (limitUsd: number, spentUsd = 0): Budget => {
  let spent = spentUsd
  let reserved = 0
  // Counted apart: the sum of the reservations need not come back to exactly 0.
  let open = 0
  const settled = Latch.makeUnsafe()

  const take = (usd: number, count: number): boolean => {
    if (spent + reserved + usd > limitUsd) return false
    reserved += usd
    open += count
    return true
  }
  const reserve = (amounts: ReadonlyArray<number>): Effect.Effect<boolean> =>
    Effect.suspend(() => {
      if (take(amounts.reduce((sum, usd) => sum + usd, 0), amounts.length)) return Effect.succeed(true)
      if (open === 0) return Effect.succeed(false)
      settled.closeUnsafe()
      return Effect.andThen(settled.await, reserve(amounts))
    })
  return {
    reserve,
    tryReserve: (usd) => take(usd, 1),
    settle: (reservedUsd, spentUsd) =>
      Effect.sync(() => {
        open -= 1
        reserved = open === 0 ? 0 : reserved - reservedUsd
        spent += spentUsd
        settled.openUnsafe()
      }),
    spentUsd: () => spent
  }
}
