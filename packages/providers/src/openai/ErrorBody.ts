import { isObject, type JsonObject } from "@spillway/domain"
import { parseJson } from "./Json.ts"

/** The body of an error answer in OpenAI's shape. */
export const errorBody = (message: string, type: string, code: string | null = null) => ({
  error: { message, type, param: null, code }
})

/** The `error` object of a body, or the body itself where a server puts the words at the top (`message`, `detail`). */
export const errorOf = (body: unknown): JsonObject | undefined => {
  if (!isObject(body)) return undefined
  const error = body["error"]
  if (isObject(error)) return error
  return typeof error === "string" ? { message: error } : body
}

/** Longest text of a provider that is passed on: enough to act on, too little to carry a prompt into a log. */
const DETAIL_CHARS = 240

/** One line without keys: the call's own and anything shaped like one. */
const withoutSecrets = (text: string, apiKey: string | undefined): string => {
  const line = text.replaceAll(/\s+/g, " ").trim()
  const known = apiKey === undefined || apiKey === "" ? line : line.replaceAll(apiKey, "[redacted]")
  return known.replaceAll(/\b(sk|pk|rk|gsk|xai)-[\w*.-]+/gi, "[redacted]")
    .replaceAll(/\bbearer\s+\S+/gi, "Bearer [redacted]")
}

/** A provider's own words about a failure: one line, shortened, without secrets. Empty where it said nothing. */
export const errorDetail = (body: unknown, apiKey: string | undefined): string => {
  const error = errorOf(typeof body === "string" ? parseJson(body) : body)
  const words = [error?.["message"], error?.["detail"], typeof body === "string" ? body : undefined]
    .find((text) => typeof text === "string") as string | undefined
  const line = withoutSecrets(words ?? "", apiKey)
  return line.length <= DETAIL_CHARS ? line : `${line.slice(0, DETAIL_CHARS)}...`
}
