import { chatUsageBody, isObject, type Usage } from "@spillway/domain"
import type { ChatAsk } from "../server/ChatAsk.ts"
import type { BookEntry } from "./AnswerBook.ts"
import { type Draws, drawsOf } from "./Draws.ts"
import { logitRight, sigmoid, type SimulatedModel } from "./SimulatedModel.ts"
import { inputTokensOf, tokenLogprobs, tokensOf } from "./Tokens.ts"

/** One answer of a simulated model with what it takes. */
export interface SimulatedAnswer {
  /** The chat completion. */
  readonly body: Record<string, unknown>
  readonly usage: Usage
  /** Unscaled milliseconds. */
  readonly ttftMs: number
  readonly latencyMs: number
}

/** How a correct answer moves the model's belief, and how much belief wanders by itself, in logits. */
const HONESTY = 0.7
const WANDER = 0.9
/** Log-normal spread of latencies. */
const LATENCY_SIGMA = 0.3
/** Belief in an answer that no book knows. */
const GENERIC_BELIEF = 0.75

/**
 * Answers a request: right with the probability of the model's skill curve, else wrong, in words of the answer book; with
 * log-probabilities that know more than nothing about which it was. Depends on seed, messages, model and attempt alone.
 */
export const simulatedAnswer = (
  ask: ChatAsk,
  model: SimulatedModel,
  entry: BookEntry | undefined,
  seed: number
): SimulatedAnswer => {
  const draws = drawsOf(seed, ask.key, model.name, ask.attempt)
  const { belief, text } = entry === undefined
    ? { text: genericText(ask, model), belief: GENERIC_BELIEF }
    : judged(entry, model, draws, seed)
  const whole = tokensOf(text)
  const limit = tokenLimit(ask.body)
  const tokens = whole.slice(0, limit)
  const input = inputTokensOf(ask.messages)
  const usage: Usage = {
    input_tokens: input.input,
    cached_input_tokens: input.cached,
    output_tokens: tokens.length,
    reasoning_tokens: 0
  }
  const slow = (median: number): number => median * Math.exp(LATENCY_SIGMA * draws.normal())
  const ttftMs = slow(model.ttftMs)
  const latencyMs = ttftMs + slow(model.msPerToken) * tokens.length
  const logprobs = ask.body["logprobs"] === true
    ? { content: tokenLogprobs(tokens, belief, draws), refusal: null }
    : null
  const body = {
    id: `chatcmpl-sim-${ask.key.slice(0, 16)}-${ask.attempt}`,
    object: "chat.completion",
    // Not the clock: the same request has the same answer, byte for byte.
    created: 0,
    model: model.name,
    choices: [{
      index: 0,
      message: { role: "assistant", content: tokens.join(""), refusal: null },
      logprobs,
      finish_reason: tokens.length < whole.length ? "length" : "stop"
    }],
    usage: chatUsageBody(usage),
    system_fingerprint: "simulated"
  }
  return { body, usage, ttftMs, latencyMs }
}

/** A right or wrong answer, and how much the model believes in it. */
const judged = (entry: BookEntry, model: SimulatedModel, draws: Draws, seed: number) => {
  const odds = logitRight(model, entry.task, entry.difficulty, seed)
  const right = draws.uniform() < sigmoid(odds)
  const belief = sigmoid(odds / 2 + (right ? HONESTY : -HONESTY) + WANDER * draws.normal() + model.overconfidence)
  return { text: draws.pick(right ? entry.right : entry.wrong), belief }
}

const tokenLimit = (body: ChatAsk["body"]): number => {
  const limit = body["max_completion_tokens"] ?? body["max_tokens"]
  return typeof limit === "number" && limit >= 1 ? Math.floor(limit) : Infinity
}

const genericText = (ask: ChatAsk, model: SimulatedModel): string => {
  const format = isObject(ask.body["response_format"]) ? ask.body["response_format"]["type"] : undefined
  return format === "json_object" || format === "json_schema"
    ? JSON.stringify({ simulated: true, model: model.name })
    : `This is a simulated answer of ${model.name} to ${ask.messages.length} messages. No answer book knows them.`
}
