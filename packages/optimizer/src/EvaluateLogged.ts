import { BadInput, type Certificate, type Failure, type RoutingTable } from "@spillway/domain"
import { denseNames, standardize } from "@spillway/policy"
import type { Store } from "@spillway/store"
import { Effect } from "effect"
import { groupFolds } from "./data/Folds.ts"
import { RequestColumns } from "./data/RequestColumns.ts"
import { TurnFinder } from "./data/Turns.ts"
import { clipped, offPolicyCost, offPolicyQuality, type OffPolicyValue } from "./feedback/DoublyRobust.ts"
import { type Followed, followPolicy } from "./feedback/FollowPolicy.ts"
import { loadLogged } from "./feedback/LoadLogged.ts"
import type { LoggedRequest } from "./feedback/LoggedRequest.ts"
import { type ModelInputs, predictCrossFitted } from "./feedback/OutcomeModel.ts"
import { beyondChance, type Overlap, overlapOf, refusal } from "./feedback/Overlap.ts"
import { plansApart } from "./feedback/PlansApart.ts"
import { gradeSources } from "./labels/GradeSources.ts"
import { groupRows, type Groups } from "./statistics/Groups.ts"

/** An operating point on traffic that something else served, or why nothing can be said of it. */
export interface LoggedPoint extends Omit<Overlap, "support_error"> {
  readonly name: string
  /** Null where the point is estimated. */
  readonly refused: string | null
  readonly quality: OffPolicyValue | null
  /** USD per request. */
  readonly cost_usd: OffPolicyValue | null
}

/** A table estimated from logged traffic. */
export interface LoggedEvaluation {
  /** Requests used. */
  readonly requests: number
  /** Groups of near-duplicates and of turns of one conversation among them; each counts once. */
  readonly groups: number
  /** Of the intervals. */
  readonly confidence: number
  readonly default_point: string
  /** What quality is: a judge's opinion where any grade is one. */
  readonly labels: Certificate["labels"]
  readonly points: ReadonlyArray<LoggedPoint>
  readonly warnings: ReadonlyArray<string>
}

const FOLDS = 5
const MEND = "Serve a point whose plans give a small share to the tiers that are to be tried, or replay the requests " +
  "on them: spillway replay"

/**
 * Estimates every operating point of a table from logs that hold one path per request, by what the logging policy's
 * chance reveals (off-policy evaluation). Fails with {@link BadInput} where the log holds no chance, and where it says
 * too little of every point; a point that it says too little of carries the reason.
 */
export const evaluateLogged = Effect.fnUntraced(function*(
  table: RoutingTable,
  options: {
    readonly where?: string | undefined
    /** Tables that may have served beside those that are stored, by SHA-256. */
    readonly tables?: ReadonlyMap<string, RoutingTable> | undefined
    readonly seed: number
  }
): Effect.fn.Return<LoggedEvaluation, BadInput | Failure, Store> {
  const { logged, requests, warnings } = yield* loadLogged(
    options.where,
    options.tables ?? new Map(),
    table.features.embedding
  )
  const refused = (problem: string, mend: string) => new BadInput({ source: "logged traffic", problem, mend })
  if (logged.length === 0) {
    return yield* refused(
      "no request with a propensity, and with grades and costs of its path, is selected",
      `Import the proxy's logs and run "spillway grade"${warnings.length === 0 ? "" : ` (${warnings.join("; ")})`}`
    )
  }
  if (logged.every(isCertain)) {
    return yield* refused(
      "every request was routed without chance (propensity 1), so the log holds nothing of what another choice would " +
        "have answered",
      `Log with exploration. ${MEND}`
    )
  }
  const sources = yield* gradeSources({
    n: requests.length,
    requestIds: requests.map((request) => request.request_id),
    tiers: [...new Set(logged.flatMap(({ answers }) => [...answers.keys()]))]
  })
  const columns = new RequestColumns(requests.length, table.features.hash_bits)
  for (const { view } of logged) columns.add(view)
  const { dense, group: alike, hashed } = columns.finish()
  const turns = new TurnFinder(requests.length)
  for (const request of requests) turns.add(request)
  const group = turns.joined(alike)
  const groups = groupRows(requests.length, group)
  const { mean, scale } = table.features.dense
  const model: ModelInputs = {
    features: {
      hashed,
      dense: dense.map((v, i) => standardize(v, mean[i % mean.length]!, scale[i % scale.length]!)),
      denseColumns: denseNames.length
    },
    rows: requests.length,
    task: (row) => requests[row]!.task,
    fold: groupFolds(group, FOLDS, options.seed),
    folds: FOLDS
  }
  const plans = plansApart(table)
  const alpha = 1 - table.objective.confidence
  const followed = table.points.map((point) => ({
    name: point.name,
    plans: point.plans.map(({ share }, i): FollowedPlan => ({
      share,
      followed: logged.map((request) => followPolicy(plans.begin(request.view, point.name, i), request))
    }))
  }))
  const weights = followed.flatMap((point) =>
    point.plans.map((plan) => Float64Array.from(plan.followed, (seen) => seen.weight))
  )
  if (!logged.every(isKnown) && weights.some((weight) => beyondChance(weight, groups))) {
    return yield* refused(
      "its propensities are not the probabilities of the paths: they give weights with a mean above 1",
      "Name the table that served with --served-by, or evaluate in the database that \"spillway optimize\" wrote it to"
    )
  }
  const points = followed.map(({ name, plans }) =>
    estimate(name, logged, plans, { groups, model, alpha, seed: options.seed })
  )
  const served = points.find((point) => point.name === table.default_point)!
  if (points.every((point) => point.refused !== null)) {
    return yield* refused(served.refused!, warnings.length === 0 ? MEND : `${MEND} (${warnings.join("; ")})`)
  }
  return {
    requests: requests.length,
    groups: groups.count,
    confidence: table.objective.confidence,
    default_point: table.default_point,
    labels: sources?.labels ?? "graded",
    points,
    warnings
  }
})

