import { isObject, type JsonObject } from "@spillway/domain"
import { Clock, Effect } from "effect"
import type { ServerResponse } from "node:http"
import { errorBody } from "../openai/ErrorBody.ts"
import { DONE, sseEvent, toStreamChunks } from "../openai/StreamEvents.ts"
import type { ChatAsk } from "./ChatAsk.ts"
import type { Fault } from "./Fault.ts"

type Headers = Readonly<Record<string, string>>

/** What a chat server says to one request. */
export type ChatReply =
  | {
    readonly _tag: "Answer"
    /** The whole chat completion. */
    readonly body: JsonObject
    /** Cuts the text into the pieces of a stream. */
    readonly split: (content: string) => ReadonlyArray<string>
    /** Milliseconds to the first piece and to the end, before scaling. */
    readonly ttftMs: number
    readonly latencyMs: number
    readonly headers: Headers
  }
  | { readonly _tag: "Refusal"; readonly status: number; readonly body: JsonObject; readonly headers: Headers }

type Answer = Extract<ChatReply, { _tag: "Answer" }>

/** One reply under way. `reply` runs only when the fault lets it come to an answer, so that nothing else is charged. */
export interface Reply {
  readonly ask: ChatAsk
  readonly fault: Fault | undefined
  /** Factor on the answer's latencies. */
  readonly scale: number
  readonly reply: Effect.Effect<ChatReply>
}

/** Writes a reply, with its fault, at its pace. */
export const writeReply = Effect.fnUntraced(function*(response: ServerResponse, run: Reply) {
  const { fault } = run
  switch (fault?.kind) {
    case "429":
      return yield* fail(response, 429, "Rate limit reached", "rate_limit_exceeded", fault.retryAfter ?? 1)
    case "500":
      return yield* fail(response, 500, "The server had an error", "server_error", fault.retryAfter)
    case "503":
      return yield* fail(response, 503, "The engine is overloaded", "server_error", fault.retryAfter)
    case "reset":
      return yield* reset(response)
    case "silence":
      return yield* Effect.never
    default:
  }
  const reply = yield* run.reply
  if (reply._tag === "Refusal") return yield* sendJson(response, reply.status, reply.body, reply.headers)
  const started = yield* Clock.currentTimeMillis
  yield* run.ask.body["stream"] === true
    ? writeStream(response, run, reply, started)
    : writeWhole(response, run, reply, started)
})

/** Sends a JSON body. */
export const sendJson = (response: ServerResponse, status: number, body: unknown, headers: Headers = {}) =>
  Effect.sync(() => {
    const text = JSON.stringify(body)
    response.writeHead(status, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      ...headers
    })
    response.end(text)
  })

const fail = (response: ServerResponse, status: number, message: string, type: string, retryAfter?: number) =>
  sendJson(
    response,
    status,
    errorBody(`${message} (simulated)`, type),
    retryAfter === undefined ? {} : retryAfterHeaders(retryAfter * 1_000)
  )

/** `Retry-After` in whole seconds, as the standard wants it, and exactly in `retry-after-ms`. */
export const retryAfterHeaders = (ms: number): Headers => ({
  "retry-after": String(Math.ceil(ms / 1_000)),
  "retry-after-ms": String(Math.ceil(ms))
})

const reset = (response: ServerResponse) =>
  Effect.sync(() => {
    response.socket?.resetAndDestroy()
  })

/** Sleeps until `at` (milliseconds since 1970); a millisecond more or less is not worth a timer. */
const sleepUntil = Effect.fnUntraced(function*(at: number) {
  const wait = at - (yield* Clock.currentTimeMillis)
  if (wait >= 1) yield* Effect.sleep(wait)
})

/** Share of an answer that is sent before it is cut, stalls or becomes malformed. */
const BROKEN_AT = 2 / 3

const writeWhole = Effect.fnUntraced(function*(response: ServerResponse, run: Reply, answer: Answer, started: number) {
  const text = Buffer.from(JSON.stringify(answer.body))
  const half = text.subarray(0, Math.floor(text.length * BROKEN_AT))
  const kind = run.fault?.kind
  if (kind === "slow_first_token") yield* Effect.sleep(run.fault?.ms ?? 20_000)
  yield* sleepUntil(started + answer.latencyMs * run.scale)
  const length = kind === "malformed" ? half.length : text.length
  response.writeHead(200, { "content-type": "application/json", "content-length": length, ...answer.headers })
  if (kind === "malformed") return void response.end(half)
  if (kind === "cut") return yield* sendThenReset(response, half)
  if (kind === "stall") {
    response.write(half)
    yield* Effect.sleep(run.fault?.ms ?? 30_000)
    return void response.end(text.subarray(half.length))
  }
  response.end(text)
})

const writeStream = Effect.fnUntraced(function*(response: ServerResponse, run: Reply, answer: Answer, started: number) {
  const { ask, fault, scale } = run
  const options = isObject(ask.body["stream_options"]) ? ask.body["stream_options"] : {}
  const chunks = toStreamChunks(answer.body, { includeUsage: options["include_usage"] === true, split: answer.split })
  const broken = Math.floor(chunks.length * BROKEN_AT)
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    ...answer.headers
  })
  response.flushHeaders()
  if (fault?.kind === "slow_first_token") yield* Effect.sleep(fault.ms ?? 20_000)
  const step = (answer.latencyMs - answer.ttftMs) / Math.max(1, chunks.length - 1)
  let due = ""
  for (const [i, chunk] of chunks.entries()) {
    if (scale > 0) {
      const at = started + (answer.ttftMs + i * step) * scale
      if (at - (yield* Clock.currentTimeMillis) >= 1) {
        if (due !== "") response.write(due)
        due = ""
        yield* sleepUntil(at)
      }
    }
    if (i === broken && fault?.kind === "cut") return yield* sendThenReset(response, due)
    if (i === broken && fault?.kind === "stall") {
      if (due !== "") response.write(due)
      due = ""
      yield* Effect.sleep(fault.ms ?? 30_000)
    }
    if (i === broken && fault?.kind === "malformed") due += "data: {\"id\":\"chatcmpl-broken\",\"choices\":[{\"in\n\n"
    due += sseEvent(chunk)
  }
  response.end(fault?.kind === "no_done" ? due : due + sseEvent(DONE))
})

/** Breaks the connection after the bytes are on the wire. */
const sendThenReset = (response: ServerResponse, bytes: Buffer | string) =>
  Effect.callback<void>((resume) => {
    response.write(bytes === "" ? ": \n\n" : bytes, () => {
      response.socket?.destroy()
      resume(Effect.void)
    })
  })
