import type { Certificate, Objective } from "@spillway/domain"
import {
  type CertificationRows,
  certifyChain,
  certifySegments,
  type PolicyOutcomes,
  type Promises,
  simultaneousLowerBounds
} from "./certify/Certify.ts"
import { EXCEED, neededForLatency, passingShare, POWER } from "./certify/Latency.ts"
import type { QualityTarget } from "./certify/Quality.ts"
import { requestsFor } from "./certify/RequestsFor.ts"
import { requestsNeeded } from "./certify/RequestsNeeded.ts"
import { budgetUsd, notCovered, statement, type StatementFacts } from "./certify/Statement.ts"
import type { GoldOutcomes } from "./labels/MeasureGold.ts"
import { pairedDifference, predictionPowered } from "./labels/PredictionPowered.ts"
import type { PlanOutcomes } from "./Measure.ts"
import type { Candidate } from "./portfolio/Frontier.ts"
import { shareLate } from "./search/SearchProblem.ts"
import { groupMeans, groupRows, type Groups } from "./statistics/Groups.ts"
import { mean } from "./statistics/Moments.ts"

/** An operating point with what it did on the rows set apart to certify, and before on those it was searched on. */
export interface MeasuredPoint {
  readonly name: string
  readonly candidate: Candidate
  readonly outcomes: PlanOutcomes
  readonly developed: PlanOutcomes
  /** The quality of `outcomes` by who gave it, where not all grades are sure. */
  readonly gold?: GoldOutcomes | undefined
}

/** What {@link certifyPoints} needs to know beyond the measured points. */
export interface CertifyOptions {
  readonly objective: Objective
  readonly seed: number
  /** What the measured quality is. */
  readonly labels: Certificate["labels"]
  /** Task of each measured row. */
  readonly tasks: ReadonlyArray<string>
  /** Whether the measured rows were set apart. Rows that were learned from prove nothing, so nothing is tested on them. */
  readonly heldOut: boolean
}

/** A point is worth a certificate where it saves at least this share of the flagship's cost. */
const LEAST_SAVING = 0.05

const savesBeside =
  (flagship: Pick<MeasuredPoint, "candidate">) => (point: Pick<MeasuredPoint, "candidate">): boolean =>
    point.candidate.cost <= (1 - LEAST_SAVING) * flagship.candidate.cost

/**
 * Whether a test on `n` independent requests has at least an even chance to certify a saving of {@link LEAST_SAVING}. It
 * reads only what the points did on the rows they were searched on. Where it has none, setting requests apart costs labels
 * and proves nothing. True where the objective promises no quality, and where no point saves so much: that a point keeps the
 * floor is worth knowing even then.
 */
export const worthTesting = (
  points: ReadonlyArray<Pick<MeasuredPoint, "name" | "candidate" | "developed">>,
  objective: Objective,
  n: number
): boolean => {
  const target = qualityTarget(objective)
  const flagship = points.find((p) => p.name === "flagship")!
  const saving = points.filter(savesBeside(flagship))
  return target === undefined || saving.length === 0 ||
    saving.some((p) => neededToPass(p, flagship, target, (1 - objective.confidence) / 2, 0.5) <= n)
}

/** With fewer sure grades than this, nothing is said of how far a judge is off. */
const LEAST_GOLD = 30

/**
 * Tests the operating points against the objective and picks the default: with a quality promise the cheapest point that
 * is certified, otherwise the best. Where nothing is, the flagship; with a budget or a cap on latency alone, which the
 * flagship may break, the best point that kept them where it was searched, else the cheapest.
 *
 * A budget is tested on costs of at most the dearest request of the rows that were searched on: a test of a mean needs a
 * bound that does not come from the rows it reads.
 *
 * The order of the tests was fixed by the rows that the points were searched on. Where a judge graded and enough requests
 * have sure grades too, the tests are about the sure grades, by prediction-powered inference.
 */
