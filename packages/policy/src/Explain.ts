import type { Stage } from "@spillway/domain"
import type { ClusterExplanation } from "./Clusters.ts"
import { type Contribution, largest } from "./Contribution.ts"
import { makeHasher } from "./features/HashedNgrams.ts"
import { ACCEPT, type CompiledPlan, entryTier, utility } from "./Plan.ts"
import type { Policy } from "./Policy.ts"
import type { RequestView } from "./RequestView.ts"
import { dotDense } from "./scorers/LinearHead.ts"

/** One tier of a request, with why its quality is predicted as it is. */
export interface TierExplanation {
  readonly tier: string
  readonly predicted_quality: number
  /** Null where unknown. */
  readonly predicted_cost_usd: number | null
  /**
   * The largest addends of the predicted quality, largest first: `flagship` (the flagship's predicted quality, from which
   * the other tiers' gaps are taken), `intercept`, `task:<segment>`, `dense:<name>`, `text:<n-gram>` as normalised,
   * `embedding` (the request's vector as a whole), and `clamping` where a prediction beyond [0, 1] is cut.
   */
  readonly contributions: ReadonlyArray<Contribution>
  /** Predicted quality less the addends listed. */
  readonly others: number
}

/** Another entry tier that the plan might have started with. */
export interface RivalExplanation {
  readonly tier: string
  /** Utility of the entry tier less this one's; null where a cost is unknown and counts. */
  readonly utility_difference: number | null
  /** The largest addends of that difference, largest first: those of predicted quality, and `cost`. */
  readonly contributions: ReadonlyArray<Contribution>
  /** The difference less the addends listed; 0 where it is null. */
  readonly others: number
}

/** What happens after a tier's answer. */
export interface StageExplanation {
  readonly tier: string
  readonly score: Stage["score"]
  /** What happens by range of the score, ascending; `next` null accepts. */
  readonly ranges: ReadonlyArray<{ readonly from: number; readonly to: number; readonly next: string | null }>
}

/** One of the plans that an operating point runs for a request. */
export interface PlanExplanation {
  /** Share of the requests that it serves. */
  readonly share: number
  /** Whether this request's identifier draws it; one of several plans is drawn only for a request that has one. */
  readonly drawn: boolean
  /** The task that has this plan as its own: the request's or an ancestor of it; null where it serves all other tasks. */
  readonly segment: string | null
  readonly kind: CompiledPlan["kind"]
  /** Quality that one US dollar is worth when the entry tier is chosen. */
  readonly lambda: number
  /** The tier that is asked first: the greatest predicted quality - lambda * predicted cost. */
  readonly entry: string
  /** The other entry tiers of the plan, cheapest first; none where it knows only one. */
  readonly rivals: ReadonlyArray<RivalExplanation>
  /** Stages that can be reached from the entry tier, in the order of the tiers; none means that its answer stands. */
  readonly stages: ReadonlyArray<StageExplanation>
}

/** Why a request goes where it goes; plain data for `spillway explain --json`. */
export interface Explanation {
  readonly request_id: string
  /** As the application sent it. */
  readonly task: string
  /** The cluster of a request without a task, and why; null where the request has one, or the table no cluster for it. */
  readonly cluster: ClusterExplanation | null
  /** The segment that the task or cluster inherits from; empty for the root. */
  readonly segment: string
  readonly point: string
  readonly tiers: ReadonlyArray<TierExplanation>
  readonly plans: ReadonlyArray<PlanExplanation>
}

const explainStages = (plan: CompiledPlan, tiers: ReadonlyArray<string>, entry: number) => {
  const reachable = new Set([entry])
  for (const tier of reachable) {
    for (const next of plan.stages[tier]?.next ?? []) if (next !== ACCEPT) reachable.add(next)
  }
  return tiers.flatMap((tier, k): ReadonlyArray<StageExplanation> => {
    const stage = plan.stages[k]
    if (stage === undefined || !reachable.has(k)) return []
    const ranges = Array.from(stage.next, (next, i) => ({
      from: i === 0 ? 0 : stage.edges[i - 1]!,
      to: i === stage.edges.length ? 1 : stage.edges[i]!,
      next: next === ACCEPT ? null : tiers[next]!
    }))
    return [{ tier, score: stage.score, ranges }]
  })
}

/** Addends by feature. */
type Addends = ReadonlyMap<string, number>

/** Sums of so many addends are no more exact than this. */
const ROUNDING = 1e-9

/**
 * Addends of every tier's predicted quality. N-grams are named by hashing the request again: a bucket bears the name of
 * its first n-gram in this text.
 */
