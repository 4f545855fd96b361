import { Schema } from "effect"

/** One chat message as the application sent it; fields beyond `role` and `content` survive. */
export const Message = Schema.StructWithRest(
  Schema.Struct({
    role: Schema.NonEmptyString,
    /** Text, a list of content parts, or null (an assistant message that only calls tools). */
    content: Schema.optionalKey(Schema.Unknown)
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
)
export type Message = typeof Message.Type

/** The task of a request that names none. */
export const UNTASKED = "untasked"

/**
 * One chat completion as the application made it. This is also one line of the interchange format.
 *
 * `parameters` holds every other field of the chat completion body (`temperature`, `tools`, `response_format`, ...),
 * without `model`, `messages` and `stream`.
 */
export const Request = Schema.Struct({
  request_id: Schema.NonEmptyString,
  /** The identifier of a kind of work, for example `support.classify`; dots make a tree. */
  task: Schema.NonEmptyString,
  messages: Schema.Array(Message).check(Schema.isMinLength(1)),
  parameters: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
  /** When the application made it, ISO 8601 in UTC. */
  ts: Schema.optionalKey(Schema.NonEmptyString),
  /** The right answer, where one is known; JSON text where the task's answer is JSON. */
  reference: Schema.optionalKey(Schema.String),
  metadata: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
})
export type Request = typeof Request.Type
