import { costUsd, type Failure, type Usage } from "@spillway/domain"
import { Clock, Effect, type Scope } from "effect"
import { errorBody } from "../openai/ErrorBody.ts"
import type { ChatAsk } from "../server/ChatAsk.ts"
import { type ChatReply, retryAfterHeaders } from "../server/ChatReply.ts"
import { type ChatServer, type ChatServerOptions, serveChat } from "../server/ChatServer.ts"
import type { Fault } from "../server/Fault.ts"
import type { AnswerBook } from "./AnswerBook.ts"
import { drawsOf } from "./Draws.ts"
import { makeRateLimiter, type RateLimiter, type SimulatedLimits } from "./RateLimiter.ts"
import { simulatedAnswer } from "./SimulatedAnswer.ts"
import { SIMULATED_MODELS, type SimulatedModel } from "./SimulatedModel.ts"
import { tokensOf } from "./Tokens.ts"

/** A fault that hits by chance. */
export interface RandomFault extends Fault {
  /** Probability that it hits a call. */
  readonly rate: number
  /** All models where left out. */
  readonly models?: ReadonlyArray<string> | undefined
}

/** What the simulated provider is made of. */
export interface SimulatedServerOptions extends Pick<ChatServerOptions, "host" | "port" | "apiKey" | "latencyScale"> {
  readonly book: AnswerBook
  /** {@link SIMULATED_MODELS} where left out. */
  readonly models?: ReadonlyArray<SimulatedModel> | undefined
  readonly seed?: number | undefined
  /** The first that hits counts. */
  readonly faults?: ReadonlyArray<RandomFault> | undefined
  readonly limits?: SimulatedLimits | undefined
}

/** What one model was asked and what it charged. */
export interface ModelStats {
  /** Calls that reached the model; those that a fault or limit stopped before an answer are not among them. */
  answered: number
  /** Calls refused by the rate limit. */
  limited: number
  input_tokens: number
  output_tokens: number
  cost_usd: number
}

/** Live counts of a simulated server. An answer is charged when it begins, also where the client never sees its end. */
export interface SimulatedStats {
  readonly models: Readonly<Record<string, ModelStats>>
  /** How often each (model, request) was charged, by `<model> <request id or answer key>`. */
  readonly charges: ReadonlyMap<string, number>
}

/** A simulated provider that listens. */
export interface SimulatedServer extends ChatServer {
  readonly stats: SimulatedStats
}

/**
 * Starts a provider of simulated models on loopback: real HTTP, answers from an answer book, log-probabilities, usage,
 * latencies, rate limits and faults, all a function of seed, request, model and attempt.
 */
export const simulatedServer = Effect.fn("simulatedServer")(function*(
  options: SimulatedServerOptions
): Effect.fn.Return<SimulatedServer, Failure, Scope.Scope> {
  const models = options.models ?? SIMULATED_MODELS
  const seed = options.seed ?? 1
  const started = yield* Clock.currentTimeMillis
  const stats: Record<string, ModelStats> = {}
  const charges = new Map<string, number>()
  const limiters = new Map<string, RateLimiter>()
  for (const { name } of models) {
    stats[name] = { answered: 0, limited: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 }
    limiters.set(name, makeRateLimiter(options.limits ?? {}, started))
  }

  const charge = (ask: ChatAsk, model: SimulatedModel, usage: Usage): void => {
    const own = stats[model.name]!
    own.answered += 1
    own.input_tokens += usage.input_tokens
    own.output_tokens += usage.output_tokens
    own.cost_usd += costUsd(usage, model.price) ?? 0
    const id = `${model.name} ${ask.requestId ?? ask.key}`
    charges.set(id, (charges.get(id) ?? 0) + 1)
  }

  const reply = Effect.fnUntraced(function*(ask: ChatAsk): Effect.fn.Return<ChatReply> {
    const model = models.find((one) => one.name === ask.model)!
    const { body, latencyMs, ttftMs, usage } = simulatedAnswer(ask, model, options.book.get(ask.key), seed)
    const now = yield* Clock.currentTimeMillis
    const { headers, waitMs } = limiters.get(model.name)!(usage.input_tokens + usage.output_tokens, now)
    if (waitMs > 0) {
      stats[model.name]!.limited += 1
      return {
        _tag: "Refusal",
        status: 429,
        body: errorBody(`Rate limit reached for ${model.name}`, "requests", "rate_limit_exceeded"),
        headers: { ...headers, ...retryAfterHeaders(waitMs) }
      }
    }
    charge(ask, model, usage)
    return { _tag: "Answer", body, split: tokensOf, ttftMs, latencyMs, headers }
  })

  const fault = (ask: ChatAsk): Fault | undefined =>
    options.faults?.find((one, i) =>
      (one.models === undefined || one.models.includes(ask.model)) &&
      drawsOf(seed, "fault", i, ask.key, ask.model, ask.attempt).uniform() < one.rate
    )

  const server = yield* serveChat({ ...options, models: models.map((model) => model.name), fault, reply })
  return { ...server, stats: { models: stats, charges } }
})
