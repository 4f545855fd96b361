import type { Session } from "@spillway/policy"
import { advance, type LoggedRequest } from "./LoggedRequest.ts"

/** What a log reveals of what another policy would have done with a request. */
export interface Followed {
  /**
   * 1 / P(the log begins with the policy's path), where this log does; 0 where it does not, so that its mean over requests
   * is the share of requests that the log supports.
   */
  readonly weight: number
  /** Grade and USD of the policy's path; NaN where the weight is 0. */
  readonly quality: number
  readonly costUsd: number
  /**
   * Weight of the discovery that the log can never show what the policy does here, by the probability of the path that
   * led to it: its mean estimates the share of requests without support. 0 where nothing was discovered.
   */
  readonly unsupported: number
}

const HIDDEN: Followed = { weight: 0, quality: NaN, costUsd: NaN, unsupported: 0 }

/**
 * Follows a policy through a logged request as far as the log shows its answers.
 *
 * A log shows the policy's outcome where the logged path begins with the policy's path; what was called beyond it does not
 * matter. So an answer that was escalated still tells what it would have been worth to accept it: its weight is that of
 * calling the tier, not of accepting it, and low confidence is not underrepresented. The probability is summed over all
 * plans that the draw might have picked and that would have made the same calls, answer by answer; it depends on nothing
 * that the path has not revealed, so that the weighted outcomes are unbiased.
 */
export const followPolicy = (policy: Session, { answers, draw }: LoggedRequest): Followed =>
  draw._tag === "Plans" ? followPlans(policy, answers, draw) : followPath(policy, answers, draw.propensity)

const followPlans = (
  policy: Session,
  answers: LoggedRequest["answers"],
  { drawn, plans }: Extract<LoggedRequest["draw"], { _tag: "Plans" }>
): Followed => {
  let session: Session | undefined = policy
  let alike = plans.map(({ begin, share }, i) => ({ share, session: begin(), isDrawn: i === drawn }))
  let probability = 1, costUsd = 0
  while (session !== undefined && session.decision._tag === "Call") {
    const { tier } = session.decision
    const calling = alike.filter((plan) =>
      plan.share > 0 && plan.session.decision._tag === "Call" && plan.session.decision.tier === tier
    )
    if (calling.length === 0) return { ...HIDDEN, unsupported: 1 / probability }
    if (!calling.some((plan) => plan.isDrawn)) return HIDDEN
    probability = calling.reduce((sum, plan) => sum + plan.share, 0)
    const answer = answers.get(tier)!
    costUsd += answer.costUsd
    session = advance(session, answer)
    alike = calling.flatMap((plan) => {
      const next = advance(plan.session, answer)
      return next === undefined ? [] : [{ ...plan, session: next }]
    })
  }
  return { weight: 1 / probability, quality: gradeOf(session, answers), costUsd, unsupported: 0 }
}

/** Without the plans, only a path with exactly the same calls is known to have the logged probability. */
const followPath = (policy: Session, answers: LoggedRequest["answers"], propensity: number): Followed => {
  let session: Session | undefined = policy
  let calls = 0, costUsd = 0
  while (session !== undefined && session.decision._tag === "Call") {
    const answer = answers.get(session.decision.tier)
    if (answer === undefined) return HIDDEN
    calls += 1
    costUsd += answer.costUsd
    session = advance(session, answer)
  }
  if (calls !== answers.size) return HIDDEN
  return { weight: 1 / propensity, quality: gradeOf(session, answers), costUsd, unsupported: 0 }
}

/** Grade of the accepted answer; 0 where every tier failed. */
const gradeOf = (session: Session | undefined, answers: LoggedRequest["answers"]): number =>
  session === undefined ? 0 : answers.get(session.decision.tier)!.quality
