import type { Dataset } from "./data/Dataset.ts"
import { groupFolds } from "./data/Folds.ts"
import { candidateTiers } from "./fit/CandidateTiers.ts"
import { everyNth } from "./fit/EveryNth.ts"
import { fitPolicy, type FittedPolicy } from "./fit/FitPolicy.ts"
import { measurePoint, type PlanOutcomes, pointNames } from "./Measure.ts"
import { chooseClass, type ClassScore } from "./portfolio/ChooseClass.ts"
import { type DecisionColumns, predictionsOf, problemOf } from "./portfolio/Columns.ts"
import { type Candidate, frontierOf, priceGrid } from "./portfolio/Frontier.ts"
import { type PolicyChoice, policyClassesOf } from "./portfolio/PolicyClass.ts"
import { segmentPlans } from "./portfolio/SegmentPlans.ts"
import { evaluatePlan } from "./search/EvaluatePlan.ts"
import { type CappedLatency, shareLate } from "./search/SearchProblem.ts"
import { mean } from "./statistics/Moments.ts"

/** A frontier of policies with everything that was fitted for it, before any row that certifies is read. */
export interface Developed {
  readonly rows: Uint32Array
  readonly fitted: FittedPolicy
  readonly scores: ReadonlyArray<ClassScore>
  readonly chosen: ClassScore["policyClass"]
  /** The operating points, cheapest first, with their names. */
  readonly candidates: ReadonlyArray<Candidate & { readonly name: string }>
  /** What each candidate does with rows for which `columns` are known. */
  readonly measure: (columns: DecisionColumns, rows: Uint32Array) => ReadonlyArray<PlanOutcomes>
}

export interface DevelopOptions {
  readonly policy: PolicyChoice
  readonly seed: number
  readonly points?: number | undefined
  /** Where latency is capped: milliseconds, and shares of the rows that may take longer, the safest first. */
  readonly latency?: { readonly capMs: number; readonly shares: ReadonlyArray<number> } | undefined
}

const FOLDS = 5
const POINTS = 18
const PRICES = 12
/** Thresholds searched on this many rows are off by less than one percent of the rows (DKW inequality, 95 %). */
const MOST_SEARCHED = 20_000

/**
 * Fits heads, acceptors and calibrators by cross-fitting, compares policy classes by cross-validation, and searches the
 * best class for its whole frontier, and for the tasks that gain by plans of their own.
 *
 * Where latency is capped, the class is chosen and its frontier searched with the first of the shares of late rows; plans
 * that a greater share allows join the frontier. Shares that no plan can keep are passed over.
 *
 * @param lap called with the name of each phase at its end
 */
export const develop = (
  data: Dataset,
  rows: Uint32Array,
  options: DevelopOptions,
  lap: (phase: string) => void
): Developed => {
  const fold = groupFolds(data.group, FOLDS, options.seed)
  const caps = options.latency === undefined ? [] : cappedLatencies(data, rows, options.latency)
  const fitted = fitPolicy(data, rows, fold, FOLDS, candidateTiers(data, rows, caps[0]?.capMs))
  const columns = { ...fitted.columns, latency: caps[0] }
  lap("fit")
  const classes = policyClassesOf(options.policy, data.tiers.length)
  const prices = priceGrid(columns, rows, PRICES)
  const scores = chooseClass(classes, columns, rows, fold, FOLDS, data.group, prices)
  const chosen = scores.find((s) => s.chosen)!.policyClass
  lap("select")
  const searched = everyNth(rows, MOST_SEARCHED)
  const most = options.points ?? POINTS
  const frontier = frontierOf(chosen, columns, searched, data.flagship, most)
  const bolder = caps.slice(1).flatMap((latency) =>
    frontierOf(chosen, { ...columns, latency }, searched, data.flagship, most / 2)
      .filter((point) => point.lambda !== undefined && point.late > columns.latency!.mostLate)
  )
  const points = [...frontier, ...bolder].toSorted((a, b) => a.cost - b.cost)
  lap("search")
  const found = segmentPlans(chosen, data, columns, searched, fold, FOLDS, points)
  const measurerOf = (columns: DecisionColumns, at: Uint32Array) => {
    const problem = problemOf(columns, at, chosen.score, "labels"), predictions = predictionsOf(columns, at)
    return (point: Candidate, name: string) =>
      measurePoint(
        data,
        at,
        { ...point, name },
        (plan) => evaluatePlan(problem, plan, predictions).rows,
        columns.embeddingUsd
      )
  }
  // The search knows the costs of calls only.
  const inFull = data.turns === undefined && fitted.columns.embeddingUsd === undefined
    ? found
    : found.map((point) => ({ ...point, cost: mean(measurerOf(fitted.columns, searched)(point, "").costUsd) }))
      .toSorted((a, b) => a.cost - b.cost)
  const names = pointNames(inFull, data.flagship)
  const candidates = inFull.map((candidate, i) => ({ ...candidate, name: names[i]! }))
  lap("segments")
  const measure: Developed["measure"] = (columns, at) => {
    const measurePointAt = measurerOf(columns, at)
    return candidates.map((point) => measurePointAt(point, point.name))
  }
  return { rows, fitted, scores, chosen, candidates, measure }
}

/** The latencies of all calls with their cap, for each share of late rows that is left where each row's fastest tier answers. */
const cappedLatencies = (
  data: Dataset,
  rows: Uint32Array,
  { capMs, shares }: NonNullable<DevelopOptions["latency"]>
): ReadonlyArray<CappedLatency> => {
  const fastest = Float64Array.from(
    rows,
    (row) => data.latencyMs.reduce((least, column) => column[row]! < least ? column[row]! : least, Infinity)
  )
  const late = shareLate(fastest, capMs)
  return shares.filter((share) => late <= share).map((mostLate) => ({ ms: data.latencyMs, capMs, mostLate }))
}
