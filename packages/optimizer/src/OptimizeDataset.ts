import { BadInput, type Objective, type OperatingPoint, type RoutingTable, type TableTier } from "@spillway/domain"
import { applyTable } from "./ApplyTable.ts"
import { baselines, oracleFrontier, randomMix } from "./Baselines.ts"
import { certifyPoints, type MeasuredPoint } from "./CertifyPoints.ts"
import { type Dataset, taskOf } from "./data/Dataset.ts"
import { groupFolds, mix } from "./data/Folds.ts"
import { splitByGroupAndTime } from "./data/Split.ts"
import { fitPolicy } from "./fit/FitPolicy.ts"
import type { GradeSources } from "./labels/GradeSources.ts"
import { measureGold } from "./labels/MeasureGold.ts"
import { measurePoint, pointNames, summarize } from "./Measure.ts"
import type { OptimizeReport, TaskResult, TierCalibration } from "./OptimizeReport.ts"
import { chooseClass } from "./portfolio/ChooseClass.ts"
import { type DecisionColumns, predictionsOf, problemOf } from "./portfolio/Columns.ts"
import { frontierOf, priceGrid } from "./portfolio/Frontier.ts"
import { type PolicyChoice, policyClassesOf } from "./portfolio/PolicyClass.ts"
import { brier, expectedCalibrationError, reliabilityBins } from "./statistics/Calibration.ts"
import { clusterBootstrap } from "./statistics/ClusterBootstrap.ts"
import { groupRows } from "./statistics/Groups.ts"
import { auroc } from "./statistics/Ranking.ts"
import { namedPlan, tableParts } from "./TableParts.ts"

/** What the optimizer is asked for beyond the data. */
export interface OptimizeOptions {
  readonly objective: Objective
  readonly policy: PolicyChoice
  readonly seed: number
  /** Use only this many graded requests, drawn by the seed. */
  readonly labels?: number | undefined
  /** Share of the requests, the newest, that only certify. */
  readonly certifyShare?: number | undefined
  /** Operating points at most, the cheapest tier and the flagship beside them. */
  readonly points?: number | undefined
  /** Model, settings and price of the tiers, by name, to write into the table. */
  readonly tierDetails?: ReadonlyMap<string, Omit<TableTier, "name">> | undefined
  /** Who graded what, where not all grades are sure. */
  readonly grades?: GradeSources | undefined
  readonly dataSha256: string
  readonly version: string
  /** Milliseconds from any fixed origin. */
  readonly now: () => number
}

/** A routing table with what was measured on the way. */
export interface Optimized {
  readonly table: RoutingTable
  readonly report: OptimizeReport
  /** The rows of the data that were set apart to certify. */
  readonly certify: Uint32Array
  /** The table's points with what they did, in its order. */
  readonly measured: ReadonlyArray<MeasuredPoint>
  /** What the table says of the rows searched on (cross-fitted) and of those that certify; each is NaN on other rows. */
  readonly columns: { readonly develop: DecisionColumns; readonly certify: DecisionColumns }
}

const FOLDS = 5
/** With few requests the certificate needs a larger part of them than the fit can tell the loss of. */
export const certifyShare = (requests: number): number => requests < 5_000 ? 0.3 : 0.2
const POINTS = 18
const PRICES = 12
/** Fewer requests than this cannot be split into parts to fit and to certify on. */
const LEAST_REQUESTS = 10

/**
 * Finds the frontier of policies for recorded traffic, certifies it and writes it as a routing table.
 *
 * The newest requests, a fifth (of fewer than 5,000 three tenths), in whole near-duplicate groups, are set apart to certify. On the rest, heads, acceptors
 * and calibrators are cross-fitted, policy classes compared by cross-validation, and the best class searched for its
 * whole frontier. The points of that frontier, fixed before, are then measured and tested on the rows set apart.
 *
 * Throws {@link BadInput} where there are too few requests to split.
 */
