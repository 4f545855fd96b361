import type { AnswerView } from "./AnswerView.ts"
import type { AcceptorOf, CompiledPlan } from "./Plan.ts"
import type { Predictor } from "./Predictor.ts"
import type { RequestView } from "./RequestView.ts"

/** What to do next with a request. */
export type Decision =
  | {
    readonly _tag: "Call"
    readonly tier: string
    /** True where this tier's answer will be accepted whatever it is: it may be streamed as it comes. */
    readonly final: boolean
  }
  | { readonly _tag: "Accept"; readonly tier: string }

/** The scores that led to a decision, for logs, headers and `spillway explain`. */
export interface Test {
  readonly tier: string
  readonly score: "confidence" | "advantage"
  readonly value: number
  /** The edge that the value had to reach to be accepted; 1 where no value is accepted. */
  readonly threshold: number
  /** Whether the value passed. An answer that did not is still accepted where no tier is left to ask. */
  readonly accepted: boolean
}

/**
 * One request under way. Pure state: the caller makes the calls. Once the decision is Accept nothing is under way, and
 * `answered` and `failed` throw.
 */
export interface Session {
  readonly point: string
  /** Task that decides: the request's, or its cluster's where it has none. */
  readonly task: string
  /** Probability with which this path's plan was drawn; 1 where there is only one. */
  readonly propensity: number
  readonly decision: Decision
  readonly tests: ReadonlyArray<Test>
  /** After the answer of the tier that `decision` called. */
  readonly answered: (answer: AnswerView) => Session
  /**
   * After that tier failed: the next dearer tier that has not failed, else the next cheaper (accepted at once where it
   * has answered already); undefined when none is left.
   */
  readonly failed: () => Session | undefined
}

/** A plan and the share of an operating point's requests that it serves. */
export interface PlanShare {
  readonly plan: CompiledPlan
  readonly share: number
  /** The task that has the plan as its own; absent where it serves every task without one. */
  readonly segment?: string | undefined
}

/** The plan that serves a request, and the probability with which it was drawn. */
export interface PlanChoice {
  readonly plan: CompiledPlan
  readonly propensity: number
}

/** A compiled routing table. */
export interface Policy {
  /** Cheapest first. */
  readonly tiers: ReadonlyArray<string>
  readonly flagship: string
  readonly points: ReadonlyArray<string>
  readonly defaultPoint: string
  readonly predictor: Predictor
  readonly acceptor: AcceptorOf
  /** The view with its cluster for a task, where it has none and the table has one for it; otherwise the view itself. */
  readonly assign: Predictor["assign"]
  /** Every plan that may serve a request at an operating point (the default one), with its share. */
  readonly plans: (view: RequestView, point?: string) => ReadonlyArray<PlanShare>
  /** Plan of a request at an operating point (the default one): its task's own, else by the hash of its identifier. */
  readonly choose: (view: RequestView, point?: string) => PlanChoice
  /**
   * Predicted quality in [0, 1] and cost in USD (NaN = unknown) of each tier for a request, in the order of `tiers`, and
   * the raw dense features. Allocates; `predictor.predictInto` does not.
   */
  readonly predict: (view: RequestView) => {
    readonly quality: Float64Array
    readonly costUsd: Float64Array
    readonly dense: Float64Array
  }
  /** Starts a request at an operating point; throws `BadInput` only on a point that is not in `points`. */
  readonly begin: (view: RequestView, point?: string) => Session
}
