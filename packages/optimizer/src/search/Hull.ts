import type { IndexedPlan, PlanPoint } from "./IndexedPlan.ts"

/**
 * Indices of the points on the non-decreasing concave hull, cheapest first: all that mixing at random cannot beat.
 * Monotone chain (Andrew 1979), O(m log m).
 */
export const hull = (cost: ArrayLike<number>, quality: ArrayLike<number>): Array<number> => {
  const order = Array.from({ length: cost.length }, (_, i) => i)
    .toSorted((a, b) => cost[a]! - cost[b]! || quality[b]! - quality[a]! || a - b)
  const kept: Array<number> = []
  for (const i of order) {
    if (kept.length > 0 && quality[i]! <= quality[kept.at(-1)!]!) continue
    while (kept.length >= 2) {
      const a = kept.at(-2)!
      const b = kept.at(-1)!
      const bUnderLine = (quality[b]! - quality[a]!) * (cost[i]! - cost[a]!) <=
        (quality[i]! - quality[a]!) * (cost[b]! - cost[a]!)
      if (!bUnderLine) break
      kept.pop()
    }
    kept.push(i)
  }
  return kept
}

/** The plan points on the hull, cheapest first. */
export const hullOf = <P extends { readonly cost: number; readonly quality: number }>(
  points: ReadonlyArray<P>
): Array<P> => hull(points.map((point) => point.cost), points.map((point) => point.quality)).map((i) => points[i]!)

/** Plans with the share of rows that each serves; the shares add up to 1. */
export type PlanShares = ReadonlyArray<{ readonly share: number; readonly plan: IndexedPlan }>

/** Mixes `a` with the dearer `b` so that the expected cost is `budget`; a budget outside [a, b] takes the nearer one. */
export const mixBetween = (a: PlanPoint, b: PlanPoint, budget: number): PlanShares => {
  const share = b.cost > a.cost ? Math.min(1, Math.max(0, (budget - a.cost) / (b.cost - a.cost))) : 0
  return [{ share: 1 - share, plan: a.plan }, { share, plan: b.plan }].filter((entry) => entry.share > 0)
}