const qualityAddends = (
  { flagship, predictor, tiers }: Policy,
  view: RequestView,
  { dense, quality }: ReturnType<Policy["predict"]>
) => {
  const segment = predictor.segment(predictor.assign(view).task)
  const standardized = new Float64Array(predictor.denseNames.length)
  predictor.standardizeInto(dense, standardized)
  const hasher = makeHasher(predictor.hashBits)
  const text = hasher.hash(view.text, view.system)
  const centered = new Float64Array(predictor.embedding?.spec.dimensions ?? 0)
  const hasVector = predictor.embedding?.centerInto(view.vector, centered) ?? false
  const unclamped = (k: number): Map<string, number> => {
    const head = predictor.heads[k]
    const addends = new Map<string, number>()
    const gap = tiers[k] !== flagship && head?.target !== "quality"
    if (gap) addends.set("flagship", quality[tiers.indexOf(flagship)]!)
    const add = (feature: string, value: number) => {
      const addend = gap ? -value : value
      if (addend !== 0) addends.set(feature, (addends.get(feature) ?? 0) + addend)
    }
    const known = segment.value[k]!
    if (head === undefined) {
      add(Number.isNaN(known) ? "unmeasured" : `task:${segment.task}`, Number.isNaN(known) ? 1 : known)
      return addends
    }
    add("intercept", head.intercept)
    if (!Number.isNaN(known)) add(`task:${segment.task}`, head.segmentWeight * known)
    for (const [i, name] of predictor.denseNames.entries()) add(`dense:${name}`, head.dense[i]! * standardized[i]!)
    if (hasVector && head.embedding !== undefined) add("embedding", dotDense(head.embedding, centered))
    if (head.hashed !== undefined) {
      for (let i = 0; i < text.length; i++) {
        add(`text:${hasher.ngram(i)}`, head.hashed[text.indices[i]!]! * text.values[i]!)
      }
    }
    return addends
  }
  return tiers.map((_, k): Addends => {
    const addends = unclamped(k)
    const clamping = Array.from(addends.values()).reduce((rest, addend) => rest - addend, quality[k]!)
    return Math.abs(clamping) < ROUNDING ? addends : addends.set("clamping", clamping)
  })
}

const explainRival = (
  chosen: Addends,
  rival: Addends,
  costDifference: number,
  difference: number,
  top: number
): Pick<RivalExplanation, "utility_difference" | "contributions" | "others"> => {
  const addends = new Map(chosen)
  for (const [feature, addend] of rival) addends.set(feature, (addends.get(feature) ?? 0) - addend)
  if (Number.isFinite(costDifference) && costDifference !== 0) addends.set("cost", costDifference)
  const { contributions, rest } = largest(addends, top)
  return Number.isFinite(difference)
    ? { utility_difference: difference, contributions, others: rest(difference) }
    : { utility_difference: null, contributions, others: 0 }
}

/**
 * Explains a request at an operating point: what every tier is predicted to reach and why, which plans may serve the
 * request, which tier they ask first and why not another, and what happens after each answer. `top` bounds the addends
 * listed.
 */
export const explain = (
  policy: Policy,
  view: RequestView,
  point: string = policy.defaultPoint,
  top = 10
): Explanation => {
  const { flagship, predictor, tiers } = policy
  const predicted = policy.predict(view)
  const { costUsd, quality } = predicted
  const addends = qualityAddends(policy, view, predicted)
  /** Like `addends`, but with the flagship as one addend, which cancels where tiers are compared by their gaps. */
  const compared = addends.map((of, k) => tiers[k] === flagship ? new Map([["flagship", quality[k]!]]) : of)
  const drawn = policy.choose(view, point).plan
  const plans = policy.plans(view, point).filter(({ share }) => share > 0)

  return {
    request_id: view.request_id,
    task: view.task,
    cluster: predictor.explainCluster?.(view, top) ?? null,
    segment: predictor.segment(predictor.assign(view).task).task,
    point,
    tiers: tiers.map((tier, k) => {
      const { contributions, rest } = largest(addends[k]!, top)
      return {
        tier,
        predicted_quality: quality[k]!,
        predicted_cost_usd: Number.isNaN(costUsd[k]) ? null : costUsd[k]!,
        contributions,
        others: rest(quality[k]!)
      }
    }),
    plans: plans.map(({ plan, segment, share }) => {
      const { lambda } = plan
      const entry = entryTier(plan, quality, costUsd)
      const worth = (k: number) => utility(lambda, quality[k]!, costUsd[k]!)
      return {
        share,
        drawn: plans.length === 1 || (view.request_id !== "" && plan === drawn),
        segment: segment ?? null,
        kind: plan.kind,
        lambda,
        entry: tiers[entry]!,
        rivals: Array.from(plan.entry).filter((k) => k !== entry).map((k) => ({
          tier: tiers[k]!,
          ...explainRival(
            compared[entry]!,
            compared[k]!,
            lambda === 0 ? 0 : -lambda * (costUsd[entry]! - costUsd[k]!),
            worth(entry) - worth(k),
            top
          )
        })),
        stages: explainStages(plan, tiers, entry)
      }
    })
  }
}
