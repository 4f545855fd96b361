import { BadInput, type Objective, type OperatingPoint, type RoutingTable, type TableTier } from "@spillway/domain"
import { applyTable } from "./ApplyTable.ts"
import { baselines, oracleFrontier, randomMix } from "./Baselines.ts"
import { certifyShare } from "./certify/CertifyShare.ts"
import { EXCEED, passingShare, POWER } from "./certify/Latency.ts"
import { certifyPoints, type MeasuredPoint, worthTesting } from "./CertifyPoints.ts"
import { chooseClusters } from "./clusters/ChooseClusters.ts"
import { type Dataset, taskOf } from "./data/Dataset.ts"
import { orderedRows, timeSpan } from "./data/RowOrder.ts"
import { splitByGroupAndTime } from "./data/Split.ts"
import { clustersReport } from "./describe/ClustersReport.ts"
import { embeddingReport } from "./describe/EmbeddingReport.ts"
import { savings } from "./describe/Savings.ts"
import { taskResults } from "./describe/TaskResults.ts"
import { tierCalibrations } from "./describe/TierCalibrations.ts"
import { develop, type Developed, type DevelopOptions } from "./Develop.ts"
import { fillCosts } from "./fit/FillCosts.ts"
import type { GradeSources } from "./labels/GradeSources.ts"
import { measureGold } from "./labels/MeasureGold.ts"
import { summarize } from "./Measure.ts"
import type { OptimizeReport } from "./OptimizeReport.ts"
import type { DecisionColumns } from "./portfolio/Columns.ts"
import type { PolicyChoice } from "./portfolio/PolicyClass.ts"
import { groupRows } from "./statistics/Groups.ts"
import { mean } from "./statistics/Moments.ts"
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
  /** What was optimized, with its missing costs filled, and with clusters for the tasks of requests that had none. */
  readonly data: Dataset
  /** The rows that the points were measured on: those set apart to certify, or all where none were. */
  readonly certify: Uint32Array
  /** The table's points with what they did, in its order. */
  readonly measured: ReadonlyArray<MeasuredPoint>
  /** What the table says of the rows searched on (cross-fitted) and of those measured on; each is NaN on other rows. */
  readonly columns: { readonly develop: DecisionColumns; readonly certify: DecisionColumns }
}

/** Fewer requests than this cannot be split into parts to fit and to certify on. */
const LEAST_REQUESTS = 10

/**
 * Finds the frontier of policies for recorded traffic, certifies it and writes it as a routing table.
 *
 * The newest requests ({@link certifyShare}), in whole near-duplicate groups, are set apart to certify. On the rest a
 * frontier is developed ({@link develop}); its points, fixed before, are then measured and tested on the rows set apart.
 * Where those are too few to certify a saving ({@link worthTesting}, judged without reading them), the frontier is
 * developed again on all requests, nothing is certified, and points are measured by cross-fitting.
 *
 * Missing costs are filled ({@link fillCosts}). Requests without a task are put into clusters, found on the rows that do not
 * certify, where that pays ({@link chooseClusters}); from there on a cluster is a task like any other. Throws
 * {@link BadInput} where there are too few requests to split, and where a tier's costs are not known of any request that is
 * learned from.
 */
