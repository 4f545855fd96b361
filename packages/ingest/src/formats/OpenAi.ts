import { isObject, type JsonObject, type Outcome, Request } from "@spillway/domain"
import { formatTimestamp } from "@spillway/store"
import { Result, Schema } from "effect"
import { completionOf } from "./ChatCompletion.ts"
import { decoding, type Format, type Translated, type TranslateOptions } from "./Format.ts"
import { requestIdOf } from "./RequestId.ts"
import { wrongTime } from "./Time.ts"

const decodeRequest = decoding(Schema.decodeUnknownResult(Request))

/** The parts of a record, wherever its kind of log keeps them. */
interface Parts {
  /** The chat completion body that was sent. */
  readonly sent: JsonObject | undefined
  /** The chat completion that came back. */
  readonly received: JsonObject | undefined
  readonly status: number | undefined
  readonly error: unknown
}

const objectAt = (record: JsonObject | undefined, name: string): JsonObject | undefined => {
  const value = record?.[name]
  return isObject(value) ? value : undefined
}

const textAt = (record: JsonObject | undefined, name: string): string | undefined => {
  const value = record?.[name]
  return typeof value === "string" && value !== "" ? value : undefined
}

const numberAt = (record: JsonObject | undefined, name: string): number | undefined => {
  const value = record?.[name]
  return typeof value === "number" && Number.isFinite(value) ? value : undefined
}

const partsOf = (record: JsonObject): Parts => {
  if (record["object"] === "chat.completion") {
    const messages = record["messages"] ?? record["input_messages"]
    const sent = messages === undefined ? undefined : { ...objectAt(record, "parameters"), messages }
    return { sent, received: record, status: undefined, error: undefined }
  }
  const request = objectAt(record, "request")
  const response = objectAt(record, "response")
  const received = objectAt(response, "body") ?? response
  return {
    sent: objectAt(request, "body") ?? request ?? objectAt(record, "body"),
    received,
    status: numberAt(response, "status_code") ?? numberAt(response, "status"),
    error: record["error"] ?? received?.["error"]
  }
}

const SECRET = /\b(?:sk|pk|rk|gsk|xai)-[\w*.-]+|\bbearer\s+\S+/gi

const errorText = (error: unknown): string => {
  const words = isObject(error) ? textAt(error, "message") ?? textAt(error, "code") : error
  return (typeof words === "string" ? words : JSON.stringify(error)).replaceAll(SECRET, "[redacted]")
}

/** ISO 8601 of a time in Unix seconds (`created`), or the record's own text. */
const timeOf = (record: JsonObject, received: JsonObject | undefined): string | undefined => {
  const text = textAt(record, "ts") ?? textAt(record, "timestamp") ?? textAt(record, "created_at")
  const seconds = numberAt(record, "created") ?? numberAt(record, "created_at") ?? numberAt(received, "created")
  return text ?? (seconds === undefined ? undefined : formatTimestamp(BigInt(Math.round(seconds * 1000)) * 1000n))
}

const requestOf = (
  record: JsonObject,
  sent: JsonObject,
  ts: string | undefined,
  task: string
): Result.Result<Request, string> => {
  const { messages, model: _model, stream: _stream, ...parameters } = sent
  const metadata = objectAt(record, "metadata")
  const reference = textAt(record, "reference")
  const id = textAt(record, "custom_id") ?? textAt(record, "request_id")
  const content = {
    task: textAt(record, "task") ?? textAt(metadata, "task") ?? textAt(objectAt(sent, "metadata"), "task") ??
      textAt(objectAt(record, "headers"), "x-spillway-task") ?? task,
    messages,
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...(ts === undefined ? {} : { ts }),
    ...(reference === undefined ? {} : { reference }),
    ...(metadata === undefined ? {} : { metadata })
  }
  return Result.map(
    decodeRequest({ ...content, request_id: id ?? "unknown" }),
    (request) => id === undefined ? { ...request, request_id: requestIdOf(request) } : request
  )
}

const outcomeOf = (
  record: JsonObject,
  { error, received, sent, status }: Parts,
  request_id: string,
  ts: string | undefined,
  options: TranslateOptions
): Result.Result<Outcome, string> => {
  const tier = options.tier ?? textAt(sent, "model") ?? textAt(received, "model")
  if (tier === undefined) return Result.fail("no model: give the option --tier")
  const latency = numberAt(record, "latency_ms") ?? numberAt(received, "latency_ms")
  const ttft = numberAt(record, "ttft_ms")
  const common = {
    request_id,
    tier,
    ...(latency === undefined || latency < 0 ? {} : { latency_ms: latency }),
    ...(ttft === undefined || ttft < 0 ? {} : { ttft_ms: ttft }),
    ...(ts === undefined ? {} : { ts })
  }
  const failed = (error !== undefined && error !== null) || (status !== undefined && status >= 400)
  if (failed) return Result.succeed({ ...common, error: error ? errorText(error) : `HTTP status ${status}` })
  const completion = received === undefined ? undefined : completionOf(received)
  return completion === undefined
    ? Result.fail("response: not a chat completion")
    : Result.succeed({ ...common, ...completion })
}

/**
 * OpenAI-style logs: `{request, response}` and `{body, response: {body}}` lines, the Batch API's input and output files
 * (joined by `custom_id`), and stored chat completions with their messages. The tier is the model that was asked for,
 * else the one that answered.
 */
export const openAi: Format = {
  name: "openai",
  needs: "request or body (an object), or custom_id, or object \"chat.completion\"",
  matches: (record) =>
    "custom_id" in record || record["object"] === "chat.completion" ||
    ((isObject(record["request"]) || isObject(record["body"])) && !("format" in record)),
  translate: (record, options) => {
    const parts = partsOf(record)
    const { error, received, sent } = parts
    const ts = timeOf(record, received)
    const wrong = wrongTime(ts)
    if (wrong !== undefined) return Result.fail(wrong)
    const answered = received !== undefined || (error !== undefined && error !== null)
    if (sent === undefined) {
      const id = textAt(record, "custom_id") ?? textAt(record, "request_id")
      if (id === undefined) return Result.fail("no messages, and no custom_id that names the request")
      if (!answered) return Result.fail("neither a request nor a response")
      return Result.map(outcomeOf(record, parts, id, ts, options), (outcome) => ({ outcomes: [outcome] }))
    }
    return Result.flatMap(requestOf(record, sent, ts, options.task), (request): Result.Result<Translated, string> => {
      if (!answered) return Result.succeed({ request })
      return Result.map(outcomeOf(record, parts, request.request_id, ts, options), (outcome) => ({
        request,
        outcomes: [outcome]
      }))
    })
  }
}
