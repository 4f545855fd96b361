import type { Objective } from "@spillway/domain"
import type { MeasuredPoint } from "../CertifyPoints.ts"
import { groupMeans, type Groups } from "../statistics/Groups.ts"
import { meanAndVariance } from "../statistics/Moments.ts"
import type { KnownMargin } from "./CertifyChance.ts"

/**
 * What is known of a point's margin over the floor. Its mean and variance come from the requests it was searched on
 * (cross-fitted) and those it was tested on; the sum that the next test reads again is that of the latter. Where nothing
 * was set apart, the point was measured on the requests it was searched on, and the next test is its first.
 *
 * @param groups near-duplicate groups of the requests measured on
 * @param heldOut whether these were set apart
 */
export const knownMargin = (
  point: MeasuredPoint,
  flagship: MeasuredPoint,
  objective: Objective,
  groups: Groups,
  heldOut: boolean,
  alpha: number
): KnownMargin => {
  const margins = (policy: Float64Array, dear: Float64Array) =>
    policy.map((quality, i) => quality - (objective.absolute_floor ?? objective.floor! * dear[i]!))
  const measured = groupMeans(margins(point.outcomes.quality, flagship.outcomes.quality), groups)
  if (!heldOut) return { ...meanAndVariance(measured), observed: measured.length, tested: 0, testedSum: 0, alpha }
  const searched = margins(point.developed.quality, flagship.developed.quality)
  return {
    ...meanAndVariance(Float64Array.from([...searched, ...measured])),
    // Near-duplicates among the requests searched on are as many as among those tested on.
    observed: measured.length + searched.length * groups.count / groups.index.length,
    tested: measured.length,
    testedSum: measured.reduce((sum, margin) => sum + margin, 0),
    alpha
  }
}

/** Tiers, by index and ascending, that a point's plans call. An entry tier that no request chose is not among them. */
export const tiersUsed = ({ candidate, developed, outcomes }: MeasuredPoint): ReadonlyArray<number> => {
  const chosen = (tier: number) => outcomes.shares[tier]! > 0 || developed.shares[tier]! > 0
  const used = candidate.plans.flatMap(({ plan }) => {
    const reached = new Set<number>()
    const visit = (tier: number) => {
      if (reached.has(tier)) return
      reached.add(tier)
      for (const next of plan.stages[tier]?.next ?? []) if (next !== null) visit(next)
    }
    plan.entry.tiers.filter((tier) => plan.stages[tier] !== undefined || chosen(tier)).forEach(visit)
    return [...reached]
  })
  return [...new Set(used)].toSorted((a, b) => a - b)
}
