import { aiqPaper, gainOverZero, oracleGapClosed } from "../metrics/Aiq.ts"
import { cascadeRoutingAuc } from "../metrics/CascadeRoutingAuc.ts"
import { costRange, type CurvePoint } from "../metrics/CostQualityCurve.ts"
import { hullOf } from "../search/Hull.ts"

/** How much of what the oracle gains over the zero router, the random mix of single models, a frontier gains. */
export interface GapToOracle {
  /** Gain in AIQ (paper) over the zero router. */
  readonly gain_over_zero: number
  /** The gain as a share of the oracle's. With both single models among its points a hull cannot fall below zero. */
  readonly oracle_gap_closed: number
  /**
   * The same share by the area under the curve of cascade routing, which takes every point as it is measured: nothing is
   * picked on the measured requests in the frontier's favour, so it can be negative, and its interval can be a test.
   */
  readonly oracle_gap_closed_auc: number
}

/** {@link GapToOracle} of a frontier, from mean costs and qualities on the same requests. */
export const gapToOracle = (
  singles: ReadonlyArray<CurvePoint>,
  frontier: ReadonlyArray<CurvePoint>,
  oracle: ReadonlyArray<CurvePoint>
): GapToOracle => {
  const range = costRange(singles), zero = hullOf(singles)
  const aiq = aiqPaper(frontier, range), aiqZero = aiqPaper(zero, range)
  const auc = (points: ReadonlyArray<CurvePoint>) => cascadeRoutingAuc(points, singles)
  return {
    gain_over_zero: gainOverZero(aiq, aiqZero),
    oracle_gap_closed: oracleGapClosed(aiq, aiqZero, aiqPaper(oracle, range)),
    oracle_gap_closed_auc: oracleGapClosed(auc(frontier), auc(zero), auc(hullOf(oracle)))
  }
}
