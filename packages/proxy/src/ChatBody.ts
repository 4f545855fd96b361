import { isObject, type JsonObject, type Message } from "@spillway/domain"
import { Effect } from "effect"
import { type HttpError, invalidRequest } from "./HttpError.ts"

/** A body that is a JSON object, in its three forms. */
export interface JsonBody {
  readonly bytes: Buffer
  readonly text: string
  readonly json: JsonObject
}

/** A chat completion request as the client sent it, and as much of it as the proxy reads. */
export interface ChatBody extends JsonBody {
  readonly model: string
  readonly stream: boolean
  /** Whether the client asked for usage in a stream's last chunk. */
  readonly includeUsage: boolean
}

/** Parses the body of a request. */
export const parseJsonBody = (bytes: Buffer): Effect.Effect<JsonBody, HttpError> => {
  const text = bytes.toString()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return Effect.fail(
      invalidRequest(`The body is not valid JSON: ${(error as Error).message}.`, undefined, "invalid_json")
    )
  }
  return isObject(json)
    ? Effect.succeed({ bytes, text, json })
    : Effect.fail(invalidRequest("The body must be a JSON object."))
}

/** Reads what decides the route: `model` and `stream`. Everything else is left to the upstream, or to {@link messagesOf}. */
export const chatBodyOf = (body: JsonBody): Effect.Effect<ChatBody, HttpError> => {
  const { model, stream, stream_options } = body.json
  if (typeof model !== "string" || model === "") {
    return Effect.fail(invalidRequest("`model` must be a non-empty string.", "model"))
  }
  if (stream !== undefined && stream !== null && typeof stream !== "boolean") {
    return Effect.fail(invalidRequest("`stream` must be true or false.", "stream"))
  }
  const includeUsage = isObject(stream_options) && stream_options["include_usage"] === true
  return Effect.succeed({ ...body, model, stream: stream === true, includeUsage })
}

/** The messages that the policy reads, checked. */
export const messagesOf = (json: JsonObject): Effect.Effect<ReadonlyArray<Message>, HttpError> => {
  const messages = json["messages"]
  if (!Array.isArray(messages) || messages.length === 0) {
    return Effect.fail(invalidRequest("`messages` must be a non-empty array.", "messages"))
  }
  const bad = messages.findIndex((message) => !isObject(message) || typeof message["role"] !== "string")
  return bad < 0
    ? Effect.succeed(messages)
    : Effect.fail(invalidRequest(`\`messages[${bad}]\` must be an object with a \`role\`.`, `messages[${bad}].role`))
}
