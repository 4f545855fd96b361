import { BadInput, type Failure, type Objective } from "@spillway/domain"
import { compilePredictor } from "@spillway/policy"
import type { Store } from "@spillway/store"
import { Effect } from "effect"
import { certifyShare } from "../certify/CertifyShare.ts"
import { requestsFor } from "../certify/RequestsFor.ts"
import type { MeasuredPoint } from "../CertifyPoints.ts"
import type { OptimizeResult } from "../Optimize.ts"
import { groupRows } from "../statistics/Groups.ts"
import { mean } from "../statistics/Moments.ts"
import { type AllRequests, allRequests, countComplete } from "./AllRequests.ts"
import { certifyChance, freshNeeded, type KnownMargin } from "./CertifyChance.ts"
import { type CallCost, callsByTier, plannedCalls, sumKnown } from "./PlannedCalls.ts"
import { knownMargin, tiersUsed } from "./PointMargins.ts"
import { type ReplayOrder, replayOrder } from "./ReplayOrder.ts"
import type { PlanCandidate, ReplayPlan } from "./ReplayPlan.ts"

/** Requests that are graded on every tier before anything is said of operating points. */
export const PILOT = 100

/** A replay is planned where it leads to a certificate at least this likely. */
const LEAST_CHANCE = 0.5

/** What to plan for. */
export interface PlanOptions {
  readonly where?: string | undefined
  /** The tiers in question; those with outcomes where left out. */
  readonly tiers?: ReadonlyArray<string> | undefined
  readonly objective: Objective
  readonly seed: number
}

/**
 * The plan of a pilot: fewer than 100 requests are graded on all tiers, so a random hundred is completed first. Undefined
 * where there are enough.
 */
export const planPilot = Effect.fnUntraced(function*(
  options: PlanOptions & { readonly tiers: ReadonlyArray<string> }
): Effect.fn.Return<ReplayPlan | undefined, BadInput | Failure, Store> {
  const all = yield* allRequests(options.where, options.tiers)
  const indices = options.tiers.map((_, k) => k)
  const graded = countComplete(all, indices)
  if (graded >= Math.min(PILOT, all.requestIds.length)) return undefined
  const order = orderOn(all, indices, options.seed)
  const rows = order.rows.subarray(0, PILOT - graded)
  const calls = plannedCalls(all, rows, indices, (k) => all.meanUsd[k]!)
  const tiers = callsByTier(calls)
  return {
    purpose: "pilot",
    point: null,
    statement: (rows.length === 0
      ? `Only ${graded} requests are graded on all of ${
        list(options.tiers)
      }, and all others are answered: grade them ("spillway grade").`
      : `Only ${graded} requests are graded on all of ${list(options.tiers)}: too few to compare them. A random ${
        graded + rows.length
      } tell what to plan for.`) + leftOut(all),
    graded,
    requests: rows.length,
    completed: Math.min(order.completed, rows.length),
    expected_usd: sumKnown(tiers.map((tier) => tier.expected_usd)),
    chance: null,
    tiers,
    candidates: [],
    calls
  }
})

/**
 * Which requests to replay next on which tiers, so that a point cheaper than the one that is served now is certified for
 * the least money.
 *
 * For each cheaper point: how many more graded requests its test probably needs ({@link freshNeeded}), in random order
 * ({@link replayOrder}), on the tiers it uses and the flagship, at what the cost heads expect. Planned is, of the points
 * with an even chance, the one that pays its replay back after the fewest requests served, where costs are unknown the
 * one that takes the fewest requests.
 */