export const certifyPoints = (
  points: ReadonlyArray<MeasuredPoint>,
  groups: Groups,
  options: CertifyOptions
): { readonly certificate: Certificate; readonly lowerBounds: ReadonlyArray<number> } => {
  const { labels, objective, seed } = options
  const alpha = 1 - objective.confidence
  const flagship = points.find((p) => p.name === "flagship")!
  const others = points.filter((p) => p !== flagship)
  const quality = qualityTarget(objective)
  const budget = budgetUsd(objective)
  const goldGroups = countGold(flagship, groups)
  const gold = goldGroups >= LEAST_GOLD ? goldGroups : undefined
  const rows = {
    flagshipQuality: gold === undefined ? flagship.outcomes.quality : flagship.gold!.judged,
    flagshipGold: gold === undefined ? undefined : flagship.gold!.quality,
    groups,
    alpha,
    seed
  }
  const cheaper = quality === undefined ? others : others.filter((p) => p.candidate.cost < flagship.candidate.cost)
  const capUsd = Math.max(...points.map((p) => greatest(p.developed.costUsd)))
  const capMs = objective.p95_ms
  const lateOf = (p: MeasuredPoint) => capMs === undefined ? 0 : shareLate(p.developed.latencyMs, capMs)
  const safelyLate = passingShare(groups.count, alpha / 2, POWER) ?? EXCEED
  // A point that will probably break a promise, by the rows it was searched on, would only end the sequence.
  const affordable = cheaper.filter((p) =>
    (budget === undefined || neededForBudget(p, budget, capUsd, alpha / 2) <= groups.count) && lateOf(p) <= EXCEED
  )
  const chain = !options.heldOut
    ? []
    : quality === undefined
    ? affordable.toSorted((a, b) => a.candidate.cost - b.candidate.cost)
      .map((point, i) => ({ point, weight: i === 0 ? 1 : 0 }))
    : promisingFirst(affordable, flagship, quality, alpha, gold ?? groups.count, { lateOf, safelyLate })
  const promises: Promises = {
    ...(quality === undefined ? {} : { quality }),
    ...(capMs === undefined ? {} : { latency: { capMs } }),
    ...(budget === undefined || capUsd === 0 ? {} : { budget: { usdPerRequest: budget, capUsd } })
  }
  const outcomesOf = (p: MeasuredPoint): PolicyOutcomes => ({
    name: p.name,
    quality: gold === undefined ? p.outcomes.quality : p.gold!.judged,
    gold: gold === undefined ? undefined : p.gold,
    costUsd: p.outcomes.costUsd.map((usd) => Math.min(usd, capUsd)),
    latencyMs: p.outcomes.latencyMs
  })
  const { certified, moreRequestsNeeded, nEffective, sequence } = certifyChain(
    chain.map(({ point, weight }) => ({ policy: outcomesOf(point), weight })),
    promises,
    rows
  )
  const best = others.filter((p) => certified.has(p.name)).reduce<MeasuredPoint | undefined>(
    (b, p) =>
      b === undefined ||
        (quality === undefined ? p.candidate.quality > b.candidate.quality : p.candidate.cost < b.candidate.cost)
        ? p
        : b,
    undefined
  )
  const kept = points.filter((p) => p.candidate.cost <= (budget ?? Infinity) && lateOf(p) <= EXCEED)
  const flagshipMayBreak = quality === undefined && (budget !== undefined || capMs !== undefined)
  const point = best ?? (flagshipMayBreak ? bestOf(kept) ?? cheapestOf(points) : flagship)
  const more = options.heldOut || quality === undefined
    ? moreRequestsNeeded
    : moreToTest(affordable, flagship, quality, alpha, groups.count)
  const floor = objective.floor ?? objective.absolute_floor ?? 0
  const corrected = gold === undefined ? undefined : correctedBy(point, flagship, groups, alpha)
  const flagshipMean = corrected?.flagship ?? mean(flagship.outcomes.quality)
  const segments = objective.task_floor === undefined || !options.heldOut
    ? undefined
    : segmentsOf(outcomesOf(point), point === flagship, objective.task_floor, rows, options.tasks, chain.length)
  const facts: StatementFacts = {
    objective,
    point: point.name,
    certified: best !== undefined,
    capUsd: budget === undefined ? undefined : capUsd,
    more,
    n: groups.count,
    heldOut: options.heldOut,
    labels,
    gold,
    segments,
    missed: quality?._tag === "Absolute" && flagship.candidate.quality < quality.floor
      ? "flagship"
      : cheaper.length === 0
      ? "nothing"
      : "cheaper",
    flagshipLate: lateOf(flagship),
    flagshipUntimed: mean(flagship.developed.latencyMs.map((ms) => Number(Number.isNaN(ms)))),
    inTime: bestOf(kept)?.name
  }
  const certificate: Certificate = {
    certified: best !== undefined,
    point: point.name,
    statement: statement(facts),
    test:
      `betting test (Waudby-Smith and Ramdas) on ${
        gold === undefined ? "paired grades" : "prediction-powered pairs of grades (Angelopoulos et al.)"
      }, down a fixed order of operating points (fallback)` +
      (capMs === undefined ? "" : "; exact binomial test of latency"),
    floor,
    epsilon: quality === undefined
      ? 0
      : Math.max(0, quality._tag === "Relative" ? (1 - floor) * flagshipMean : flagshipMean - floor),
    alpha,
    n: flagship.outcomes.quality.length,
    n_effective: gold ?? nEffective,
    p_value: sequence.find((s) => s.point === point.name)?.p_value ?? 1,
    sequence,
    more_requests_needed: more,
    labels,
    ...(corrected === undefined ? {} : { gold: corrected.gold }),
    ...(segments === undefined ? {} : { segments }),
    not_covered: notCovered(facts, goldGroups)
  }
  const bounds = options.heldOut
    ? simultaneousLowerBounds(others.map(outcomesOf), { _tag: "Relative", floor: objective.floor ?? 1 }, rows)
    : others.map(() => 0)
  return { certificate, lowerBounds: points.map((p) => p === flagship ? 1 : bounds[others.indexOf(p)]!) }
}

