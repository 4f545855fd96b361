import type { AnswerView } from "./AnswerView.ts"
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
  /** The edge that the value had to reach to be accepted. */
  readonly threshold: number
  readonly accepted: boolean
}

/** One request under way. Pure state: the caller makes the calls. */
export interface Session {
  readonly point: string
  /** Probability with which this path's plan was drawn; 1 where there is only one. */
  readonly propensity: number
  readonly decision: Decision
  readonly tests: ReadonlyArray<Test>
  /** After the answer of the tier that `decision` called. */
  readonly answered: (answer: AnswerView) => Session
  /** After that tier failed: the next dearer tier that has not failed, else the next cheaper; undefined when none is left. */
  readonly failed: () => Session | undefined
}

/** A compiled routing table. */
export interface Policy {
  /** Cheapest first. */
  readonly tiers: ReadonlyArray<string>
  readonly flagship: string
  readonly points: ReadonlyArray<string>
  readonly defaultPoint: string
  /** Predicted quality and cost of each tier for a request, in the order of `tiers`. */
  readonly predict: (view: RequestView) => { readonly quality: Float64Array; readonly costUsd: Float64Array }
  /** Starts a request at an operating point; throws only on a point that is not in `points`. */
  readonly begin: (view: RequestView, point?: string) => Session
}
