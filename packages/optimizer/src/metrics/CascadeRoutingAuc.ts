import { costRange, type CurvePoint, onLine, trapezoid } from "./CostQualityCurve.ts"

/**
 * Area under the cost-quality curve of cascade routing (Dekoninck et al. 2025, `selection/utils.py`): trapezoids through
 * the points as measured, without a hull, from the cheapest to the dearest of the baseline models, divided by that range.
 *
 * As in its code, the curve is flat right of its last point; left of its first it runs to the least quality of a baseline
 * at the cheapest baseline's cost; where all points lie on one side of the range, the line is extrapolated.
 * NaN where the range has no width or there is no point.
 *
 * @param baselines the single models
 */
export const cascadeRoutingAuc = (
  points: ReadonlyArray<CurvePoint>,
  baselines: ReadonlyArray<CurvePoint>
): number => {
  const { from, to } = costRange(baselines)
  if (points.length === 0 || !(to > from)) return Number.NaN
  const line = points.toSorted((a, b) => a.cost - b.cost || a.quality - b.quality)
  const ends: Array<CurvePoint> = []
  if (line.at(-1)!.cost < to) ends.push({ cost: to, quality: line.at(-1)!.quality })
  if (line[0]!.cost > from) {
    ends.push({ cost: from, quality: Math.min(...baselines.map(({ quality }) => quality)) })
  }
  for (const cost of [from, to]) {
    if (![...line, ...ends].some((point) => point.cost === cost)) ends.push({ cost, quality: qualityAt(line, cost) })
  }
  const inside = [...line, ...ends].filter(({ cost }) => cost >= from && cost <= to).toSorted((a, b) => a.cost - b.cost)
  return trapezoid(inside) / (to - from)
}

/** Quality on the line through the points at a cost that none of them has, extrapolated outside; one point is a constant. */
const qualityAt = (line: ReadonlyArray<CurvePoint>, cost: number): number => {
  const distinct = line.filter((point, i) => point.cost !== line[i - 1]?.cost)
  if (distinct.length === 1) return distinct[0]!.quality
  const above = distinct.findIndex((point) => point.cost > cost)
  const b = above < 0 ? distinct.length - 1 : Math.max(1, above)
  return onLine(distinct[b - 1]!, distinct[b]!, cost)
}
