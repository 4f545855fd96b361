import { costUsd, type LogAttempt } from "@spillway/domain"
import type { Test } from "@spillway/policy"
import type { Answer, CompletionError } from "@spillway/providers"
import type { Upstream } from "./Upstream.ts"

/** One call of one tier within a request, as far as it has got. */
export class Attempt {
  readonly upstream: Upstream
  readonly startedAt: number
  status: number | undefined
  endedAt: number | undefined
  /** When the first piece of content came. */
  firstContentAt: number | undefined
  /** Reads what the answer says so far. */
  answer: () => Answer | undefined = () => undefined
  error: CompletionError | undefined
  test: Test | undefined
  accepted = false

  constructor(upstream: Upstream, startedAt: number) {
    this.upstream = upstream
    this.startedAt = startedAt
  }

  /** US dollars; undefined where usage or price is unknown. */
  get costUsd(): number | undefined {
    return costUsd(this.answer()?.usage, this.upstream.tier.price)
  }

  /** @param now milliseconds of the clock that gave `startedAt` */
  toLog(now: number): LogAttempt {
    const { tier } = this.upstream
    const answer = this.answer()
    const cost = costUsd(answer?.usage, tier.price)
    const error = this.error?.message ?? (this.endedAt === undefined ? "cancelled" : undefined)
    return {
      tier: tier.name,
      model: tier.model,
      ...(this.status === undefined ? {} : { status: this.status }),
      ...(answer === undefined ? {} : { output: answer.output }),
      ...(answer?.finish_reason === undefined ? {} : { finish_reason: answer.finish_reason }),
      ...(answer?.usage === undefined ? {} : { usage: answer.usage }),
      ...(cost === undefined ? {} : { cost_usd: cost }),
      latency_ms: (this.endedAt ?? now) - this.startedAt,
      ...(this.firstContentAt === undefined ? {} : { ttft_ms: this.firstContentAt - this.startedAt }),
      ...(answer === undefined ? {} : { signals: answer.signals }),
      ...(this.test === undefined ? {} : { confidence: this.test.value, threshold: this.test.threshold }),
      accepted: this.accepted,
      ...(error === undefined ? {} : { error })
    }
  }
}
