import { HttpError } from "./HttpError.ts"
import type { TierFailure } from "./TierCall.ts"

/**
 * The reply where no tier answered: 503 with the shortest wait where an upstream named one, else 502; a request that was
 * too much for every tier gets its 4xx.
 */
export const tiersFailed = (failures: ReadonlyArray<TierFailure>): HttpError => {
  const { attempt, error, started } = failures.at(-1)!
  const said = failures.map(({ attempt, error }) => `${attempt.upstream.tier.name}: ${error.message}`).join("; ")
  if (error.reason === "rejected" && error.status !== undefined && error.status >= 400) {
    const problem = `${attempt.upstream.tier.name}: ${error.detail}`
    return new HttpError({ status: error.status, type: "invalid_request_error", code: "upstream_rejected", problem })
  }
  const waits = failures.flatMap(({ error }) => error.retryAfterMs ?? [])
  const retryAfterMs = waits.length === 0 ? undefined : Math.min(...waits)
  return new HttpError({
    status: retryAfterMs === undefined ? 502 : 503,
    type: "server_error",
    code: error.reason === "rate_limited" ? "upstream_rate_limited" : "upstream_failed",
    problem: `${started ? "The answer broke off" : "No tier answered"}. ${said}.`,
    retryAfterMs
  })
}
