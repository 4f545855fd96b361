import { Schema } from "effect"

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Positive = Schema.Finite.check(Schema.isGreaterThan(0))

/** What the optimizer is asked for. With no budget, the cheapest policy that keeps the floor. */
export const Objective = Schema.Struct({
  /** Least quality, relative to the flagship's (0.98 = at most 2 % of the flagship's quality lost). */
  floor: Schema.optionalKey(Share),
  /** Least quality in absolute terms. */
  absolute_floor: Schema.optionalKey(Share),
  /** Least quality relative to the flagship's in each task apart; tested for every task, and no reason to choose a point. */
  task_floor: Schema.optionalKey(Share),
  /** Confidence 1 - alpha of the certificate. */
  confidence: Share.pipe(Schema.check(Schema.isLessThan(1))),
  /** Most mean US dollars per request. */
  budget_usd_per_request: Schema.optionalKey(Positive),
  /** Most US dollars a month, at `requests_per_month`. */
  budget_usd_per_month: Schema.optionalKey(Positive),
  requests_per_month: Schema.optionalKey(Positive),
  /** Cap on the 95th percentile of latency, in milliseconds. */
  p95_ms: Schema.optionalKey(Positive)
})
export type Objective = typeof Objective.Type
