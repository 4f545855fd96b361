import { oracleFrontier, singleTiers } from "../Baselines.ts"
import { type Dataset, taskOf } from "../data/Dataset.ts"
import type { PlanOutcomes } from "../Measure.ts"
import { aiqCode, aiqPaper } from "../metrics/Aiq.ts"
import { cascadeRoutingAuc } from "../metrics/CascadeRoutingAuc.ts"
import { costRange, type CurvePoint } from "../metrics/CostQualityCurve.ts"
import { errorCostAuc } from "../metrics/ErrorCostAuc.ts"
import { ibcLift } from "../metrics/IbcLift.ts"
import { costSave, gapAtOracle, perfGain } from "../metrics/LlmRouterBench.ts"
import { apgrBins, apgrExact, cpt, pgr, type TwoModelRouting } from "../metrics/PerformanceGapRecovered.ts"
import { bestSingle, costAtShare, qnc } from "../metrics/QualityNeutralCost.ts"
import { routerArenaScore } from "../metrics/RouterArena.ts"
import { valueToBest, valueToReference } from "../metrics/RouterEval.ts"
import type { CostQuality, Interval } from "../OptimizeReport.ts"
import type { DecisionColumns } from "../portfolio/Columns.ts"
import { hullOf } from "../search/Hull.ts"
import { brier, expectedCalibrationError, logLoss } from "../statistics/Calibration.ts"
import { mean } from "../statistics/Moments.ts"
import { aurc, auroc } from "../statistics/Ranking.ts"
import { type GapToOracle, gapToOracle } from "./GapToOracle.ts"
import type { PairedIntervals } from "./PairedIntervals.ts"

/** A metric by its published definition; null where it is not defined on these requests. */
export type Metric = number | null

/** Metrics of a whole curve of cost against quality. Costs of comparison run from the cheapest to the dearest tier. */
export interface CurveMetrics {
  readonly aiq_paper: Metric
  readonly aiq_code: Metric
  readonly auc_cascade_routing: Metric
  readonly error_cost_auc: Metric
  readonly qnc: Metric
  /** Share of the flagship's cost at 95, 98, 99 and 100 % of its quality. */
  readonly cost_at: Readonly<Record<"95" | "98" | "99" | "100", Metric>>
  readonly cost_save: Metric
  readonly perf_gain: Metric
}

/** Metrics of the default point. */
export interface PointMetrics {
  readonly pgr: Metric
  readonly gap_at_oracle: Metric
  /** V_R, with the flagship as the reference. */
  readonly value_to_reference: Metric
  /** V_B. */
  readonly value_to_best: Metric
  readonly router_arena_score: Metric
  /** Percent. */
  readonly ibc_lift: Metric
}

/** The table's prediction before any answer as a router between the cheapest tier and the flagship. */
export interface RouteMetrics {
  readonly weak: string
  readonly strong: string
  readonly apgr_10_bins: Metric
  readonly apgr_exact: Metric
  readonly cpt: Readonly<Record<"20" | "50" | "80", Metric>>
}

/** How far a tier's calibrated confidence can be taken at its word. */
export interface CalibrationMetrics {
  readonly tier: string
  readonly brier: Metric
  readonly log_loss: Metric
  readonly ece: Metric
  readonly auroc: Metric
  readonly aurc: Metric
}

/** Every metric of a table on the evaluated requests: `docs/metrics.md`. */
export interface EvaluationMetrics extends CurveMetrics {
  readonly gain_over_zero: Metric
  readonly oracle_gap_closed: Metric
  readonly oracle_gap_closed_auc: Metric
  /** Paired cluster-bootstrap intervals, 95 %. */
  readonly intervals: { readonly [K in keyof GapToOracle]: Interval | null }
  /** The zero router. */
  readonly random_mix: CurveMetrics
  readonly oracle: CurveMetrics
  readonly default_point: PointMetrics
  /** Null where the cheapest tier is the flagship. */
  readonly route: RouteMetrics | null
  readonly calibration: ReadonlyArray<CalibrationMetrics>
}

/** What {@link evaluationMetrics} reads: the rows, and the table's points on them. */
export interface EvaluatedTable {
  readonly data: Dataset
  readonly columns: DecisionColumns
  readonly rows: Uint32Array
  readonly points: ReadonlyArray<CostQuality>
  readonly served: PlanOutcomes
  readonly intervals: PairedIntervals["gap"]
}

const known = (value: number): Metric => Number.isFinite(value) ? value : null

const asCurve = (points: ReadonlyArray<CostQuality>): ReadonlyArray<CurvePoint> =>
  points.map((p) => ({ cost: p.cost_usd, quality: p.quality }))

