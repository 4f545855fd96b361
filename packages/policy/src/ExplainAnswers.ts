import type { Acceptor } from "@spillway/domain"
import type { AnswerView } from "./AnswerView.ts"
import { type Contribution, largest } from "./Contribution.ts"
import type { Policy, Test } from "./Policy.ts"
import type { RequestView } from "./RequestView.ts"
import { acceptorAddends } from "./scorers/Acceptor.ts"

/** What the policy makes of one answer of a request's path. */
export interface AnswerExplanation {
  readonly tier: string
  /** The tier that is asked next; null where this answer is accepted. */
  readonly next: string | null
  /** The test of the answer; null where it is accepted whatever it is. */
  readonly test: Omit<Test, "tier"> | null
  /** The largest addends of the acceptor's raw score, before calibration, largest first: inputs by their names. */
  readonly contributions: ReadonlyArray<Contribution>
  /** The raw score less the addends listed. */
  readonly others: number
}

/**
 * Walks a request's path over answers that are there already, as far as they go: with recorded answers, what the proxy
 * would have done. `acceptors` are those of the table that the policy was compiled from; `top` bounds the addends listed.
 */
export const explainAnswers = (
  policy: Policy,
  acceptors: ReadonlyArray<Acceptor>,
  view: RequestView,
  answers: ReadonlyMap<string, AnswerView>,
  point: string = policy.defaultPoint,
  top = 10
): ReadonlyArray<AnswerExplanation> => {
  const { dense, quality } = policy.predict(view)
  const path: Array<AnswerExplanation> = []
  let session = policy.begin(view, point)
  let before: string | undefined
  while (session.decision._tag === "Call") {
    const { tier } = session.decision
    const answer = answers.get(tier)
    if (answer === undefined) return path
    const tested = session.tests.length
    session = session.answered(answer)
    const next = session.decision._tag === "Call" ? session.decision.tier : null
    const found = session.tests[tested]
    if (found === undefined) path.push({ tier, next, test: null, contributions: [], others: 0 })
    else {
      const { tier: _, ...test } = found
      const acceptor = acceptorFor(acceptors, found, before)!
      const previous = before === undefined ? undefined : answers.get(before)
      const { addends, score } = acceptorAddends(acceptor, policy.tiers, { answer, previous, dense, quality })
      const { contributions, rest } = largest(addends, top)
      path.push({ tier, next, test, contributions, others: rest(score) })
    }
    before = tier
  }
  return path
}

/** The acceptor that gave a test's value: the one for answers after the tier before, else the one for all. */
const acceptorFor = (acceptors: ReadonlyArray<Acceptor>, { score, tier }: Test, before: string | undefined) => {
  const own = acceptors.filter((acceptor) => acceptor.tier === tier && acceptor.score === score)
  return own.find(({ after }) => after !== undefined && after === before) ??
    own.find(({ after }) => after === undefined)
}
