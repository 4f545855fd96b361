import { type AnswerBook, answerKey } from "@spillway/providers"

/** One conversation. */
export const ask = (content: string) => [{ role: "user", content }]

/** The one right and the one wrong answer of every entry of {@link bookOf}. */
export const RIGHT = "The parcel was delivered on Tuesday and left with the neighbour at number twelve."
export const WRONG = "The parcel is still on its way and will be delivered to you by the end of Friday."

/** An answer book of so many conversations; `difficulty` is that of the i-th. */
export const bookOf = (count: number, difficulty: (i: number) => number): AnswerBook =>
  new Map(Array.from({ length: count }, (_, i) => {
    const key = answerKey(ask(`question ${i}`))
    return [key, { key, task: "support.parcel", difficulty: difficulty(i), right: [RIGHT], wrong: [WRONG] }] as const
  }))
