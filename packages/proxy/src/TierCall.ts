import type { JsonObject } from "@spillway/domain"
import {
  answerOf,
  ATTEMPT_HEADER,
  CompletionError,
  encodeRequestId,
  errorOf,
  inBandError,
  parseJson,
  REQUEST_ID_HEADER
} from "@spillway/providers"
import { Effect } from "effect"
import type { OutgoingHttpHeaders } from "node:http"
import type { Attempt } from "./Attempt.ts"
import type { ChatBody } from "./ChatBody.ts"
import type { Exchange } from "./Exchange.ts"
import { openStream } from "./Reply.ts"
import { StreamRelay } from "./StreamRelay.ts"
import type { Upstream } from "./Upstream.ts"
import { asksNoLogprobs, upstreamBody, type Wanted } from "./UpstreamBody.ts"
import { callUpstream } from "./UpstreamCall.ts"
import { refusalOf, type UpstreamReply } from "./UpstreamFailure.ts"

/** What a tier said. */
export type TierAnswer =
  /** A whole chat completion. */
  | {
    readonly _tag: "Whole"
    readonly attempt: Attempt
    readonly reply: UpstreamReply
    /** The reply's body. */
    readonly json: JsonObject
    /** True where only the proxy asked for the log-probabilities in it. */
    readonly addedLogprobs: boolean
  }
  /** A stream that went to the client but for its end. */
  | { readonly _tag: "Streamed"; readonly attempt: Attempt; readonly relay: StreamRelay }
  /** A refusal that is the client's to see. */
  | { readonly _tag: "Refused"; readonly attempt: Attempt; readonly reply: UpstreamReply }

export type WholeAnswer = Extract<TierAnswer, { _tag: "Whole" }>

/** A tier that did not answer. */
export interface TierFailure {
  readonly _tag: "TierFailure"
  readonly attempt: Attempt
  readonly error: CompletionError
  /** True where the client has seen a part of the answer, so that no other tier can take over. */
  readonly started: boolean
  /** The refusal behind it, where there is one. */
  readonly reply?: UpstreamReply | undefined
}

/** Client headers that go upstream; the rest are the proxy's own business, or secrets. */
const SENT_ALONG = [
  "openai-beta",
  "openai-organization",
  "openai-project",
  "traceparent",
  "tracestate"
]

const clientHeaders = (exchange: Exchange, upstream: Upstream): ReadonlyArray<string> => {
  const attempt = exchange.attempts.filter((one) => one.upstream === upstream).length
  const headers = [REQUEST_ID_HEADER, encodeRequestId(exchange.requestId), ATTEMPT_HEADER, String(attempt)]
  for (const name of SENT_ALONG) {
    const value = exchange.request.headers[name]
    if (typeof value === "string") headers.push(name, value)
  }
  return headers
}

const relayOf = (exchange: Exchange, chat: ChatBody, attempt: Attempt, wanted: Wanted): StreamRelay => {
  const relay = new StreamRelay({
    response: exchange.response,
    open: (headers: OutgoingHttpHeaders) => {
      attempt.accepted = true
      openStream(exchange, headers)
    },
    mode: wanted === "as-asked" ? "bytes" : "events",
    dropUsage: !chat.includeUsage,
    apiKey: attempt.upstream.apiKey,
    now: exchange.context.nowMs
  })
  attempt.answer = () => relay.accumulator.answer(chat.json)
  return relay
}

/** Reads a whole reply: a chat completion, a refusal, or a failure. */
const readReply = (
  exchange: Exchange,
  chat: ChatBody,
  attempt: Attempt,
  wanted: Wanted,
  reply: UpstreamReply
): Effect.Effect<TierAnswer, TierFailure> => {
  const { apiKey } = attempt.upstream
  const fail = (error: CompletionError) => {
    attempt.error = error
    return Effect.fail<TierFailure>({ _tag: "TierFailure", attempt, error, started: false, reply })
  }
  attempt.status = reply.status
  const addedLogprobs = wanted === "tested-by-logprobs" && asksNoLogprobs(chat, attempt.upstream)
  const refusal = refusalOf(reply, apiKey, exchange.context.wallMs(), addedLogprobs)
  if (refusal !== undefined) {
    if (!refusal.passedOn) return fail(refusal.error)
    attempt.error = refusal.error
    return Effect.succeed({ _tag: "Refused", attempt, reply })
  }
  const json = parseJson(reply.body.toString())
  const answer = answerOf(json, chat.json)
  if (answer !== undefined) {
    attempt.answer = () => answer
    return Effect.succeed({ _tag: "Whole", attempt, reply, json: json as JsonObject, addedLogprobs })
  }
  const error = (json as { readonly error?: unknown } | undefined)?.error === undefined ? undefined : errorOf(json)
  return fail(
    error === undefined
      ? new CompletionError({
        reason: "malformed",
        status: reply.status,
        detail: "the answer is not a chat completion"
      })
      : inBandError(error, apiKey)
  )
}

/** Asks a tier, and keeps what came of it as an attempt of the exchange. */
export const callTier = (
  exchange: Exchange,
  chat: ChatBody,
  upstream: Upstream,
  wanted: Wanted
): Effect.Effect<TierAnswer, TierFailure> =>
  Effect.suspend(() => {
    const attempt = exchange.begin(upstream)
    const relays = chat.stream && (wanted === "as-asked" || wanted === "final")
    const relay = relays ? relayOf(exchange, chat, attempt, wanted) : undefined
    const ended = () => {
      attempt.endedAt = exchange.context.nowMs()
      attempt.firstContentAt = relay?.firstContentAt
    }
    const body = upstreamBody(chat, upstream, wanted)
    return callUpstream(upstream, body, clientHeaders(exchange, upstream), relay).pipe(
      Effect.matchEffect({
        onFailure: (error): Effect.Effect<TierAnswer, TierFailure> => {
          ended()
          attempt.error = error
          attempt.accepted = false
          return Effect.fail({ _tag: "TierFailure", attempt, error, started: relay?.started ?? false })
        },
        onSuccess: (result): Effect.Effect<TierAnswer, TierFailure> => {
          ended()
          if (result._tag === "Whole") return readReply(exchange, chat, attempt, wanted, result.reply)
          attempt.status = 200
          attempt.accepted = true
          return Effect.succeed({ _tag: "Streamed", attempt, relay: result.relay })
        }
      })
    )
  })
