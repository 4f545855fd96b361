import { isObject } from "@spillway/domain"
import { Effect, Layer } from "effect"
import type { Readable } from "node:stream"
import { Agent, type Dispatcher } from "undici"
import { type Completion, type CompletionCall, CompletionError, Completions } from "../Provider.ts"
import { type Answer, answerOf } from "./Answer.ts"
import { callHeaders } from "./CallHeaders.ts"
import { inBandError, statusError, transportError } from "./CompletionFailure.ts"
import { errorOf } from "./ErrorBody.ts"
import { parseJson } from "./Json.ts"
import { rateLimitsOf } from "./RateLimits.ts"
import { requestBody } from "./RequestBody.ts"
import { SseReader } from "./SseReader.ts"
import { StreamAccumulator } from "./StreamAccumulator.ts"

/** How calls are made. */
export interface OpenAiOptions {
  /** Ask for a stream, which tells the time to the first token and a stall from a long answer. Default true. */
  readonly stream?: boolean
  /** Ask for token log-probabilities. Default true. */
  readonly logprobs?: boolean
  /** Most connections to one provider. Default 256; the caller's own limits come first. */
  readonly connections?: number
}

/** One call on its way. */
interface Exchange {
  readonly agent: Agent
  readonly call: CompletionCall
  readonly body: Record<string, unknown>
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly signal: AbortSignal
}

/** Completions over OpenAI's chat protocol. Interrupting a call aborts it on the wire. */
export const layer = (options: OpenAiOptions = {}): Layer.Layer<Completions> => Layer.effect(Completions, make(options))

const make = Effect.fnUntraced(function*({ connections = 256, logprobs = true, stream = true }: OpenAiOptions) {
  const agent = yield* Effect.acquireRelease(
    Effect.sync(() => new Agent({ connections, headersTimeout: 0 })),
    (agent) => Effect.promise(() => agent.destroy())
  )
  /** Models that refuse log-probabilities (reasoning models do), by address and name: asked once, then without. */
  const silent = new Set<string>()

  const send = Effect.fnUntraced(function*(call: CompletionCall, withLogprobs: boolean) {
    const body = requestBody(call.request, call.model, call.settings, { stream, logprobs: withLogprobs })
    return yield* Effect.clockWith((clock) =>
      Effect.tryPromise({
        try: (signal) => exchange({ agent, call, body, now: () => clock.currentTimeMillisUnsafe(), signal }),
        catch: (cause) => cause instanceof CompletionError ? cause : transportError(cause, "headers")
      })
    )
  })

  const complete = Effect.fn("Completions.complete")(function*(call: CompletionCall) {
    const model = `${call.baseUrl} ${call.model}`
    const asks = logprobs && !silent.has(model)
    return yield* send(call, asks).pipe(
      Effect.catchIf((error) => asks && refusesLogprobs(error), () => {
        silent.add(model)
        return send(call, false)
      }),
      Effect.timeoutOrElse({
        duration: call.timeoutMs,
        orElse: () =>
          Effect.fail(new CompletionError({ reason: "timeout", detail: `no whole answer in ${call.timeoutMs} ms` }))
      })
    )
  })
  return Completions.of({ complete })
})

const refusesLogprobs = (error: CompletionError): boolean =>
  error.status !== undefined && error.status >= 400 && error.status < 500 && /log_?probs/i.test(error.detail)

const exchange = async (run: Exchange): Promise<Completion> => {
  const started = run.now()
  const response = await post(run)
  const { headers, statusCode } = response
  if (statusCode < 200 || statusCode > 299) {
    const text = await response.body.text().catch(() => "")
    throw statusError({ status: statusCode, headers, text }, run.call.apiKey, run.now())
  }
  const streamed = String(headers["content-type"]).startsWith("text/event-stream")
  const { answer, firstAt } = streamed ? await readStream(response.body, run) : await readWhole(response.body, run)
  return {
    ...answer,
    latency_ms: run.now() - started,
    ttft_ms: firstAt === undefined ? undefined : firstAt - started,
    limits: rateLimitsOf(headers)
  }
}

const post = async ({ agent, body, call, signal }: Exchange): Promise<Dispatcher.ResponseData> => {
  const url = URL.parse(`${call.baseUrl.replace(/\/+$/, "")}/chat/completions`)
  if (url === null) throw new CompletionError({ reason: "rejected", detail: "base_url is not a URL" })
  return await agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: "POST",
    headers: callHeaders(call, body["stream"] === true),
    body: JSON.stringify(body),
    bodyTimeout: call.idleTimeoutMs,
    signal
  })
}

/** An answer, and when its first token came where that is known. */
interface Read {
  readonly answer: Answer
  readonly firstAt: number | undefined
}

const readWhole = async (body: Dispatcher.ResponseData["body"], run: Exchange): Promise<Read> => {
  const text = await body.text().catch((cause) => {
    throw transportError(cause, "body")
  })
  const json = parseJson(text)
  const answer = answerOf(json, run.body)
  if (answer !== undefined) return { answer, firstAt: undefined }
  if (isObject(json) && isObject(json["error"])) throw inBandError(errorOf(json)!, run.call.apiKey)
  throw new CompletionError({ reason: "malformed", detail: "the answer is not a chat completion" })
}

const readStream = async (body: Readable, run: Exchange): Promise<Read> => {
  const stream = new StreamAccumulator()
  let firstAt: number | undefined
  const failure = await collect(body, (payload) => {
    stream.feed(payload)
    if (stream.started) firstAt ??= run.now()
    return stream.done || stream.problem !== undefined || stream.error !== undefined
  })
  if (!stream.done) body.destroy()
  const answer = stream.answer(run.body)
  if (stream.complete && failure === undefined && answer !== undefined) return { answer, firstAt }
  if (stream.error !== undefined) throw inBandError(stream.error, run.call.apiKey)
  if (stream.problem !== undefined) throw new CompletionError({ reason: "malformed", detail: stream.problem })
  if (failure !== undefined) throw transportError(failure, "body", answer?.usage)
  throw stream.done
    ? new CompletionError({ reason: "malformed", detail: "the stream ended without an answer" })
    : new CompletionError({ reason: "cut", detail: "the stream ended in the middle of the answer" })
}

/**
 * Hands every payload of an event stream to `take` until it says enough, or the stream ends; gives the error that broke
 * it. What follows is read and dropped, so that the connection can be used again.
 */
const collect = (body: Readable, take: (payload: string) => boolean): Promise<unknown> =>
  new Promise((resolve) => {
    const reader = new SseReader()
    let enough = false
    body.on("data", (bytes: Uint8Array) => {
      if (enough) return
      try {
        enough = reader.read(bytes).some(take)
      } catch (cause) {
        body.destroy()
        resolve(cause)
      }
      if (enough) resolve(undefined)
    })
    body.on("error", resolve)
    body.on("end", () => resolve(undefined))
  })
