import type { Certificate, Objective } from "@spillway/domain"
import { certifyChain, type PolicyOutcomes, type Promises, simultaneousLowerBounds } from "./certify/Certify.ts"
import type { QualityTarget } from "./certify/Quality.ts"
import { requestsNeeded } from "./certify/RequestsNeeded.ts"
import type { PlanOutcomes } from "./Measure.ts"
import type { Candidate } from "./portfolio/Frontier.ts"
import type { Groups } from "./statistics/Groups.ts"

/** An operating point with what it did on the rows set apart to certify, and before on those it was searched on. */
export interface MeasuredPoint {
  readonly name: string
  readonly candidate: Candidate
  readonly outcomes: PlanOutcomes
  readonly developed: PlanOutcomes
}

/** Bound on one request's cost for a budget test, as a multiple of the dearest request seen while fitting. */
const COST_CAP = 10

/**
 * Tests the operating points against the objective and picks the default: with a quality promise the cheapest point that
 * is certified, with a budget alone the best. Flagship where nothing is.
 *
 * The order of the tests was fixed by the rows that the points were searched on.
 */
export const certifyPoints = (
  points: ReadonlyArray<MeasuredPoint>,
  groups: Groups,
  options: { readonly objective: Objective; readonly seed: number }
): { readonly certificate: Certificate; readonly lowerBounds: ReadonlyArray<number> } => {
  const { objective, seed } = options
  const alpha = 1 - objective.confidence
  const flagship = points.find((p) => p.name === "flagship")!
  const others = points.filter((p) => p !== flagship)
  const quality = qualityTarget(objective)
  const budget = budgetUsd(objective)
  const rows = { flagshipQuality: flagship.outcomes.quality, groups, alpha, seed }
  const cheaper = quality === undefined ? others : others.filter((p) => p.candidate.cost < flagship.candidate.cost)
  const affordable = budget === undefined ? cheaper : cheaper.filter((p) => p.candidate.cost <= budget)
  const chain = quality === undefined
    ? affordable.toSorted((a, b) => a.candidate.cost - b.candidate.cost)
    : promisingFirst(affordable, flagship, quality, alpha)
  const capUsd = COST_CAP * Math.max(...points.map((p) => p.outcomes.costUsd.reduce((a, b) => Math.max(a, b), 0)))
  const promises: Promises = {
    ...(quality === undefined ? {} : { quality }),
    ...(objective.p95_ms === undefined ? {} : { latency: { capMs: objective.p95_ms } }),
    ...(budget === undefined || capUsd === 0 ? {} : { budget: { usdPerRequest: budget, capUsd } })
  }
  const outcomesOf = (p: MeasuredPoint): PolicyOutcomes => ({
    name: p.name,
    quality: p.outcomes.quality,
    costUsd: p.outcomes.costUsd,
    latencyMs: p.outcomes.latencyMs
  })
  const result = certifyChain(chain.map(outcomesOf), promises, rows)
  const certified = chain.slice(0, result.certified)
  const best = certified.reduce<MeasuredPoint | undefined>(
    (b, p) => b === undefined || quality !== undefined || p.candidate.quality > b.candidate.quality ? p : b,
    undefined
  )
  const point = best ?? flagship
  const floor = objective.floor ?? objective.absolute_floor ?? 0
  const flagshipMean = mean(flagship.outcomes.quality)
  const certificate: Certificate = {
    certified: best !== undefined,
    point: point.name,
    statement: statement(objective, point.name, best !== undefined, result.moreRequestsNeeded, groups.count),
    test: "betting test (Waudby-Smith and Ramdas) on paired grades, down a fixed sequence of operating points" +
      (objective.p95_ms === undefined ? "" : "; exact binomial test of latency"),
    floor,
    epsilon: quality === undefined
      ? 0
      : Math.max(0, quality._tag === "Relative" ? (1 - floor) * flagshipMean : flagshipMean - floor),
    alpha,
    n: flagship.outcomes.quality.length,
    n_effective: result.nEffective,
    p_value: result.sequence.find((s) => s.point === point.name)?.p_value ?? 1,
    sequence: result.sequence,
    more_requests_needed: result.moreRequestsNeeded,
    labels: "graded",
    not_covered: NOT_COVERED
  }
  const bounds = simultaneousLowerBounds(
    others.map(outcomesOf),
    { _tag: "Relative", floor: objective.floor ?? 1 },
    rows
  )
  return { certificate, lowerBounds: points.map((p) => p === flagship ? 1 : bounds[others.indexOf(p)]!) }
}