export const optimizeDataset = (data: Dataset, options: OptimizeOptions): Optimized => {
  const timing: Record<string, number> = {}
  let mark = options.now()
  const lap = (phase: string) => {
    const now = options.now()
    timing[phase] = (now - mark) / 1_000
    mark = now
  }
  const rows = orderedRows(data, options)
  const { certify, develop } = splitByGroupAndTime(data.group, rows, options.certifyShare ?? certifyShare(rows.length))
  if (rows.length < LEAST_REQUESTS || certify.length === 0) {
    throw new BadInput({
      source: "database",
      problem: rows.length < LEAST_REQUESTS
        ? `only ${rows.length} requests are graded on every tier`
        : "all requests are near-duplicates of one another",
      mend:
        `Import, replay and grade at least ${LEAST_REQUESTS} different requests; a few hundred are needed to certify a saving`
    })
  }
  const fold = groupFolds(data.group, FOLDS, options.seed)
  const fitted = fitPolicy(data, develop, fold, FOLDS)
  lap("fit")
  const classes = policyClassesOf(options.policy)
  const scores = chooseClass(
    classes,
    fitted.columns,
    develop,
    fold,
    FOLDS,
    data.group,
    priceGrid(fitted.columns, develop, PRICES)
  )
  const chosen = scores.find((s) => s.chosen)!.policyClass
  lap("select")
  const candidates = frontierOf(chosen, fitted.columns, develop, data.flagship, options.points ?? POINTS)
  const names = pointNames(candidates, data.flagship)
  lap("search")
  const parts = tableParts(data, fitted, data.tiers.map((name) => ({ name, ...options.tierDetails?.get(name) })))
  const columns = applyTable(data, parts, certify)
  const measure = (on: DecisionColumns, at: Uint32Array) => {
    const problem = problemOf(on, at, chosen.score, "labels"), predictions = predictionsOf(on, at)
    return candidates.map(({ plans }, i) => measurePoint(data, at, problem, predictions, names[i]!, plans))
  }
  const developed = measure(fitted.columns, develop)
  const gold = options.grades && measureGold(columns, options.grades, (by) => measure(by, certify))
  const measured = measure(columns, certify).map((outcomes, i): MeasuredPoint => ({
    name: names[i]!,
    candidate: candidates[i]!,
    outcomes,
    developed: developed[i]!,
    gold: gold?.[i]
  }))
  lap("measure")
  const groups = groupRows(certify.length, Uint32Array.from(certify, (row) => data.group[row]!))
  const { certificate, lowerBounds } = certifyPoints(measured, groups, {
    objective: options.objective,
    seed: options.seed,
    labels: options.grades?.labels ?? "graded",
    tasks: Array.from(certify, (row) => taskOf(data, row))
  })
  lap("certify")
  const summaries = summarize(data, certify, measured.map((point) => point.outcomes), options.seed)
  const points = measured.map((point, i): OperatingPoint => ({
    name: point.name,
    plans: point.candidate.plans.map(({ plan, share }) => ({ share, plan: namedPlan(data, plan, chosen.score) })),
    segments: {},
    expected: {
      n: certify.length,
      ...summaries[i]!,
      lower_bound: lowerBounds[i]!
    }
  }))
  const served = measured.find((point) => point.name === certificate.point)!
  const flagship = measured.find((point) => point.name === "flagship")!
  const table: RoutingTable = {
    format: "spillway.routing-table/1",
    ...parts,
    points,
    default_point: certificate.point,
    objective: options.objective,
    certificate,
    provenance: {
      spillway_version: options.version,
      data_sha256: options.dataSha256,
      seed: options.seed,
      requests: rows.length,
      outcomes: rows.length * data.tiers.length,
      fit: develop.length,
      select: develop.length,
      certify: certify.length,
      ...timeSpan(data, rows)
    }
  }
  const report: OptimizeReport = {
    frontier: points.map(({ expected, name }) => ({ name, ...expected })),
    oracle: oracleFrontier(data, certify),
    baselines: baselines(data, develop, certify, mean(served.outcomes.costUsd)),
    mix: randomMix(data, certify),
    certificate,
    default_point: certificate.point,
    objective: options.objective,
    portfolio: scores.map((s) => ({
      class: s.policyClass.kind,
      score: s.score,
      stderr: s.stderr,
      chosen: s.chosen
    })),
    tasks: byTask(data, certify, served, flagship, options.seed),
    calibration: calibrationOf(data, columns, certify),
    savings: savingsOf(served, flagship, groups, options.seed),
    timing: {},
    peak_rss_mb: 0
  }
  lap("report")
  return {
    table,
    report: { ...report, timing, peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024) },
    certify,
    measured,
    columns: { develop: fitted.columns, certify: columns }
  }
}

