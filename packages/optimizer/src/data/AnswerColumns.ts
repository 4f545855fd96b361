import {
  agreementBetween,
  answerFeatures,
  answerNames,
  type ComparableAnswer,
  comparableAnswer
} from "@spillway/policy"
import type { Evidence } from "./Dataset.ts"

/**
 * Features of answers, and how far those of two tiers say the same. Answers are given request by request, so that only
 * those of one request are held. Values without an answer stay NaN.
 */
export class AnswerColumns {
  /** Of tier k and a cheaper tier p, as `[k][p]`. */
  readonly agreement: ReadonlyArray<ReadonlyArray<Float64Array>>
  private readonly features: ReadonlyArray<ReadonlyArray<Float64Array>>
  private readonly one = new Float64Array(answerNames.length)
  /** Answers to the present request, by tier. */
  private readonly present: Array<ComparableAnswer | undefined>
  private request = -1

  /**
   * @param n number of requests
   * @param tiers number of tiers
   */
  constructor(n: number, tiers: number) {
    const column = () => new Float64Array(n).fill(NaN)
    this.features = Array.from({ length: tiers }, () => answerNames.map(column))
    this.agreement = Array.from({ length: tiers }, (_, k) => Array.from({ length: k }, column))
    this.present = Array.from({ length: tiers }, () => undefined)
  }

  /** Adds what tier `k` answered to request `i`. All answers to one request must come one after the other. */
  add(i: number, k: number, output: string): void {
    answerFeatures({ output }, this.one)
    this.features[k]!.forEach((column, j) => column[i] = this.one[j]!)
    if (i !== this.request) {
      this.present.fill(undefined)
      this.request = i
    }
    const answer = comparableAnswer(output)
    this.present.forEach((other, p) => {
      if (other !== undefined) this.agreement[Math.max(k, p)]![Math.min(k, p)]![i] = agreementBetween(answer, other)
    })
    this.present[k] = answer
  }

  /** The features of tier `k`'s answers. */
  evidence(k: number): Evidence {
    return { names: answerNames.map((name) => `answer:${name}`), columns: this.features[k]! }
  }
}
