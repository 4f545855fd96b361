import type { Message } from "@spillway/domain"
import type { Random } from "./Random.ts"

/** One request as a task writes it, with the answers that the simulated provider may give to it. */
export interface Draft {
  readonly messages: ReadonlyArray<Message>
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly reference: string
  /** Phrasings that the task's grader gives 1. */
  readonly right: ReadonlyArray<string>
  /** Plausible mistakes in the task's own format; the grader gives less than 1. */
  readonly wrong: ReadonlyArray<string>
}

/** A kind of work in the sample traffic. */
export interface SampleTask {
  readonly task: string
  /** Relative share of the traffic. */
  readonly share: number
  /** Exponent on a uniform draw: above 1 the task is mostly easy, below 1 mostly hard. */
  readonly skew: number
  /** Writes a request whose text is as hard as `difficulty` in [0, 1] says. */
  readonly write: (random: Random, difficulty: number) => Draft
}
