import type { Stage } from "@spillway/domain"
import { makeHasher } from "./features/HashedNgrams.ts"
import { ACCEPT, type CompiledPlan, entryTier, utility } from "./Plan.ts"
import type { Policy } from "./Policy.ts"
import type { RequestView } from "./RequestView.ts"

/** One addend of a head's score, in units of quality. */
export interface Contribution {
  /** `dense:<name>`, `text:<n-gram>` as normalised, `task:<segment>`, or `intercept`. */
  readonly feature: string
  readonly contribution: number
}

export interface TierExplanation {
  readonly tier: string
  readonly predicted_quality: number
  /** Null where unknown. */
  readonly predicted_cost_usd: number | null
  /** Predicted quality - lambda * predicted cost; null where the cost is unknown and counts. */
  readonly utility: number | null
  /** Whether the plan may start with this tier. */
  readonly entry_candidate: boolean
  /** What `contributions` add up to: the tier's quality or its gap to the flagship; null without a head. */
  readonly target: "quality" | "gain" | null
  /** The largest addends by size, largest first. */
  readonly contributions: ReadonlyArray<Contribution>
}

export interface StageExplanation {
  readonly tier: string
  readonly score: Stage["score"]
  /** What happens by range of the score, ascending; `next` null accepts. */
  readonly ranges: ReadonlyArray<{ readonly from: number; readonly to: number; readonly next: string | null }>
}

/** Why a request goes where it goes; plain data for `spillway explain --json`. */
export interface Explanation {
  readonly request_id: string
  readonly task: string
  /** The segment that the task inherits from; empty for the root. */
  readonly segment: string
  readonly point: string
  readonly propensity: number
  readonly plan: CompiledPlan["kind"]
  readonly lambda: number
  readonly entry: string
  readonly tiers: ReadonlyArray<TierExplanation>
  /** Stages that can be reached from the entry tier, in the order of the tiers; none means that its answer stands. */
  readonly stages: ReadonlyArray<StageExplanation>
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

/**
 * Explains a request at an operating point. N-grams are named by hashing the request again: a bucket bears the name of
 * its first n-gram in this text. `top` bounds the contributions listed per tier.
 */
export const explain = (
  policy: Policy,
  view: RequestView,
  point: string = policy.defaultPoint,
  top = 10
): Explanation => {
  const { predictor, tiers } = policy
  const { plan, propensity } = policy.choose(view, point)
  const { costUsd, dense, quality } = policy.predict(view)
  const entry = entryTier(plan, quality, costUsd)
  const segment = predictor.segment(view.task)
  const standardized = new Float64Array(predictor.denseNames.length)
  predictor.standardizeInto(dense, standardized)
  const hasher = makeHasher(predictor.hashBits)
  const text = hasher.hash(view.text, view.system)

  const contributions = (tier: number): ReadonlyArray<Contribution> => {
    const head = predictor.heads[tier]
    if (head === undefined) return []
    const all: Array<Contribution> = [{ feature: "intercept", contribution: head.intercept }]
    const known = segment.value[tier]!
    if (!Number.isNaN(known)) all.push({ feature: `task:${segment.task}`, contribution: head.segmentWeight * known })
    for (const [i, name] of predictor.denseNames.entries()) {
      all.push({ feature: `dense:${name}`, contribution: head.dense[i]! * standardized[i]! })
    }
    if (head.hashed !== undefined) {
      for (let k = 0; k < text.length; k++) {
        const contribution = head.hashed[text.indices[k]!]! * text.values[k]!
        if (contribution !== 0) all.push({ feature: `text:${hasher.ngram(k)}`, contribution })
      }
    }
    return all.toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)).slice(0, top)
  }

  return {
    request_id: view.request_id,
    task: view.task,
    segment: segment.task,
    point,
    propensity,
    plan: plan.kind,
    lambda: plan.lambda,
    entry: tiers[entry]!,
    tiers: tiers.map((tier, k) => {
      const worth = utility(plan.lambda, quality[k]!, costUsd[k]!)
      return {
        tier,
        predicted_quality: quality[k]!,
        predicted_cost_usd: Number.isNaN(costUsd[k]) ? null : costUsd[k]!,
        utility: Number.isFinite(worth) ? worth : null,
        entry_candidate: plan.entry.includes(k),
        target: predictor.heads[k]?.target ?? null,
        contributions: contributions(k)
      }
    }),
    stages: explainStages(plan, tiers, entry)
  }
}