const isCertain = ({ draw }: LoggedRequest): boolean =>
  draw._tag === "Path" ? draw.propensity === 1 : draw.plans[draw.drawn]!.share === 1

const isKnown = ({ draw }: LoggedRequest): boolean => draw._tag === "Plans"

/** No weight of a known draw is above 1 / (its least share). */
const greatestWeight = (logged: ReadonlyArray<LoggedRequest>): number =>
  logged.reduce((most, { draw }) =>
    draw._tag === "Path"
      ? Infinity
      : draw.plans.reduce((m, { share }) => share > 0 ? Math.max(m, 1 / share) : m, most), 1)

/** A plan of the point that is estimated, on every request, with its share. */
interface FollowedPlan {
  readonly share: number
  readonly followed: ReadonlyArray<Followed>
}

const estimate = (
  name: string,
  logged: ReadonlyArray<LoggedRequest>,
  plans: ReadonlyArray<FollowedPlan>,
  options: { readonly groups: Groups; readonly model: ModelInputs; readonly alpha: number; readonly seed: number }
): LoggedPoint => {
  const { groups } = options
  const columns = mixed(plans, logged.length)
  const overlap = overlapOf(
    { used: clipped(columns.weight, groups), whole: columns.weight },
    logged.every(isKnown) ? columns.unsupported : undefined,
    groups
  )
  const { support, support_error: _, ...figures } = overlap
  const shown = { name, ...figures, support: Math.min(1, support) }
  const reason = refusal(overlap)
  if (reason !== undefined) return { ...shown, refused: reason, quality: null, cost_usd: null }
  const { costUsd, quality, weight } = columns
  const [predictedQuality, predictedCost] = predictCrossFitted([quality, costUsd], options.model)
  return {
    ...shown,
    refused: null,
    quality: offPolicyQuality(
      { weight, value: quality, predicted: predictedQuality!.map((v) => Math.min(1, Math.max(0, v))), groups },
      { ...options, greatestWeight: greatestWeight(logged) }
    ),
    cost_usd: offPolicyCost(
      { weight, value: costUsd, predicted: predictedCost!.map((v) => Math.max(0, v)), groups },
      options
    )
  }
}

/** Weights and outcomes of a point's plans, mixed by their shares. */
const mixed = (plans: ReadonlyArray<FollowedPlan>, n: number) => {
  const weight = new Float64Array(n), unsupported = new Float64Array(n)
  const quality = new Float64Array(n).fill(NaN), costUsd = new Float64Array(n).fill(NaN)
  for (let row = 0; row < n; row++) {
    let total = 0, sumQuality = 0, sumCost = 0
    for (const { followed, share } of plans) {
      const seen = followed[row]!
      unsupported[row]! += share * seen.unsupported
      if (seen.weight === 0 || share === 0) continue
      total += share * seen.weight
      sumQuality += share * seen.weight * seen.quality
      sumCost += share * seen.weight * seen.costUsd
    }
    weight[row] = total
    if (total === 0) continue
    quality[row] = sumQuality / total
    costUsd[row] = sumCost / total
  }
  return { weight, unsupported, quality, costUsd }
}
