import type { Objective } from "@spillway/domain"
import { requestsFor } from "../certify/RequestsFor.ts"
import type { Dataset } from "../data/Dataset.ts"
import { certifyChance, freshNeeded, type KnownMargin } from "../plan/CertifyChance.ts"
import { meanAndVariance } from "../statistics/Moments.ts"
import { switchingUsd } from "../SwitchingCost.ts"
import type { Audits } from "./Audits.ts"
import { type EstimatedMean, estimatedMean } from "./EstimatedMean.ts"

/** What a route that uses a new tier is expected to do. */
export interface RouteEstimate {
  readonly quality: EstimatedMean
  /** USD per request. */
  readonly cost: EstimatedMean
  /** Share of the requests by tier, the new one last. */
  readonly shares: ReadonlyArray<number>
  /** Further audits that would probably certify it; null where no number is likely to, or without a quality floor. */
  readonly moreAudits: number | null
}

/** The new tier's quality and cost where it was not asked: what is imputed for each row of the data. */
export interface Imputed {
  readonly quality: Float64Array
  readonly costUsd: Float64Array
}

/** A certificate less likely than this, even with all the audits it wants, is not held out. */
const LEAST_CHANCE = 0.5

/**
 * Estimates a route: quality and cost as graded where a known tier is chosen, imputed where the new one is, with the mean
 * error of that on the audits taken off.
 *
 * @param choice tier of each row of the data; the new one has the index after the last known tier
 * @param rows rows that neither the route nor the imputation was fitted on
 * @param embeddingUsd US dollars that each request is charged for its vector
 */
export const estimateRoute = (
  data: Dataset,
  choice: Uint8Array,
  rows: Uint32Array,
  audits: Audits,
  imputed: Imputed,
  objective: Objective,
  embeddingUsd: number
): RouteEstimate => {
  const K = data.tiers.length
  // Of switching to the new tier nothing is known: its audits are single requests.
  const called = Uint32Array.from(rows, (row) => choice[row] === K ? 0 : 1 << choice[row]!)
  const switching = data.turns && switchingUsd(data.turns, rows, () => [{ share: 1, rows: { called } }])
  const expected = (of: ReadonlyArray<Float64Array>, unknown: Float64Array) =>
    Float64Array.from(rows, (row) => choice[row] === K ? unknown[row]! : of[choice[row]!]![row]!)
  const errors = (seen: Float64Array, told: Float64Array) =>
    Float64Array.from(
      audits.rows.filter((row) => !Number.isNaN(seen[row]!)),
      (row) => choice[row] === K ? seen[row]! - told[row]! : 0
    )
  const quality = expected(data.quality, imputed.quality), qualityErrors = errors(audits.quality, imputed.quality)
  const shares = Array.from(
    { length: K + 1 },
    (_, k) => rows.reduce((count, row) => count + (choice[row] === k ? 1 : 0), 0) / rows.length
  )
  const moreAudits = (): number | null => {
    const { absolute_floor, floor } = objective
    if (floor === undefined && absolute_floor === undefined) return null
    const least = (row: number) => absolute_floor ?? floor! * data.quality[data.flagship]![row]!
    const margin = estimatedMean(quality.map((q, i) => q - least(rows[i]!)), qualityErrors)
    const seen = Float64Array.from(
      audits.rows,
      (row) => (choice[row] === K ? audits.quality[row]! : data.quality[choice[row]!]![row]!) - least(row)
    )
    const { variance } = meanAndVariance(seen)
    const known: KnownMargin = {
      mean: margin.value,
      variance,
      observed: margin.stderr === 0 ? Infinity : variance / margin.stderr ** 2,
      tested: 0,
      testedSum: 0,
      alpha: (1 - objective.confidence) / 2
    }
    const fresh = freshNeeded(known)
    if (fresh === undefined || certifyChance(known, fresh, "predictive") < LEAST_CHANCE) return null
    return Math.max(0, requestsFor(fresh, audits.rows.length) - audits.rows.length)
  }
  return {
    quality: estimatedMean(quality, qualityErrors),
    cost: estimatedMean(
      expected(data.costUsd, imputed.costUsd).map((usd, i) => usd + embeddingUsd + (switching?.[i] ?? 0)),
      errors(audits.costUsd, imputed.costUsd)
    ),
    shares,
    moreAudits: moreAudits()
  }
}
