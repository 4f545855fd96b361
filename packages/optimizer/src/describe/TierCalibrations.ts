import type { Dataset } from "../data/Dataset.ts"
import type { TierCalibration } from "../OptimizeReport.ts"
import type { DecisionColumns } from "../portfolio/Columns.ts"
import { brier, expectedCalibrationError, reliabilityBins } from "../statistics/Calibration.ts"
import { auroc } from "../statistics/Ranking.ts"

/** How well each tier's confidence is calibrated on some rows. */
export const tierCalibrations = (
  data: Dataset,
  columns: DecisionColumns,
  rows: Uint32Array
): ReadonlyArray<TierCalibration> =>
  data.tiers.map((tier, k) => {
    const predicted = Float64Array.from(rows, (row) => columns.confidence[k]![row]!)
    const observed = Float64Array.from(rows, (row) => data.quality[k]![row]!)
    const area = auroc(predicted, observed)
    return {
      tier,
      n: rows.length,
      ece: expectedCalibrationError(predicted, observed),
      brier: brier(predicted, observed),
      auroc: Number.isNaN(area) ? 0.5 : area,
      bins: reliabilityBins(predicted, observed, 10).map((bin) => ({
        predicted: bin.meanProbability,
        observed: bin.meanOutcome,
        n: bin.n
      }))
    }
  })
