import type { Signals } from "@spillway/domain"

/** What the policy sees of an answer. */
export interface AnswerView {
  readonly output: string
  readonly finish_reason?: string | undefined
  readonly signals?: Signals | undefined
}
