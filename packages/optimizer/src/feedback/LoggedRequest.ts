import type { Outcome } from "@spillway/domain"
import type { RequestView, Session } from "@spillway/policy"

/** What a tier answered, with its grade. */
export interface LoggedAnswer {
  readonly outcome: Outcome
  readonly quality: number
  /** USD of all attempts. */
  readonly costUsd: number
}

/** A plan that might have served a request: its share of the draw, and a fresh session of it. */
export interface LoggingPlan {
  readonly share: number
  readonly begin: () => Session
}

/** How a request's path was drawn. */
export type Draw =
  /** By a table that is known: the plans it drew from, and which it drew. */
  | { readonly _tag: "Plans"; readonly plans: ReadonlyArray<LoggingPlan>; readonly drawn: number }
  /** By something else, that says with what probability it called exactly these tiers. */
  | { readonly _tag: "Path"; readonly propensity: number }

/** A request that was served, with what its path revealed. */
export interface LoggedRequest {
  readonly view: RequestView
  readonly answers: ReadonlyMap<string, LoggedAnswer>
  readonly draw: Draw
}

/** The session after a tier answered or failed; undefined where no tier is left to ask. */
export const advance = (session: Session, { outcome }: LoggedAnswer): Session | undefined =>
  outcome.error !== undefined || outcome.output === undefined
    ? session.failed()
    : session.answered({
      output: outcome.output,
      finish_reason: outcome.finish_reason,
      signals: outcome.signals
    })
