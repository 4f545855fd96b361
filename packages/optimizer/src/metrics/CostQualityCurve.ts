import { hullOf } from "../search/Hull.ts"

/** A policy as mean cost (USD per request, or any other unit) against mean quality in [0, 1]. */
export interface CurvePoint {
  readonly cost: number
  readonly quality: number
}

/** The costs over which curves are compared. */
export interface CostRange {
  readonly from: number
  readonly to: number
}

/** From the cheapest to the dearest of some points; from infinity to minus infinity where there are none. */
export const costRange = (points: ReadonlyArray<CurvePoint>): CostRange => ({
  from: Math.min(...points.map(({ cost }) => cost)),
  to: Math.max(...points.map(({ cost }) => cost))
})

/** Area under the line through points in ascending order of cost. */
export const trapezoid = (points: ReadonlyArray<CurvePoint>): number => {
  let area = 0
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1]!, b = points[i]!
    area += (b.cost - a.cost) * (a.quality + b.quality) / 2
  }
  return area
}

/** Quality at a cost on the straight line through two points of different cost. */
export const onLine = (a: CurvePoint, b: CurvePoint, cost: number): number =>
  a.quality + (cost - a.cost) / (b.cost - a.cost) * (b.quality - a.quality)

/**
 * Area under the non-decreasing concave hull of the points over a range of costs. Right of its last point the hull is
 * flat, as money need not be spent; left of its first there is nothing to be had, and nothing is counted.
 */
export const areaUnderHull = (points: ReadonlyArray<CurvePoint>, { from, to }: CostRange): number => {
  const hull = hullOf(points)
  let area = 0
  hull.forEach((a, i) => {
    const b = hull[i + 1] ?? { cost: Math.max(a.cost, to), quality: a.quality }
    const low = Math.max(a.cost, from), high = Math.min(b.cost, to)
    if (high <= low) return
    area += (high - low) * (onLine(a, b, low) + onLine(a, b, high)) / 2
  })
  return area
}

/** Least cost at which the hull of the points reaches a quality, mixing neighbours; NaN where it never does. */
export const costOnHull = (points: ReadonlyArray<CurvePoint>, quality: number): number => {
  const hull = hullOf(points)
  const at = hull.findIndex((point) => point.quality >= quality)
  if (at <= 0) return hull[at]?.cost ?? Number.NaN
  const a = hull[at - 1]!, b = hull[at]!
  return a.cost + (quality - a.quality) / (b.quality - a.quality) * (b.cost - a.cost)
}
