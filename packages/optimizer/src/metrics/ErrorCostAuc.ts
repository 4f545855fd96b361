import { costRange, type CurvePoint, trapezoid } from "./CostQualityCurve.ts"

/**
 * Area under the error-cost curve (Zellinger and Thomson 2025, Rational Tuning of LLM Cascades): trapezoids of
 * 1 - quality over the curve's own range of costs, divided by that range. Less is better. NaN where all costs are equal.
 */
export const errorCostAuc = (points: ReadonlyArray<CurvePoint>): number => {
  const { from, to } = costRange(points)
  return to > from ? 1 - trapezoid(points.toSorted((a, b) => a.cost - b.cost)) / (to - from) : Number.NaN
}
