import type { AnswerView } from "./AnswerView.ts"
import { ACCEPT, type CompiledPlan, nextTier, thresholdOf } from "./Plan.ts"
import type { Decision, Session, Test } from "./Policy.ts"

/** What stays the same through one request. */
export interface SessionContext {
  readonly tiers: ReadonlyArray<string>
  readonly plan: CompiledPlan
  readonly point: string
  readonly task: string
  readonly propensity: number
  /** Raw dense features and predicted qualities; computed when first asked for. */
  readonly request: () => { readonly dense: Float64Array; readonly quality: Float64Array }
}

/** What happened so far, by tier index. */
interface Past {
  /** In the order they came. */
  readonly answers: ReadonlyMap<number, AnswerView>
  readonly failed: ReadonlySet<number>
  readonly tests: ReadonlyArray<Test>
}

/** The tier itself or the nearest dearer one that neither answered nor failed; ACCEPT where there is none. */
const freeFrom = ({ tiers }: SessionContext, { answers, failed }: Past, tier: number): number => {
  if (tier === ACCEPT) return ACCEPT
  for (let k = tier; k < tiers.length; k++) if (!answers.has(k) && !failed.has(k)) return k
  return ACCEPT
}

/** The nearest dearer tier that has not failed, else the nearest cheaper one. */
const substitute = ({ tiers }: SessionContext, { failed }: Past, tier: number): number | undefined => {
  for (let k = tier + 1; k < tiers.length; k++) if (!failed.has(k)) return k
  for (let k = tier - 1; k >= 0; k--) if (!failed.has(k)) return k
  return undefined
}

const decided = (
  { point, propensity, task }: SessionContext,
  tests: ReadonlyArray<Test>,
  decision: Decision
): Session => {
  const refuse = () => {
    throw new Error(`the answer of tier "${decision.tier}" is accepted: nothing is under way`)
  }
  return { point, task, propensity, decision, tests, answered: refuse, failed: refuse }
}

const accepted = (context: SessionContext, past: Past, tier: number): Session =>
  decided(context, past.tests, { _tag: "Accept", tier: context.tiers[tier]! })

const afterAnswer = (context: SessionContext, past: Past, tier: number, answer: AnswerView): Session => {
  const stage = context.plan.stages[tier]
  const answers = new Map(past.answers).set(tier, answer)
  if (stage === undefined) return accepted(context, past, tier)
  const before = [...past.answers.keys()].at(-1)
  const accept = (before === undefined ? undefined : stage.acceptAfter[before]) ?? stage.accept
  const previous = before === undefined ? undefined : past.answers.get(before)
  const value = accept({ answer, previous, ...context.request() })
  const next = nextTier(stage, value)
  const test: Test = {
    tier: context.tiers[tier]!,
    score: stage.score,
    value,
    threshold: thresholdOf(stage, value),
    accepted: next === ACCEPT
  }
  const now: Past = { answers, failed: past.failed, tests: [...past.tests, test] }
  const target = freeFrom(context, now, next)
  return target === ACCEPT ? accepted(context, now, tier) : calling(context, now, target)
}

const afterFailure = (context: SessionContext, past: Past, tier: number): Session | undefined => {
  const now: Past = { ...past, failed: new Set(past.failed).add(tier) }
  const next = substitute(context, now, tier)
  if (next === undefined) return undefined
  return now.answers.has(next) ? accepted(context, now, next) : calling(context, now, next)
}

const calling = (context: SessionContext, past: Past, tier: number): Session => {
  const stage = context.plan.stages[tier]
  const called: Past = { ...past, failed: new Set(past.failed).add(tier) }
  const final = stage === undefined || stage.next.every((next) => freeFrom(context, called, next) === ACCEPT)
  return {
    ...decided(context, past.tests, { _tag: "Call", tier: context.tiers[tier]!, final }),
    answered: (answer) => afterAnswer(context, past, tier, answer),
    failed: () => afterFailure(context, past, tier)
  }
}

/** Starts a request at its entry tier. An escalation to a tier that failed goes to the next dearer one that is free. */
export const startSession = (context: SessionContext, entry: number): Session =>
  calling(context, { answers: new Map(), failed: new Set(), tests: [] }, entry)
