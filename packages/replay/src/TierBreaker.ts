import type { CompletionError } from "@spillway/providers"
import { MAX_WAIT_MS } from "./ProviderGate.ts"

const FAILURES_IN_A_ROW = 20

/** Stops a tier that only fails, so that the others go on and the failures of the rest are not paid for in time. */
export interface TierBreaker {
  /** Why the tier is stopped; undefined while it is not. */
  readonly stopped: () => string | undefined
  readonly answered: () => void
  /** A request that the tier gave no answer to, after all attempts. */
  readonly failed: (error: CompletionError) => void
}

export const makeTierBreaker = (): TierBreaker => {
  let inARow = 0
  let reason: string | undefined
  const why = (error: CompletionError): string | undefined => {
    if (error.reason === "unauthorized") return `the provider refuses the key: ${error.message}`
    if ((error.retryAfterMs ?? 0) > MAX_WAIT_MS) {
      return `the provider asks to wait ${Math.ceil(error.retryAfterMs! / 60_000)} minutes: ${error.message}`
    }
    return inARow >= FAILURES_IN_A_ROW ? `${inARow} failures in a row, the last: ${error.message}` : undefined
  }
  return {
    stopped: () => reason,
    answered: () => {
      inARow = 0
    },
    failed: (error) => {
      inARow += 1
      reason ??= why(error)
    }
  }
}
