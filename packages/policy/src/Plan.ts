import type { Plan, Stage } from "@spillway/domain"
import { demand, demandDistinct, refuse, tierIndex } from "./Refuse.ts"
import type { Evidence } from "./scorers/Acceptor.ts"
import { upperBound } from "./scorers/Calibrate.ts"

/** Stands in place of a tier where the answer is accepted. */
export const ACCEPT = -1

/** Calibrated score of an answer. */
export type AcceptScore = (evidence: Evidence) => number

/**
 * Finds the acceptor of a tier's answers, or of those right after another tier's; undefined where the table has none of
 * its own for these.
 */
export type AcceptorOf = (tier: string, score: Stage["score"], after?: string) => AcceptScore | undefined

/** A stage over tier indices: a step function of the score of its tier's answer. */
export interface CompiledStage {
  readonly score: Stage["score"]
  readonly accept: AcceptScore
  /** By the tier that answered right before; undefined where `accept` serves. */
  readonly acceptAfter: ReadonlyArray<AcceptScore | undefined>
  readonly edges: Float64Array
  /** Index of the tier to escalate to, or {@link ACCEPT}; one more than edges. */
  readonly next: Int32Array
}

/** A plan over tier indices. */
export interface CompiledPlan {
  readonly kind: Plan["kind"]
  readonly lambda: number
  /** Ascending: cheapest first. */
  readonly entry: Int32Array
  /** By tier; undefined where its answer is accepted whatever it is. */
  readonly stages: ReadonlyArray<CompiledStage | undefined>
}

/** Refuses stages that could come back to a tier already called. */
const demandAcyclic = (stages: ReadonlyArray<Stage>, field: string) => {
  const byTier = new Map(stages.map((stage, i) => [stage.tier, { next: stage.next, i }]))
  const done = new Set<string>()
  const visit = (tier: string, path: ReadonlyArray<string>) => {
    const stage = byTier.get(tier)
    if (stage === undefined || done.has(tier)) return
    for (const [j, next] of stage.next.entries()) {
      if (next === null) continue
      demand(
        next !== tier && !path.includes(next),
        `${field}[${stage.i}].next[${j}]`,
        `tier "${next}" was called already (${[...path, tier, next].join(" -> ")})`,
        "Escalate only to tiers that no earlier stage called"
      )
      visit(next, [...path, tier])
    }
    done.add(tier)
  }
  for (const { tier } of stages) visit(tier, [])
}

const compileStage = (stage: Stage, tiers: ReadonlyArray<string>, acceptorOf: AcceptorOf, field: string) => {
  tierIndex(tiers, stage.tier, `${field}.tier`)
  const { edges } = stage
  demand(
    stage.next.length === edges.length + 1,
    `${field}.next`,
    `${stage.next.length} entries for ${edges.length} edges`,
    "Give one more entry than edges"
  )
  for (let i = 1; i < edges.length; i++) {
    demand(edges[i]! > edges[i - 1]!, `${field}.edges[${i}]`, "edges do not ascend", "Sort them, each once")
  }
  const accept = acceptorOf(stage.tier, stage.score) ?? refuse(
    `${field}.score`,
    `no acceptor gives the ${stage.score} of tier "${stage.tier}"`,
    "Add it to `acceptors` or write the table anew with `spillway optimize`"
  )
  const next = Int32Array.from(
    stage.next,
    (name, i) => name === null ? ACCEPT : tierIndex(tiers, name, `${field}.next[${i}]`)
  )
  const acceptAfter = tiers.map((before) => acceptorOf(stage.tier, stage.score, before))
  return { score: stage.score, accept, acceptAfter, edges: Float64Array.from(edges), next }
}

/** Compiles a plan; `field` is its path in the table. Throws `BadInput` that names the field that is wrong. */
export const compilePlan = (
  plan: Plan,
  tiers: ReadonlyArray<string>,
  acceptorOf: AcceptorOf,
  field: string
): CompiledPlan => {
  const { entry } = plan
  demandDistinct(entry.tiers, (i) => `${field}.entry.tiers[${i}]`)
  demand(entry.lambda >= 0, `${field}.entry.lambda`, "a negative price of cost", "Use 0 or more")
  demandDistinct(plan.stages.map(({ tier }) => tier), (i) => `${field}.stages[${i}].tier`)
  const stages = tiers.map((): CompiledStage | undefined => undefined)
  for (const [i, stage] of plan.stages.entries()) {
    stages[tiers.indexOf(stage.tier)] = compileStage(stage, tiers, acceptorOf, `${field}.stages[${i}]`)
  }
  demandAcyclic(plan.stages, `${field}.stages`)
  return {
    kind: plan.kind,
    lambda: entry.lambda,
    entry: Int32Array.from(entry.tiers, (tier, i) => tierIndex(tiers, tier, `${field}.entry.tiers[${i}]`)).toSorted(),
    stages
  }
}

/**
 * Predicted quality minus lambda times predicted cost. An unknown cost is worse than any known one, unless cost does
 * not count (lambda 0).
 */
export const utility = (lambda: number, quality: number, costUsd: number): number => {
  if (lambda === 0) return quality
  return Number.isNaN(costUsd) ? -Infinity : quality - lambda * costUsd
}

/** Index of the tier to call first: the greatest utility, of equal ones the cheaper. */
export const entryTier = (
  { entry, lambda }: CompiledPlan,
  quality: Float64Array,
  costUsd: Float64Array,
  offset = 0
): number => {
  let best = entry[0]!
  let bestUtility = -Infinity
  for (const tier of entry) {
    const value = utility(lambda, quality[offset + tier]!, costUsd[offset + tier]!)
    if (value > bestUtility) {
      best = tier
      bestUtility = value
    }
  }
  return best
}

/** What of a plan tells whether it reads predictions: the tiers it may start at, and what it has for a stage at each tier. */
export interface PlanShape {
  readonly entry: ArrayLike<unknown>
  readonly stages: ReadonlyArray<unknown>
}

/** Whether a plan may read what is predicted of a request, where it starts or where an acceptor takes it as evidence. */
export const readsPredictions = ({ entry, stages }: PlanShape): boolean =>
  entry.length > 1 || stages.some((stage) => stage !== undefined)

/** Index of the tier to escalate to after a score, or {@link ACCEPT}. */
export const nextTier = ({ edges, next }: CompiledStage, score: number): number => next[upperBound(edges, score)]!

/**
 * The edge that decided: of an accepted score the lower end of the accepting range it lies in (0 where that is open),
 * of another the lower end of the next accepting range above (1 where there is none).
 */
export const thresholdOf = ({ edges, next }: CompiledStage, score: number): number => {
  let i = upperBound(edges, score)
  if (next[i] === ACCEPT) {
    while (i > 0 && next[i - 1] === ACCEPT) i--
    return i === 0 ? 0 : edges[i - 1]!
  }
  while (i < edges.length && next[i] !== ACCEPT) i++
  return next[i] === ACCEPT ? edges[i - 1]! : 1
}
