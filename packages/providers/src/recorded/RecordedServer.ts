import { chatUsageBody, type Failure, type JsonObject, type Outcome } from "@spillway/domain"
import { Effect, type Scope } from "effect"
import { SIGNALS_FIELD } from "../openai/Answer.ts"
import { errorBody } from "../openai/ErrorBody.ts"
import type { ChatAsk } from "../server/ChatAsk.ts"
import type { ChatReply } from "../server/ChatReply.ts"
import { type ChatServer, type ChatServerOptions, serveChat } from "../server/ChatServer.ts"
import type { RecordedAnswers } from "./RecordedAnswers.ts"

/** What the recorded provider serves, and where. */
export interface RecordedServerOptions extends Pick<ChatServerOptions, "host" | "port" | "apiKey" | "latencyScale"> {
  readonly answers: RecordedAnswers
}

/**
 * Starts a provider that answers with recorded outcomes: the real answer, its latency (times `latencyScale`), its tokens,
 * its cost (in `usage.cost`) and its signals (in `spillway_signals`). A recorded failure is answered with status 500, a
 * request that was not recorded with 404.
 */
export const recordedServer = (options: RecordedServerOptions): Effect.Effect<ChatServer, Failure, Scope.Scope> =>
  serveChat({
    ...options,
    models: options.answers.tiers,
    reply: (ask) => Effect.sync(() => replyOf(options.answers, ask))
  })

const refusal = (status: number, message: string): ChatReply => ({
  _tag: "Refusal",
  status,
  body: errorBody(message, status === 404 ? "invalid_request_error" : "server_error"),
  headers: {}
})

const replyOf = (answers: RecordedAnswers, ask: ChatAsk): ChatReply => {
  const outcome = answers.find(ask.model, ask.requestId, ask.key)
  if (outcome === undefined) return refusal(404, `No answer of ${ask.model} to this request was recorded`)
  if (outcome.error !== undefined) return refusal(500, `Recorded failure: ${outcome.error}`)
  const latencyMs = outcome.latency_ms ?? 0
  return {
    _tag: "Answer",
    body: bodyOf(outcome),
    // Pieces of a word with the space before it, as tokens are.
    split: (content) => content.match(/\s*\S+\s*$|\s*\S+/g) ?? [content],
    ttftMs: Math.min(latencyMs, outcome.ttft_ms ?? latencyMs),
    latencyMs,
    headers: {}
  }
}

const bodyOf = (outcome: Outcome): JsonObject => ({
  id: `chatcmpl-recorded-${outcome.request_id}`,
  object: "chat.completion",
  created: 0,
  model: outcome.tier,
  choices: [{
    index: 0,
    message: { role: "assistant", content: outcome.output ?? "" },
    finish_reason: outcome.finish_reason ?? "stop"
  }],
  ...usageOf(outcome),
  ...(outcome.signals === undefined ? {} : { [SIGNALS_FIELD]: outcome.signals })
})

/** What is known of tokens and cost; an unknown count is left out, not written as zero. */
const usageOf = ({ cost_usd, usage }: Outcome): JsonObject =>
  usage === undefined && cost_usd === undefined ? {} : {
    usage: {
      ...(usage === undefined ? {} : chatUsageBody(usage)),
      ...(cost_usd === undefined ? {} : { cost: cost_usd })
    }
  }
