import type { PlanOutcomes } from "../Measure.ts"
import type { DecisionColumns } from "../portfolio/Columns.ts"
import type { GradeSources } from "./GradeSources.ts"

/** Quality of an operating point by who gave it; position i belongs to the i-th measured row. */
export interface GoldOutcomes {
  /** By the judge, and by the sure grade where no judge was asked. */
  readonly judged: Float64Array
  /** By the sure grades; NaN where the accepted answer has none. */
  readonly quality: Float64Array
  /** 1 where no judge was asked about the accepted answer. */
  readonly sure: Float64Array
}

/**
 * Quality of some points by each source of grades.
 *
 * @param measure runs the points over the rows, with quality taken from the given columns
 */
export const measureGold = (
  columns: DecisionColumns,
  sources: GradeSources,
  measure: (columns: DecisionColumns) => ReadonlyArray<PlanOutcomes>
): ReadonlyArray<GoldOutcomes> => {
  const by = (quality: DecisionColumns["quality"]) => measure({ ...columns, quality }).map((point) => point.quality)
  const judged = by(sources.judged), gold = by(sources.gold), asked = by(sources.asked)
  return judged.map((column, p) => ({
    judged: column,
    quality: gold[p]!,
    sure: asked[p]!.map((share) => share > 0 ? 0 : 1)
  }))
}