/** Groups of requests that have a sure grade of the flagship beside a judge's. */
const countGold = (flagship: MeasuredPoint, groups: Groups): number => {
  if (flagship.gold === undefined) return 0
  const { quality, sure } = flagship.gold
  return new Set(groups.index.filter((_, row) => sure[row] === 0 && !Number.isNaN(quality[row]!))).size
}

/** The point against the flagship by sure grades, on the requests that were judged; of groups of near-duplicates. */
const correctedBy = (
  point: MeasuredPoint,
  flagship: MeasuredPoint,
  groups: Groups,
  alpha: number
): { readonly flagship: number; readonly gold: NonNullable<Certificate["gold"]> } => {
  const judgedRows = Uint32Array.from(groups.index.keys()).filter((row) => flagship.gold!.sure[row] === 0)
  const own = groupRows(judgedRows.length, judgedRows.map((row) => groups.index[row]!))
  const labelled = ({ judged, quality }: GoldOutcomes) => {
    const means = (column: Float64Array) => groupMeans(Float64Array.from(judgedRows, (row) => column[row]!), own)
    return { gold: means(quality), judged: means(judged) }
  }
  const dear = labelled(flagship.gold!)
  const difference = predictionPowered(pairedDifference(labelled(point.gold!), dear), { alpha, tuning: "power" })
  return {
    flagship: predictionPowered(dear, { alpha, tuning: "power" }).estimate,
    gold: {
      requests: difference.gold,
      difference: difference.estimate,
      interval: [Math.max(-1, difference.low), Math.min(1, difference.high)],
      lambda: difference.lambda
    }
  }
}

/**
 * The verdict on each task at the served point, by Holm over the tasks. Where the point was chosen on the same rows, its
 * p-values count once for every point that might have been chosen. The flagship keeps its own floor by definition.
 *
 * @param choices points that these rows chose from; 0 where they were not asked
 */
const segmentsOf = (
  point: PolicyOutcomes,
  isFlagship: boolean,
  floor: number,
  rows: CertificationRows,
  tasks: ReadonlyArray<string>,
  choices: number
): NonNullable<Certificate["segments"]> => {
  const byTask = Map.groupBy(tasks.keys(), (row) => tasks[row]!)
  const segments = [...byTask].toSorted(([a], [b]) => a < b ? -1 : 1).map(([segment, list]) => {
    const at = Uint32Array.from(list)
    return { segment, rows: at, groups: groupRows(at.length, at.map((row) => rows.groups.index[row]!)) }
  })
  if (isFlagship) {
    return segments.map(({ rows: at, segment }) => ({ task: segment, n: at.length, p_value: 0, certified: true }))
  }
  // The stakes are tuned to the level that the first of the tasks has to pass.
  const chances = Math.max(1, choices)
  const level = rows.alpha / (chances * segments.length)
  const quality: QualityTarget = { _tag: "Relative", floor }
  return certifySegments(point, { quality }, { ...rows, alpha: level }, segments).map(({ p_value, segment }, i) => {
    const adjusted = Math.min(1, chances * p_value)
    return { task: segment, n: segments[i]!.rows.length, p_value: adjusted, certified: adjusted <= rows.alpha }
  })
}

/**
 * The order of the tests, with each point's own share of alpha, judged on the rows that the points were searched on. It
 * begins with the point that probably needs the fewest requests to pass, and goes on to ever cheaper ones. Half of alpha
 * starts there and flows down as long as points pass; the other half is spread over the cheaper points, down to the
 * cheapest that will probably pass, so that one unlucky point on the way does not end the search. Nothing here reads the
 * rows that certify, so the order is fixed ("learn then test", Angelopoulos et al. 2021).
 *
 * Starting the other half at one point only, or leaving out points that are expected to need more requests than a cheaper
 * one, costs up to 8 % more on recorded data at the same rate of violations.
 *
 * Points with more late requests than will probably pass are tested after the others, unless they are all there is.
 *
 * @param latency how often a point is late, and the greatest share of late requests that will probably pass
 */
