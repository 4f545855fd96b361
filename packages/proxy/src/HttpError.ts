import { errorBody } from "@spillway/providers"
import { Data } from "effect"
import type { OutgoingHttpHeaders } from "node:http"

/** A reply that ends a request with an error in OpenAI's shape. */
export class HttpError extends Data.TaggedError("HttpError")<{
  readonly status: number
  /** OpenAI's error class, for example `invalid_request_error`. */
  readonly type: string
  /** Stable and machine-readable, for example `model_not_found`. */
  readonly code: string
  /** What is wrong and the mend; never a key or request text. */
  readonly problem: string
  /** The request field that is wrong. */
  readonly param?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly headers?: OutgoingHttpHeaders | undefined
}> {
  /** The body of the reply. */
  get body() {
    const { error } = errorBody(this.problem, this.type, this.code)
    return { error: { ...error, param: this.param ?? null } }
  }

  get replyHeaders(): OutgoingHttpHeaders {
    const wait = this.retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(this.retryAfterMs / 1000)) }
    return { ...this.headers, ...wait }
  }
}

/** 400 that names the field. */
export const invalidRequest = (problem: string, param?: string, code = "invalid_request"): HttpError =>
  new HttpError({ status: 400, type: "invalid_request_error", code, problem, param })
