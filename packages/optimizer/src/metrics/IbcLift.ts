import type { CurvePoint } from "./CostQualityCurve.ts"

/** Incremental benefit per cost: quality gained over the small model for what is spent beyond it. */
const ibc = (point: CurvePoint, small: CurvePoint): number =>
  (point.quality - small.quality) / (point.cost - small.cost)

/**
 * IBC lift in percent (Aggarwal et al. 2024, AutoMix, arXiv 2310.12963): `100 (IBC - IBC_base) / IBC_base`, where the base
 * is always calling the large model. For reports only: a ratio rewards tiny spending, so never optimise it. NaN where
 * one of the ratios is not defined or the large model is no better.
 */
export const ibcLift = (point: CurvePoint, small: CurvePoint, large: CurvePoint): number => {
  const base = ibc(large, small)
  return base === 0 || point.cost === small.cost ? Number.NaN : 100 * (ibc(point, small) - base) / base
}
