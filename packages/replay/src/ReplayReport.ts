/** One tier's part of {@link ReplayReport}. */
export interface TierReport {
  readonly tier: string
  readonly answered: number
  readonly failed: number
  /** Requests that were not tried or stored: the tier or the replay was stopped. */
  readonly left: number
  readonly calls: number
  readonly spent_usd: number
  /** Why the tier was stopped. */
  readonly stopped?: string
}

/** What a replay did. */
export interface ReplayReport {
  readonly run_id: string
  /** `complete`; `budget`: the next request could have exceeded it; `stopped`: requests are left, for tiers that were. */
  readonly ended: "complete" | "budget" | "stopped"
  /** Calls made, retries among them. */
  readonly calls: number
  readonly retries: number
  readonly answered: number
  readonly failed: number
  /** By the reason of the last attempt. */
  readonly failed_by_reason: Readonly<Record<string, number>>
  readonly left: number
  /** US dollars of the outcomes that this replay stored, their failed attempts included. */
  readonly spent_usd: number
  /** Upper estimate of calls whose cost no one said: not in `spent_usd`, but counted against the budget. */
  readonly uncertain_usd: number
  readonly seconds: number
  /** What a killed replay had finished; its US dollars count against the budget. */
  readonly recovered: { readonly outcomes: number; readonly spent_usd: number }
  readonly tiers: ReadonlyArray<TierReport>
}