export const evaluationMetrics = (table: EvaluatedTable): EvaluationMetrics => {
  const { columns, data, intervals, points, rows, served } = table
  const singles = asCurve(singleTiers(data, rows)), oracle = asCurve(oracleFrontier(data, rows))
  const frontier = asCurve(points)
  const gap = gapToOracle(singles, frontier, oracle)
  const of = (curve: ReadonlyArray<CurvePoint>) => curveMetrics(curve, singles, singles[data.flagship]!)
  return {
    ...of(frontier),
    gain_over_zero: known(gap.gain_over_zero),
    oracle_gap_closed: known(gap.oracle_gap_closed),
    oracle_gap_closed_auc: known(gap.oracle_gap_closed_auc),
    intervals,
    random_mix: of(hullOf(singles)),
    oracle: of(oracle),
    default_point: pointMetrics(data, rows, singles, served),
    route: data.flagship === 0 ? null : routeMetrics(data, columns, rows),
    calibration: data.tiers.map((tier, k) => calibrationMetrics(data, columns, rows, tier, k))
  }
}

const curveMetrics = (
  curve: ReadonlyArray<CurvePoint>,
  singles: ReadonlyArray<CurvePoint>,
  flagship: CurvePoint
): CurveMetrics => {
  const range = costRange(singles)
  const at = (p: number) => known(costAtShare(curve, flagship, p))
  return {
    aiq_paper: known(aiqPaper(curve, range)),
    aiq_code: known(aiqCode(curve, range)),
    auc_cascade_routing: known(cascadeRoutingAuc(curve, singles)),
    error_cost_auc: known(errorCostAuc(curve)),
    qnc: known(qnc(curve, singles)),
    cost_at: { 95: at(0.95), 98: at(0.98), 99: at(0.99), 100: at(1) },
    cost_save: known(costSave(curve, singles)),
    perf_gain: known(perfGain(curve, singles))
  }
}

const pointMetrics = (
  data: Dataset,
  rows: Uint32Array,
  singles: ReadonlyArray<CurvePoint>,
  served: PlanOutcomes
): PointMetrics => {
  const point = { cost: mean(served.costUsd), quality: mean(served.quality) }
  const cheapest = singles[0]!, flagship = singles[data.flagship]!
  return {
    pgr: known(pgr(point.quality, cheapest.quality, flagship.quality)),
    gap_at_oracle: known(gapAtOracle(byTask(data, rows, served))),
    value_to_reference: known(valueToReference(point.quality, flagship.quality)),
    value_to_best: known(valueToBest(point.quality, bestSingle(singles).quality)),
    router_arena_score: known(routerArenaScore(point.quality, point.cost)),
    ibc_lift: known(ibcLift(point, cheapest, flagship))
  }
}

/** Mean quality of the point and of the best answer, by task. */
const byTask = (data: Dataset, rows: Uint32Array, served: PlanOutcomes) => {
  const sums = new Map<string, { n: number; quality: number; oracle: number }>()
  rows.forEach((row, i) => {
    const task = taskOf(data, row)
    const sum = sums.get(task) ?? { n: 0, quality: 0, oracle: 0 }
    sum.n += 1
    sum.quality += served.quality[i]!
    sum.oracle += Math.max(...data.quality.map((column) => column[row]!))
    sums.set(task, sum)
  })
  return [...sums.values()].map(({ n, oracle, quality }) => ({ quality: quality / n, oracle: oracle / n }))
}

const take = (column: Float64Array, rows: Uint32Array): Float64Array => Float64Array.from(rows, (row) => column[row]!)

const routeMetrics = (data: Dataset, columns: DecisionColumns, rows: Uint32Array): RouteMetrics => {
  const weak = columns.predictedQuality[0]!, strong = columns.predictedQuality[data.flagship]!
  const routing: TwoModelRouting = {
    score: Float64Array.from(rows, (row) => strong[row]! - weak[row]!),
    weak: take(data.quality[0]!, rows),
    strong: take(data.quality[data.flagship]!, rows)
  }
  return {
    weak: data.tiers[0]!,
    strong: data.tiers[data.flagship]!,
    apgr_10_bins: known(apgrBins(routing)),
    apgr_exact: known(apgrExact(routing)),
    cpt: { 20: known(cpt(routing, 0.2)), 50: known(cpt(routing, 0.5)), 80: known(cpt(routing, 0.8)) }
  }
}

const calibrationMetrics = (
  data: Dataset,
  columns: DecisionColumns,
  rows: Uint32Array,
  tier: string,
  k: number
): CalibrationMetrics => {
  const confidence = take(columns.confidence[k]!, rows), quality = take(data.quality[k]!, rows)
  return {
    tier,
    brier: known(brier(confidence, quality)),
    log_loss: known(logLoss(confidence, quality)),
    ece: known(expectedCalibrationError(confidence, quality)),
    auroc: known(auroc(confidence, quality)),
    aurc: known(aurc(confidence, quality.map((y) => 1 - y)))
  }
}
