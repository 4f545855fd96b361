import { Clock, Effect } from "effect"

/** One tier's part of {@link Progress}. */
export interface TierProgress {
  readonly tier: string
  /** Requests answered or given up. */
  readonly done: number
  readonly total: number
  readonly failed: number
  readonly spentUsd: number
  /** Why the tier was stopped. */
  readonly stopped?: string | undefined
}

/** How far a replay is. */
export interface Progress {
  readonly done: number
  readonly total: number
  readonly failed: number
  /** Of the last calls; 0 before there are two. */
  readonly callsPerSecond: number
  readonly spentUsd: number
  /** Undefined while there is no rate. */
  readonly secondsLeft: number | undefined
  readonly tiers: ReadonlyArray<TierProgress>
}

/** A call that ended. */
export interface Finished {
  readonly tier: string
  readonly failed: boolean
  readonly costUsd: number
}

/** The rate is that of so many calls. */
const WINDOW = 200

/** Counts finished calls; `totals` are the calls to make by tier. */
export const makeProgressMeter = (totals: ReadonlyMap<string, number>) => {
  const tiers = new Map<string, { -readonly [K in keyof TierProgress]: TierProgress[K] }>()
  for (const [tier, total] of totals) tiers.set(tier, { tier, done: 0, total, failed: 0, spentUsd: 0 })
  const recent: Array<number> = []
  const sum = (of: "done" | "total" | "failed" | "spentUsd") =>
    [...tiers.values()].reduce((total, tier) => total + tier[of], 0)

  const now = (): Progress => {
    const [done, total, failed, spentUsd] = [sum("done"), sum("total"), sum("failed"), sum("spentUsd")]
    const left = [...tiers.values()].reduce(
      (left, { done, stopped, total }) => left + (stopped === undefined ? total - done : 0),
      0
    )
    const seconds = recent.length < 2 ? 0 : (recent.at(-1)! - recent[0]!) / 1000
    const callsPerSecond = seconds === 0 ? 0 : (recent.length - 1) / seconds
    return {
      done,
      total,
      failed,
      callsPerSecond,
      spentUsd,
      secondsLeft: callsPerSecond === 0 ? undefined : left / callsPerSecond,
      tiers: structuredClone([...tiers.values()])
    }
  }
  const finish = ({ costUsd, failed, tier }: Finished): Effect.Effect<Progress> =>
    Effect.map(Clock.currentTimeMillis, (at) => {
      const counts = tiers.get(tier)!
      counts.done += 1
      counts.failed += failed ? 1 : 0
      counts.spentUsd += costUsd
      recent.push(at)
      if (recent.length > WINDOW) recent.shift()
      return now()
    })
  const stop = (tier: string, reason: string): void => {
    tiers.get(tier)!.stopped = reason
  }
  return { finish, stop }
}
