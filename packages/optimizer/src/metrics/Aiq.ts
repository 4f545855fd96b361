import { areaUnderHull, type CostRange, costRange, type CurvePoint } from "./CostQualityCurve.ts"

/**
 * Average Improvement in Quality as the paper defines it (Hu et al. 2024, RouterBench, arXiv 2403.12031): the area under
 * the non-decreasing concave hull from `range.from` to `range.to`, divided by the width of the range. In units of quality.
 * NaN where the range has no width.
 *
 * @param range costs to compare over, those of the points where left out; give all routers of a comparison the same
 */
export const aiqPaper = (points: ReadonlyArray<CurvePoint>, range: CostRange = costRange(points)): number =>
  range.to > range.from ? areaUnderHull(points, range) / (range.to - range.from) : Number.NaN

/**
 * AIQ as RouterBench's code computes it (`evaluation/AIQ.py`): the same area divided by the greatest cost. The published
 * figures are these. NaN where the range has no width.
 */
export const aiqCode = (points: ReadonlyArray<CurvePoint>, range: CostRange = costRange(points)): number =>
  range.to > range.from ? areaUnderHull(points, range) / range.to : Number.NaN

/** Gain in AIQ over the zero router, which mixes single models at random: the hull of their points. */
export const gainOverZero = (aiq: number, aiqZero: number): number => aiq - aiqZero

/** Share of what the oracle gains over the zero router; NaN where the oracle gains nothing. */
export const oracleGapClosed = (aiq: number, aiqZero: number, aiqOracle: number): number =>
  aiqOracle === aiqZero ? Number.NaN : (aiq - aiqZero) / (aiqOracle - aiqZero)
