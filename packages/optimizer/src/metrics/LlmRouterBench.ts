import { mean } from "../statistics/Moments.ts"
import type { CurvePoint } from "./CostQualityCurve.ts"
import { bestSingle } from "./QualityNeutralCost.ts"

// Metrics of LLMRouterBench (Li et al. 2026, arXiv 2601.07206).

/**
 * CostSave: `1 - cost / cost of the best single model` at the cheapest configuration that is at least as good as that
 * model. Configurations are taken as they are, not mixed. NaN where none is so good.
 */
export const costSave = (points: ReadonlyArray<CurvePoint>, models: ReadonlyArray<CurvePoint>): number => {
  const best = bestSingle(models)
  const costs = points.filter(({ quality }) => quality >= best.quality).map(({ cost }) => cost)
  return costs.length === 0 ? Number.NaN : 1 - Math.min(...costs) / best.cost
}

/** PerfGain: relative gain of the best configuration's quality over the best single model's. */
export const perfGain = (points: ReadonlyArray<CurvePoint>, models: ReadonlyArray<CurvePoint>): number =>
  Math.max(...points.map(({ quality }) => quality)) / bestSingle(models).quality - 1

/** Mean quality of a router and of the oracle on one data set. */
export interface DatasetQuality {
  readonly quality: number
  /** Mean over requests of the best answer's quality. */
  readonly oracle: number
}

/** Gap@O: mean over data sets of `1 - quality / oracle quality`; data sets where even the oracle has 0 are passed over. */
export const gapAtOracle = (datasets: ReadonlyArray<DatasetQuality>): number =>
  mean(datasets.filter(({ oracle }) => oracle > 0).map(({ oracle, quality }) => 1 - quality / oracle))