export const planReplay = Effect.fnUntraced(function*(
  options: PlanOptions,
  { certify, data, measured, report, table }: OptimizeResult
): Effect.fn.Return<ReplayPlan, BadInput | Failure, Store> {
  const { objective } = options
  if (objective.floor === undefined && objective.absolute_floor === undefined) {
    return yield* new BadInput({
      source: "--plan",
      problem: "there is no promise of quality to plan for",
      mend: "Give --floor or --absolute-floor",
      usage: true
    })
  }
  const all = yield* allRequests(options.where, data.tiers, table.clusters)
  const served = measured.find((point) => point.name === table.default_point)!
  const flagship = measured.find((point) => point.name === "flagship")!
  const usd = callCost(table, all)
  const groups = groupRows(certify.length, Uint32Array.from(certify, (row) => data.group[row]!))
  const rowsPerGroup = groups.index.length / groups.count

  const orders = new Map<string, ReplayOrder>()
  const orderOf = (tiers: ReadonlyArray<number>) => {
    const key = tiers.join(" ")
    const order = orders.get(key) ?? orderOn(all, tiers, options.seed)
    orders.set(key, order)
    return order
  }
  const study = (point: MeasuredPoint) => {
    const tiers = [...new Set([...tiersUsed(point), data.flagship])].toSorted((a, b) => a - b)
    const level = table.certificate.sequence.find((s) => s.point === point.name)?.level ?? table.certificate.alpha / 2
    const known = knownMargin(point, flagship, objective, groups, report.held_out, level)
    const graded = countComplete(all, tiers)
    const order = orderOf(tiers)
    const fresh = freshNeeded(known)
    const wanted = fresh === undefined
      ? undefined
      : Math.max(0, requestsFor((known.tested + fresh) * rowsPerGroup, graded) - graded)
    const rows = order.rows.subarray(0, wanted ?? 0)
    const calls = plannedCalls(all, rows, tiers, usd)
    const expected = sumKnown(calls.map((call) => call.expected_usd ?? null))
    const chance = wanted === undefined ? null : chanceWith(known, graded + rows.length, rowsPerGroup)
    const saves = mean(served.outcomes.costUsd) - mean(point.outcomes.costUsd)
    const candidate: PlanCandidate = {
      point: point.name,
      saves_usd: saves,
      tiers: tiers.map((k) => data.tiers[k]!),
      requests: wanted === undefined ? null : rows.length,
      expected_usd: wanted === undefined ? null : expected,
      chance,
      pays_back_after: chance === null || expected === null || !(chance * saves > 0)
        ? null
        : Math.ceil(expected / (chance * saves))
    }
    return { candidate, tiers, graded, order, rows, calls, wanted }
  }
  const budget = objective.budget_usd_per_request ?? Infinity
  const cheaper = measured.filter((point) =>
    point !== flagship && mean(point.outcomes.costUsd) < mean(served.outcomes.costUsd) && point.candidate.cost <= budget
  )
  const studies = table.certificate.gold === undefined ? cheaper.map(study) : []
  const candidates = studies.map((s) => s.candidate)
  const promising = studies.filter((s) => (s.candidate.chance ?? 0) >= LEAST_CHANCE)
  const best = promising.toSorted((a, b) =>
    paysBack(a.candidate) === paysBack(b.candidate)
      ? a.wanted! - b.wanted!
      : paysBack(a.candidate) - paysBack(b.candidate)
  )[0]
  if (best === undefined) {
    const likeliest = studies.filter((s) => s.wanted !== undefined)
      .toSorted((a, b) => b.candidate.chance! - a.candidate.chance!)[0]
    return {
      purpose: "none",
      point: null,
      statement: (table.certificate.gold !== undefined
        ? "The certificate rests on sure grades of requests that a judge graded: more of those firm it up, not a replay."
        : cheaper.length === 0
        ? `Nothing cheaper than "${served.name}" was found, so no replay is needed.`
        : likeliest === undefined
        ? `No number of further requests is likely to help: every point cheaper than "${served.name}" seems to miss the floor.`
        : tooFew(likeliest.candidate, likeliest.wanted!)) + leftOut(all),
      graded: data.n,
      requests: 0,
      completed: 0,
      expected_usd: 0,
      chance: null,
      tiers: [],
      candidates,
      calls: []
    }
  }
  const { calls, candidate, graded, order, rows, wanted } = best
  return {
    purpose: "certify",
    point: candidate.point,
    statement: whatNext(candidate, graded, wanted!) + leftOut(all),
    graded,
    requests: rows.length,
    completed: Math.min(order.completed, rows.length),
    expected_usd: candidate.expected_usd,
    chance: candidate.chance,
    tiers: callsByTier(calls),
    candidates,
    calls
  }
})

const paysBack = (candidate: PlanCandidate): number => candidate.pays_back_after ?? Infinity

const orderOn = (all: AllRequests, tiers: ReadonlyArray<number>, seed: number): ReplayOrder =>
  replayOrder(
    {
      missing: tiers.map((k) => all.missing[k]!),
      failed: tiers.map((k) => all.failed[k]!),
      meanUsd: tiers.map((k) => all.meanUsd[k]!)
    },
    all.facts,
    seed
  )

/**
 * The predictive chance that the point is certified once so many requests are graded: none where the test reads nothing
 * that it has not read.
 */
const chanceWith = (known: KnownMargin, graded: number, rowsPerGroup: number): number => {
  const fresh = Math.max(0, Math.floor(certifyShare(graded) * graded / rowsPerGroup) - known.tested)
  return fresh === 0 ? 0 : certifyChance(known, fresh, "predictive")
}

/** What the table's cost heads expect: they read only the task and the length of a request. */
const callCost = (table: OptimizeResult["table"], all: AllRequests): CallCost => {
  const predictor = compilePredictor(table)
  const quality = new Float64Array(table.tiers.length), usd = new Float64Array(table.tiers.length)
  const noText = {
    dense: new Float64Array(table.features.dense.names.length),
    hashed: { indices: new Uint32Array(0), values: new Float32Array(0), length: 0 }
  }
  return (tier, row) => {
    predictor.scoreInto(noText, all.policyTask[row]!, all.facts.chars[row]!, quality, usd)
    return usd[tier]!
  }
}

const list = (names: ReadonlyArray<string>): string => names.join(", ")

const leftOut = ({ withoutReference: n }: AllRequests): string =>
  n === 0
    ? ""
    : ` ${n === 1 ? "1 request without a reference is" : `${n} requests without a reference are`} left out: ${
      n === 1 ? "it" : "they"
    } cannot be graded like the others of the same task. Import references to plan with them.`

const percent = (share: number): string => `${Math.round(100 * share)} %`

const tooFew = (candidate: PlanCandidate, wanted: number): string =>
  `No replay of the requests at hand is likely to certify anything cheaper: the best chance is ${
    percent(candidate.chance!)
  }, of "${candidate.point}" with ${candidate.requests} more requests. ` +
  (candidate.requests! < wanted
    ? `It wants ${wanted}: import more traffic.`
    : "Its margin over the floor is too uncertain.")

const whatNext = (candidate: PlanCandidate, graded: number, wanted: number): string => {
  const certify = `"spillway optimize --tiers ${candidate.tiers.join(",")}"`
  const chance = `with a chance of ${percent(candidate.chance!)}`
  if (wanted === 0) {
    return `${graded} requests are graded on ${
      list(candidate.tiers)
    }. They should certify the cheaper point "${candidate.point}" ${chance}: run ${certify} with the same flags.`
  }
  const left = candidate.requests! < wanted ? ` (${candidate.requests} are left: import more traffic)` : ""
  return `${wanted} more requests${left} would probably certify the cheaper point "${candidate.point}": once they are replayed and graded, ${certify} with the same flags certifies it ${chance}.`
}