export const optimizeDataset = (loaded: Dataset, options: OptimizeOptions): Optimized => {
  const timing: Record<string, number> = {}
  let mark = options.now()
  const lap = (phase: string) => {
    const now = options.now()
    timing[phase] = (timing[phase] ?? 0) + (now - mark) / 1_000
    mark = now
  }
  const rows = orderedRows(loaded, options)
  const share = options.certifyShare ?? certifyShare(rows.length)
  const split = splitByGroupAndTime(loaded.group, rows, share)
  if (rows.length < LEAST_REQUESTS || split.certify.length === 0) {
    throw new BadInput({
      source: "database",
      problem: rows.length < LEAST_REQUESTS
        ? `only ${rows.length} requests are graded on every tier`
        : "all requests are near-duplicates of one another",
      mend:
        `Import, replay and grade at least ${LEAST_REQUESTS} different requests; a few hundred are needed to certify a saving`
    })
  }
  const { clusters, data, verdict } = chooseClusters(fillCosts(loaded, split.develop), split.develop, options.seed)
  lap("clusters")
  const groupsOf = (at: Uint32Array) => groupRows(at.length, Uint32Array.from(at, (row) => data.group[row]!))
  const tested = groupsOf(split.certify).count
  const developOn = (at: Uint32Array) =>
    develop(data, at, { ...options, latency: latencyCap(options.objective, tested) }, lap)
  const first = developOn(split.develop)
  const searched = withOutcomes(first)
  const heldOut = options.grades !== undefined || options.objective.task_floor !== undefined ||
    worthTesting(searched, options.objective, tested)
  const developed = heldOut ? first : developOn(rows)
  const { candidates, chosen, fitted, scores } = developed
  const parts = tableParts(data, fitted, data.tiers.map((name) => ({ name, ...options.tierDetails?.get(name) })))
  const certify = heldOut ? split.certify : rows
  const columns = heldOut ? applyTable(data, parts, certify) : fitted.columns
  const gold = options.grades && measureGold(columns, options.grades, (by) => developed.measure(by, certify))
  const outcomes = developed.measure(columns, certify)
  const measured = (heldOut ? searched : withOutcomes(developed)).map((point, i): MeasuredPoint => ({
    ...point,
    outcomes: outcomes[i]!,
    gold: gold?.[i]
  }))
  lap("measure")
  const groups = groupsOf(certify)
  const { certificate, lowerBounds } = certifyPoints(measured, groups, {
    objective: options.objective,
    seed: options.seed,
    labels: options.grades?.labels ?? "graded",
    tasks: Array.from(certify, (row) => taskOf(data, row)),
    heldOut
  })
  lap("certify")
  const summaries = summarize(data, certify, outcomes, options.seed)
  const points = candidates.map(({ name, plans, segments }, i): OperatingPoint => ({
    name,
    plans: plans.map(({ plan, share }) => ({ share, plan: namedPlan(data, plan, chosen.score) })),
    segments: Object.fromEntries(
      Array.from(segments, ([task, plan]) => [task, namedPlan(data, plan, chosen.score)])
    ),
    expected: { n: certify.length, ...summaries[i]!, lower_bound: lowerBounds[i]! }
  }))
  const served = measured.find((point) => point.name === certificate.point)!
  const flagship = measured.find((point) => point.name === "flagship")!
  const table: RoutingTable = {
    format: "spillway.routing-table/1",
    ...parts,
    ...(clusters.length === 0 ? {} : { clusters }),
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
      fit: developed.rows.length,
      select: developed.rows.length,
      certify: heldOut ? certify.length : 0,
      ...timeSpan(data, rows)
    }
  }
  const report: OptimizeReport = {
    frontier: points.map(({ expected, name }) => ({ name, ...expected })),
    oracle: oracleFrontier(data, certify),
    baselines: baselines(data, developed.rows, certify, mean(served.outcomes.costUsd)),
    mix: randomMix(data, certify),
    certificate,
    held_out: heldOut,
    default_point: certificate.point,
    objective: options.objective,
    portfolio: scores.map((s) => ({
      class: s.policyClass.name,
      score: s.score,
      stderr: s.stderr,
      chosen: s.chosen
    })),
    tasks: taskResults(data, certify, served, flagship, options.seed),
    calibration: tierCalibrations(data, columns, certify),
    embedding: fitted.embedding && embeddingReport(fitted.embedding, data.embedding!),
    clusters: verdict && clustersReport(verdict),
    savings: savings(served, flagship, groups, options.seed),
    timing: {},
    peak_rss_mb: 0
  }
  lap("report")
  return {
    table,
    data,
    report: { ...report, timing, peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024) },
    certify,
    measured,
    columns: { develop: fitted.columns, certify: columns }
  }
}

/** The cap on latency with shares of late requests at which a test on so many will pass: probably, and as likely as not. */
const latencyCap = ({ confidence, p95_ms }: Objective, tested: number): DevelopOptions["latency"] =>
  p95_ms === undefined ? undefined : {
    capMs: p95_ms,
    shares: [POWER, 0.5].map((power) => passingShare(tested, (1 - confidence) / 2, power) ?? EXCEED)
  }

/** The points with what they did, by cross-fitting, on the rows they were searched on. */
const withOutcomes = ({ candidates, fitted, measure, rows }: Developed) => {
  const outcomes = measure(fitted.columns, rows)
  return candidates.map((candidate, i) => ({ name: candidate.name, candidate, developed: outcomes[i]! }))
}
