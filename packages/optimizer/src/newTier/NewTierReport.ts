import type { Interval } from "../OptimizeReport.ts"
import type { GainModelScore } from "./GainModel.ts"

/** An operating point that uses a new tier, estimated and not certified. */
export interface NewTierPoint {
  readonly name: string
  readonly cost_usd: number
  readonly cost_interval: Interval
  readonly quality: number
  readonly quality_interval: Interval
  /** Share of the requests that go to the new tier. */
  readonly share: number
  /** Further audited requests that would probably certify it; null where no number would, or without a quality floor. */
  readonly more_audits: number | null
}

/** What is known of a new tier after some audits. Intervals are at 95 %. */
export interface NewTierReport {
  readonly tier: string
  readonly audited: number
  /** The kinds of model compared by cross-validation on the audits. */
  readonly models: ReadonlyArray<GainModelScore>
  /** Weights of the known tiers in its head, those above 0. */
  readonly weights: Readonly<Record<string, number>>
  readonly quality: number
  readonly quality_interval: Interval
  readonly cost_usd: number
  readonly points: ReadonlyArray<NewTierPoint>
  /** What the points are worth and what would certify them, in plain words. */
  readonly statement: string
}
