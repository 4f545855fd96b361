import type { PlannedCall } from "@spillway/domain"

/** What one tier would be asked. */
export interface PlannedTierCalls {
  readonly tier: string
  readonly calls: number
  /** Null where the tier's cost is not known. */
  readonly expected_usd: number | null
}

/** A cheaper operating point with what it would take to certify it. */
export interface PlanCandidate {
  readonly point: string
  /** USD per request that it would save against what is served now. */
  readonly saves_usd: number
  /** Tiers it uses, and the flagship. */
  readonly tiers: ReadonlyArray<string>
  /** Requests to complete on these tiers; null where no number helps. */
  readonly requests: number | null
  readonly expected_usd: number | null
  /** Chance that it is certified then, counting that its margin may be misjudged; null where nothing is planned. */
  readonly chance: number | null
  /** Requests served after which the expected saving, `chance * saves_usd` each, has paid for the replay. */
  readonly pays_back_after: number | null
}

/** Which requests to replay next on which tiers. */
export interface ReplayPlan {
  /** `pilot`: too little is graded to judge; `certify`: for the named point; `none`: no replay helps, for the reason given. */
  readonly purpose: "pilot" | "certify" | "none"
  readonly point: string | null
  /** What to do and why, in plain words. */
  readonly statement: string
  /** Requests graded on all tiers of the plan already, and requests to complete. */
  readonly graded: number
  readonly requests: number
  /** Of these, begun before and only completed. */
  readonly completed: number
  readonly expected_usd: number | null
  readonly chance: number | null
  readonly tiers: ReadonlyArray<PlannedTierCalls>
  readonly candidates: ReadonlyArray<PlanCandidate>
  /** The calls, in the order to make them: a replay that stops early has answered a random part. */
  readonly calls: ReadonlyArray<PlannedCall>
}
