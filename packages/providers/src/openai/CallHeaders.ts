import type { CompletionCall } from "../Provider.ts"

/** Names the request whose answer is asked; harmless to providers, read by the recorded and the simulated one. */
export const REQUEST_ID_HEADER = "x-request-id"
/** Counts the attempts at one request, from 1. */
export const ATTEMPT_HEADER = "x-spillway-attempt"

/** A request identifier as a header value: what HTTP does not allow there is percent-encoded. */
export const encodeRequestId = (id: string): string =>
  id.toWellFormed().replaceAll(/[^\x21-\x24\x26-\x7e]+/g, encodeURIComponent)

/** The inverse of {@link encodeRequestId}; identifiers of other clients pass as they are. */
export const decodeRequestId = (value: string): string => {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** Headers of one call, the key among them: never log them. */
export const callHeaders = (call: CompletionCall, stream: boolean): Record<string, string> => ({
  "content-type": "application/json",
  "accept": stream ? "text/event-stream, application/json" : "application/json",
  "user-agent": "spillway",
  [REQUEST_ID_HEADER]: encodeRequestId(call.request.request_id),
  [ATTEMPT_HEADER]: String(call.attempt),
  ...(call.apiKey === undefined ? {} : { authorization: `Bearer ${call.apiKey}` })
})
