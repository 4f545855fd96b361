import { isObject, type JsonObject } from "@spillway/domain"
import { CompletionError } from "../Provider.ts"
import { errorDetail, errorOf } from "./ErrorBody.ts"
import { parseJson } from "./Json.ts"
import { type Headers, retryAfterMs } from "./RateLimits.ts"

type Reason = CompletionError["reason"]

/** Codes of a 429 that waiting does not mend: the account has no money left. */
const OUT_OF_QUOTA = new Set(["insufficient_quota", "billing_hard_limit_reached"])

const reasonOf = (status: number, error: JsonObject | undefined): Reason => {
  if (status === 429) return OUT_OF_QUOTA.has(String(error?.["code"])) ? "unauthorized" : "rate_limited"
  if (status === 401 || status === 402 || status === 403) return "unauthorized"
  if (status === 408) return "timeout"
  if (status === 409 || status === 425 || status >= 500) return "server_error"
  return "rejected"
}

/** The error of an answer whose status is not 2xx. `now` is in milliseconds since 1970, for a dated Retry-After. */
export const statusError = (
  response: { readonly status: number; readonly headers: Headers; readonly text: string },
  apiKey: string | undefined,
  now: number
): CompletionError => {
  const { headers, status, text } = response
  const wait = retryAfterMs(headers, now)
  return new CompletionError({
    reason: reasonOf(status, errorOf(parseJson(text))),
    status,
    detail: errorDetail(text, apiKey) || "the provider gave no reason",
    ...(wait === undefined ? {} : { retryAfterMs: wait })
  })
}

/** The error that a provider reported inside an answer of status 200, by its numeric `code` or its `type`. */
export const inBandError = (error: JsonObject, apiKey: string | undefined): CompletionError => {
  const code = Number(error["code"] ?? error["status"])
  const kind = `${error["type"]} ${error["code"]}`
  const reason: Reason = code >= 400 && code < 600
    ? reasonOf(code, error)
    : /rate_limit/.test(kind)
    ? "rate_limited"
    : /invalid_request|content_filter/.test(kind)
    ? "rejected"
    : "server_error"
  return new CompletionError({
    reason,
    ...(code >= 400 && code < 600 ? { status: code } : {}),
    detail: errorDetail(error, apiKey) || "the provider reported an error inside its answer"
  })
}

/** Where a connection broke: before the status line, or inside the answer's body. */
export type Phase = "headers" | "body"

/** The error of a connection that failed, from the codes of undici and the operating system. */
export const transportError = (cause: unknown, phase: Phase, usage?: unknown): CompletionError => {
  const code = codeOf(cause)
  const reason: Reason = code === "UND_ERR_BODY_TIMEOUT"
    ? "stalled"
    : code === "UND_ERR_HEADERS_TIMEOUT"
    ? "timeout"
    : phase === "body"
    ? "cut"
    : "connection"
  const detail = reason === "stalled"
    ? "the answer stopped and no byte came within the idle timeout"
    : reason === "cut"
    ? "the connection broke inside the answer"
    : reason === "timeout"
    ? "no answer came in time"
    : "no connection to the provider"
  return new CompletionError({
    reason,
    detail: code === undefined ? detail : `${detail} (${code})`,
    ...(usage === undefined ? {} : { usage })
  })
}

const codeOf = (cause: unknown): string | undefined => {
  if (!isObject(cause)) return undefined
  return typeof cause["code"] === "string" ? cause["code"] : codeOf(cause["cause"])
}
