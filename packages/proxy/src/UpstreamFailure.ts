import { type CompletionError, errorOf, parseJson, statusError } from "@spillway/providers"
import type { IncomingHttpHeaders } from "node:http"

/** A whole HTTP answer of an upstream. */
export interface UpstreamReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** An answer other than 2xx. */
export interface Refusal {
  readonly error: CompletionError
  /** True where the request itself is wrong, so that every tier would answer the same: for the client to see. */
  readonly passedOn: boolean
}

/**
 * Sorts an answer other than 2xx; undefined for one that is 2xx.
 *
 * Two refusals look like the client's fault and are not: a context too long for this model, and log-probabilities that
 * only the proxy asked for.
 *
 * @param now milliseconds since 1970
 */
export const refusalOf = (
  { body, headers, status }: UpstreamReply,
  apiKey: string | undefined,
  now: number,
  addedLogprobs: boolean
): Refusal | undefined => {
  if (status >= 200 && status < 300) return undefined
  const text = body.toString()
  const error = statusError({ status, headers, text }, apiKey, now)
  const tierIsWrong = errorOf(parseJson(text))?.["code"] === "context_length_exceeded" ||
    (addedLogprobs && /log_?probs/i.test(error.detail))
  return { error, passedOn: status >= 400 && error.reason === "rejected" && !tierIsWrong }
}
