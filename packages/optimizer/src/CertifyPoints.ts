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
      .map((point, i) => ({ point, weight: i === 0 ? 1 : 0 }))
    : promisingFirst(affordable, flagship, quality, alpha, groups.count)
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
  const point = best ?? flagship
  const floor = objective.floor ?? objective.absolute_floor ?? 0
  const flagshipMean = mean(flagship.outcomes.quality)
  const certificate: Certificate = {
    certified: best !== undefined,
    point: point.name,
    statement: statement(objective, point.name, best !== undefined, moreRequestsNeeded, groups.count),
    test: "betting test (Waudby-Smith and Ramdas) on paired grades, down a fixed order of operating points (fallback)" +
      (objective.p95_ms === undefined ? "" : "; exact binomial test of latency"),
    floor,
    epsilon: quality === undefined
      ? 0
      : Math.max(0, quality._tag === "Relative" ? (1 - floor) * flagshipMean : flagshipMean - floor),
    alpha,
    n: flagship.outcomes.quality.length,
    n_effective: nEffective,
    p_value: sequence.find((s) => s.point === point.name)?.p_value ?? 1,
    sequence,
    more_requests_needed: moreRequestsNeeded,
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
 * The order of the tests, with each point's own share of alpha, judged on the rows that the points were searched on. It
 * begins with the point that probably needs the fewest requests to pass, and goes on to ever cheaper ones. Half of alpha
 * starts there and flows down as long as points pass; the other half starts at the cheapest point that will probably
 * pass, so that one unlucky point on the way does not end the search. Nothing here reads the rows that certify, so the
 * order is fixed ("learn then test", Angelopoulos et al. 2021).
 */
const promisingFirst = (
  points: ReadonlyArray<MeasuredPoint>,
  flagship: MeasuredPoint,
  target: QualityTarget,
  alpha: number,
  n: number
): ReadonlyArray<{ readonly point: MeasuredPoint; readonly weight: number }> => {
  const needed = (point: MeasuredPoint): number => {
    const loss = point.developed.quality.map((q, i) =>
      (target._tag === "Relative"
        ? target.floor * flagship.developed.quality[i]!
        : target._tag === "Absolute"
        ? target.floor
        : flagship.developed.quality[i]! - target.epsilon) - q
    )
    const v = mean(loss.map((d) => d * d))
    return requestsNeeded({ v, mean: mean(loss), eps: 0, alpha: alpha / 2, n: 0 }) ?? Infinity
  }
  const ranked = points.map((point) => ({ point, needed: needed(point) }))
    .toSorted((a, b) =>
      (a.needed === b.needed ? 0 : a.needed - b.needed) || a.point.candidate.cost - b.point.candidate.cost
    )
  const chain: Array<(typeof ranked)[number]> = []
  for (const link of ranked) {
    if (link.point.candidate.cost < (chain.at(-1)?.point.candidate.cost ?? Infinity)) chain.push(link)
  }
  const second = Math.max(0, chain.findLastIndex((link) => link.needed <= n))
  return chain.map(({ point }, i) => ({ point, weight: (i === 0 ? 0.5 : 0) + (i === second ? 0.5 : 0) }))
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
