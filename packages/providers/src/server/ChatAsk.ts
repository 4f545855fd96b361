import { isObject, type JsonObject, type Message } from "@spillway/domain"
import type { IncomingMessage } from "node:http"
import { ATTEMPT_HEADER, decodeRequestId, REQUEST_ID_HEADER } from "../openai/CallHeaders.ts"
import { parseJson } from "../openai/Json.ts"
import { answerKey } from "./AnswerKey.ts"

/** One chat completion that a client asks for. */
export interface ChatAsk {
  readonly model: string
  readonly messages: ReadonlyArray<Message>
  /** The whole body. */
  readonly body: JsonObject
  /** {@link answerKey} of the messages. */
  readonly key: string
  /** From the client's `x-request-id`. */
  readonly requestId: string | undefined
  /** From `x-spillway-attempt`, else how often this server was asked the same by this model; from 1. */
  readonly attempt: number
}

/**
 * The request as asked, or what is wrong with it.
 *
 * @param attempts how often each model was asked the same; counts this one in
 */
export const askOf = (
  request: IncomingMessage,
  text: string,
  models: ReadonlyArray<string>,
  attempts: Map<string, number>
): ChatAsk | string => {
  const body = parseJson(text)
  if (!isObject(body)) return "The body is not a JSON object"
  const { messages, model } = body
  if (typeof model !== "string" || model === "") return `"model" is missing; there are ${models.join(", ")}`
  if (!isMessages(messages)) return "\"messages\" is not a list of {role, content}"
  const key = answerKey(messages)
  const repeats = (attempts.get(`${model} ${key}`) ?? 0) + 1
  attempts.set(`${model} ${key}`, repeats)
  const id = header(request, REQUEST_ID_HEADER)
  const stated = Number(header(request, ATTEMPT_HEADER))
  return {
    model,
    messages,
    body,
    key,
    requestId: id === undefined ? undefined : decodeRequestId(id),
    attempt: Number.isInteger(stated) && stated >= 1 ? stated : repeats
  }
}

const isMessages = (value: unknown): value is ReadonlyArray<Message> =>
  Array.isArray(value) && value.length > 0 && value.every((one) => isObject(one) && typeof one["role"] === "string")

/** The first value of a request header. */
export const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === "string" ? value : value?.[0]
}