const promisingFirst = (
  points: ReadonlyArray<MeasuredPoint>,
  flagship: MeasuredPoint,
  target: QualityTarget,
  alpha: number,
  n: number,
  { lateOf, safelyLate }: { readonly lateOf: (point: MeasuredPoint) => number; readonly safelyLate: number }
): ReadonlyArray<{ readonly point: MeasuredPoint; readonly weight: number }> => {
  const ranked = points.map((point) => {
    const late = lateOf(point), safe = late <= safelyLate + ROUNDING
    const forQuality = neededToPass(point, flagship, target, alpha / 2, POWER)
    return { point, safe, needed: safe ? forQuality : Math.max(forQuality, neededForLatency(late, alpha / 2)) }
  }).toSorted((a, b) => b.point.candidate.cost - a.point.candidate.cost)
  if (ranked.length === 0) return []
  const first = ranked.reduce((a, b) => b.needed <= a.needed ? b : a)
  const cheaper = ranked.filter((link) =>
    link.needed < Infinity && link.point.candidate.cost < first.point.candidate.cost
  )
  const inOrder = first.safe ? cheaper.toSorted((a, b) => Number(b.safe) - Number(a.safe)) : cheaper
  const promising = inOrder.findLastIndex((link) => link.needed <= n) + 1
  return [first, ...inOrder].map(({ point }, i) => ({
    point,
    weight: promising === 0 ? Number(i === 0) : i === 0 ? 0.5 : i <= promising ? 0.5 / promising : 0
  }))
}

const ROUNDING = 1e-9

const greatest = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), 0)

/** Independent requests on which the test of the point's cost will probably pass, by the rows it was searched on. */
const neededForBudget = (point: MeasuredPoint, budget: number, capUsd: number, alpha: number): number => {
  if (capUsd === 0) return 0
  const share = point.developed.costUsd.map((usd) => usd / capUsd)
  const v = mean(share.map((s) => s * s))
  return requestsNeeded({ v, mean: mean(share), eps: budget / capUsd, alpha, n: 0 }) ?? Infinity
}

/** The point of the greatest quality on the rows that it was searched on; undefined of none. */
const bestOf = (points: ReadonlyArray<MeasuredPoint>): MeasuredPoint | undefined =>
  points.reduce<MeasuredPoint | undefined>(
    (a, b) => a === undefined || b.candidate.quality > a.candidate.quality ? b : a,
    undefined
  )

const cheapestOf = (points: ReadonlyArray<MeasuredPoint>): MeasuredPoint =>
  points.reduce((a, b) => b.candidate.cost < a.candidate.cost ? b : a)

/** Independent requests on which the point's test will probably pass, by its loss on the rows it was searched on. */
const neededToPass = (
  point: Pick<MeasuredPoint, "developed">,
  flagship: Pick<MeasuredPoint, "developed">,
  target: QualityTarget,
  alpha: number,
  power: number
): number => {
  const loss = point.developed.quality.map((q, i) =>
    (target._tag === "Relative"
      ? target.floor * flagship.developed.quality[i]!
      : target._tag === "Absolute"
      ? target.floor
      : flagship.developed.quality[i]! - target.epsilon) - q
  )
  const v = mean(loss.map((d) => d * d))
  return requestsNeeded({ v, mean: mean(loss), eps: 0, alpha, n: 0, power }) ?? Infinity
}

/** More graded requests with which a saving is worth testing; null where no number would do. */
const moreToTest = (
  points: ReadonlyArray<MeasuredPoint>,
  flagship: MeasuredPoint,
  target: QualityTarget,
  alpha: number,
  graded: number
): number | null => {
  const saving = points.filter(savesBeside(flagship))
  const least = Math.min(...saving.map((p) => neededToPass(p, flagship, target, alpha / 2, 0.8)))
  return Number.isFinite(least) ? Math.max(1, requestsFor(least, graded) - graded) : null
}

const qualityTarget = (objective: Objective): QualityTarget | undefined => {
  if (objective.absolute_floor !== undefined) return { _tag: "Absolute", floor: objective.absolute_floor }
  return objective.floor === undefined ? undefined : { _tag: "Relative", floor: objective.floor }
}