/** Rows by time; rows without a time come in an order drawn by the seed. With `labels`, a sample of that many. */
const orderedRows = (data: Dataset, options: OptimizeOptions): Uint32Array => {
  const drawn = (row: number) => mix(data.group[row]!, options.seed)
  const all = Uint32Array.from({ length: data.n }, (_, row) => row)
  const kept = options.labels === undefined || options.labels >= data.n
    ? all
    : all.toSorted((a, b) => mix(a, options.seed + 1) - mix(b, options.seed + 1) || a - b).subarray(0, options.labels)
  const time = (row: number) => Number.isNaN(data.ts[row]!) ? -Infinity : data.ts[row]!
  return kept.toSorted((a, b) => (time(a) === time(b) ? 0 : time(a) - time(b)) || drawn(a) - drawn(b) || a - b)
}

const timeSpan = (data: Dataset, rows: Uint32Array) => {
  const known = Array.from(rows, (row) => data.ts[row]!).filter((t) => !Number.isNaN(t))
  const iso = (t: number) => new Date(t).toISOString()
  return known.length === 0
    ? { first_ts: null, last_ts: null }
    : { first_ts: iso(known.reduce((a, b) => Math.min(a, b))), last_ts: iso(known.reduce((a, b) => Math.max(a, b))) }
}

const byTask = (
  data: Dataset,
  rows: Uint32Array,
  served: MeasuredPoint,
  flagship: MeasuredPoint,
  seed: number
): ReadonlyArray<TaskResult> => {
  const positions = new Map<string, Array<number>>()
  rows.forEach((row, i) => {
    const task = taskOf(data, row)
    const list = positions.get(task)
    if (list === undefined) positions.set(task, [i])
    else list.push(i)
  })
  return [...positions].toSorted(([a], [b]) => a < b ? -1 : 1).map(([task, at]) => {
    const pick = (column: ArrayLike<number>) => Float64Array.from(at, (i) => column[i]!)
    const quality = pick(served.outcomes.quality)
    const [interval] = clusterBootstrap({
      columns: [quality],
      groups: groupRows(at.length, at.map((i) => data.group[rows[i]!]!)),
      statistics: (means) => means,
      seed,
      resamples: 400,
      method: "percentile"
    })
    const cost = mean(pick(served.outcomes.costUsd)), dear = mean(pick(flagship.outcomes.costUsd))
    return {
      task,
      n: at.length,
      flagship_quality: mean(pick(flagship.outcomes.quality)),
      quality: interval!.estimate,
      quality_interval: [Math.max(0, interval!.low), Math.min(1, interval!.high)],
      cost_usd: cost,
      flagship_cost_usd: dear,
      saving: dear === 0 ? 0 : 1 - cost / dear,
      tier_shares: Object.fromEntries(
        data.tiers.map((tier, k) => [tier, at.filter((i) => served.outcomes.accepted[i] === k).length / at.length])
      )
    }
  })
}

const calibrationOf = (data: Dataset, columns: DecisionColumns, rows: Uint32Array): ReadonlyArray<TierCalibration> =>
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

const savingsOf = (
  served: MeasuredPoint,
  flagship: MeasuredPoint,
  groups: ReturnType<typeof groupRows>,
  seed: number
): OptimizeReport["savings"] => {
  const n = served.outcomes.costUsd.length
  const [saved] = clusterBootstrap({
    columns: [served.outcomes.costUsd, flagship.outcomes.costUsd],
    groups,
    statistics: (means) => [n * (means[1]! - means[0]!)],
    seed,
    resamples: 400,
    method: "percentile"
  })
  const dear = n * mean(flagship.outcomes.costUsd), paid = n * mean(served.outcomes.costUsd)
  return {
    flagship_usd: dear,
    policy_usd: paid,
    saved_usd: dear - paid,
    saved_interval: Number.isFinite(saved!.low) ? [saved!.low, saved!.high] : [dear - paid, dear - paid],
    saved_share: dear === 0 ? 0 : 1 - paid / dear,
    requests: n
  }
}

const mean = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / Math.max(1, values.length)
}
