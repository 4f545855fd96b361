import { chatUsageOf, isObject, type JsonObject, type Signals, type Usage } from "@spillway/domain"
import { answerSignals } from "./AnswerSignals.ts"
import { objectsOf } from "./Json.ts"
import { signalsOfLogprobs, type TokenLogprob, tokenLogprobsOf } from "./LogprobSignals.ts"

/** The extra field in which the recorded provider passes an answer's recorded signals. */
export const SIGNALS_FIELD = "spillway_signals"

/** What a chat completion says, in the words of the domain. */
export interface Answer {
  /** The text; for an answer that calls tools, the JSON of its `tool_calls`; for a refusal, its words. */
  readonly output: string
  readonly finish_reason: string | undefined
  readonly usage: Usage | undefined
  /** US dollars that the provider itself says it charged (`usage.cost`, as OpenRouter and the recorded provider do). */
  readonly cost_usd: number | undefined
  readonly signals: Signals
}

/** Text of a message's `content`: a string, or the text parts of a list. */
const textOf = (content: unknown): string => {
  if (typeof content === "string") return content
  return objectsOf(content).map((part) => typeof part["text"] === "string" ? part["text"] : "").join("")
}

const outputOf = (message: JsonObject): string => {
  const calls = message["tool_calls"]
  if (Array.isArray(calls) && calls.length > 0) return JSON.stringify(calls)
  if (isObject(message["function_call"])) return JSON.stringify(message["function_call"])
  return textOf(message["content"]) || (typeof message["refusal"] === "string" ? message["refusal"] : "")
}

const logprobsOf = (choice: JsonObject): ReadonlyArray<TokenLogprob> =>
  isObject(choice["logprobs"]) ? tokenLogprobsOf(choice["logprobs"]["content"]) : []

const statedCost = (usage: unknown): number | undefined => {
  const cost = isObject(usage) ? usage["cost"] : undefined
  return typeof cost === "number" && Number.isFinite(cost) && cost >= 0 ? cost : undefined
}

const recordedSignals = (body: JsonObject): Signals => {
  const signals = body[SIGNALS_FIELD]
  if (!isObject(signals)) return {}
  return Object.fromEntries(
    Object.entries(signals).filter((entry): entry is [string, number] => Number.isFinite(entry[1]))
  )
}

/**
 * The answer of a whole chat completion body; undefined for anything else. With several choices, the first.
 *
 * @param parameters the request's parameters (or its whole body): they decide whether `schema_ok` is asked.
 */
export const answerOf = (body: unknown, parameters?: JsonObject): Answer | undefined => {
  if (!isObject(body)) return undefined
  const choice = objectsOf(body["choices"])[0]
  if (choice === undefined || !isObject(choice["message"])) return undefined
  const message = choice["message"]
  const output = outputOf(message)
  const finish_reason = typeof choice["finish_reason"] === "string" ? choice["finish_reason"] : undefined
  const refusal = typeof message["refusal"] === "string" && message["refusal"] !== ""
  return {
    output,
    finish_reason,
    usage: chatUsageOf(body["usage"]),
    cost_usd: statedCost(body["usage"]),
    signals: {
      ...signalsOfLogprobs(logprobsOf(choice)),
      ...answerSignals({ output, finish_reason, refusal }, parameters),
      ...recordedSignals(body)
    }
  }
}
