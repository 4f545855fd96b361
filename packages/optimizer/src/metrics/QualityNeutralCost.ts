import { costOnHull, type CurvePoint } from "./CostQualityCurve.ts"

/** The model of the greatest quality, the cheapest of equals. */
export const bestSingle = (models: ReadonlyArray<CurvePoint>): CurvePoint =>
  models.reduce((best, p) => p.quality > best.quality || (p.quality === best.quality && p.cost < best.cost) ? p : best)

/**
 * Quality-neutral cost (Jitkrittum et al. 2025, UniRoute): the least cost at which the router is as good as the best
 * single model, as a share of that model's cost, interpolated on the hull. NaN where it never is.
 */
export const qnc = (points: ReadonlyArray<CurvePoint>, models: ReadonlyArray<CurvePoint>): number => {
  const best = bestSingle(models)
  return costOnHull(points, best.quality) / best.cost
}

/**
 * Least cost that keeps a share `p` of the flagship's quality, as a share of the flagship's cost, interpolated on the
 * hull. NaN where the curve never reaches it.
 */
export const costAtShare = (points: ReadonlyArray<CurvePoint>, flagship: CurvePoint, p: number): number =>
  costOnHull(points, p * flagship.quality) / flagship.cost