/**
 * Orders the tests by how few requests each point would probably need to pass, judged on the rows it was searched on: the
 * fewest first, and from there on only cheaper points. A sequence ends at its first failure, and a point next to the
 * flagship, with next to no margin to bet on, is a bad start. The order uses nothing of the rows that certify, so the
 * sequence is fixed ("learn then test", Angelopoulos et al. 2021).
 */
const promisingFirst = (
  points: ReadonlyArray<MeasuredPoint>,
  flagship: MeasuredPoint,
  target: QualityTarget,
  alpha: number
): Array<MeasuredPoint> => {
  const needed = (point: MeasuredPoint): number => {
    const loss = point.developed.quality.map((q, i) =>
      (target._tag === "Relative"
        ? target.floor * flagship.developed.quality[i]!
        : target._tag === "Absolute"
        ? target.floor
        : flagship.developed.quality[i]! - target.epsilon) - q
    )
    return requestsNeeded({ v: mean(loss.map((d) => d * d)), mean: mean(loss), eps: 0, alpha, n: 0 }) ?? Infinity
  }
  const ranked = points.map((point) => ({ point, needed: needed(point) }))
    .toSorted((a, b) =>
      (a.needed === b.needed ? 0 : a.needed - b.needed) || a.point.candidate.cost - b.point.candidate.cost
    )
  const chain: Array<MeasuredPoint> = []
  for (const { point } of ranked) {
    if (point.candidate.cost < (chain[chain.length - 1]?.candidate.cost ?? Infinity)) chain.push(point)
  }
  return chain
}

const NOT_COVERED: ReadonlyArray<string> = [
  "traffic that differs from the requests it was tested on: watch for drift and certify again",
  "single tasks: the promise is about the mean over all requests",
  "errors of the graders themselves",
  "models that a provider changes under the same name",
  "prices that change"
]

const qualityTarget = (objective: Objective): QualityTarget | undefined => {
  if (objective.absolute_floor !== undefined) return { _tag: "Absolute", floor: objective.absolute_floor }
  return objective.floor === undefined ? undefined : { _tag: "Relative", floor: objective.floor }
}

const budgetUsd = (objective: Objective): number | undefined => {
  const monthly = objective.budget_usd_per_month !== undefined && objective.requests_per_month !== undefined
    ? objective.budget_usd_per_month / objective.requests_per_month
    : undefined
  const budgets = [objective.budget_usd_per_request, monthly].filter((b) => b !== undefined)
  return budgets.length === 0 ? undefined : Math.min(...budgets)
}

const statement = (
  objective: Objective,
  point: string,
  certified: boolean,
  more: number | null,
  n: number
): string => {
  const percent = (share: number) => `${Number((100 * share).toFixed(2))} %`
  const promises = [
    objective.absolute_floor !== undefined
      ? `mean quality is at least ${objective.absolute_floor}`
      : objective.floor !== undefined
      ? `mean quality is at least ${percent(objective.floor)} of the flagship's`
      : undefined,
    objective.p95_ms === undefined ? undefined : `at least 95 % of requests take at most ${objective.p95_ms} ms`,
    budgetUsd(objective) === undefined ? undefined : `the mean cost is at most ${budgetUsd(objective)} USD per request`
  ].filter((p) => p !== undefined).join(" and ")
  const confidence = percent(objective.confidence)
  if (certified) {
    return `With ${confidence} confidence, on traffic like the ${n} requests it was tested on, ${promises} at point "${point}".`
  }
  const needed = more === null || more === 0
    ? "No number of further requests is likely to help: the cheaper points miss the promise."
    : `About ${more} more graded requests would probably certify the next cheaper point.`
  return `Nothing cheaper than the flagship is certified at ${confidence} confidence on ${n} requests (${promises}), so the flagship is served. ${needed}`
}

const mean = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length)
