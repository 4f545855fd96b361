import { isObject, type JsonObject } from "@spillway/domain"
import { type Answer, answerOf } from "./Answer.ts"
import { objectsOf, parseJson } from "./Json.ts"

type Mutable = Record<string, unknown>

/** Adds what a delta says to what is known: strings grow, lists grow, objects merge, anything else is replaced. */
const merge = (known: Mutable, delta: JsonObject): void => {
  for (const [key, value] of Object.entries(delta)) {
    const before = known[key]
    if (value === null || value === undefined) {
      if (before === undefined) known[key] = value
    } else if (typeof before === "string" && typeof value === "string" && !WHOLE.has(key)) known[key] = before + value
    else if (Array.isArray(before) && Array.isArray(value)) before.push(...value)
    else if (isObject(before) && isObject(value)) merge(before as Mutable, value)
    else known[key] = Array.isArray(value) || isObject(value) ? structuredClone(value) : value
  }
}

/** Strings that come whole; some providers repeat them in every chunk. */
const WHOLE = new Set(["role", "id", "type", "name"])

/** True where a delta carries something a reader would see: text, a refusal, reasoning or a tool call. */
const hasContent = (delta: JsonObject): boolean =>
  Object.entries(delta).some(([key, value]) =>
    key !== "role" && ((typeof value === "string" && value !== "") || (Array.isArray(value) && value.length > 0))
  )

/**
 * Builds the whole chat completion from the chunks of a stream.
 *
 * Feed it every `data:` payload; then `complete` says whether the stream ended as it should, `problem` and `error` what
 * went wrong inside, and `answer` what the model said so far.
 */
export class StreamAccumulator {
  /** True after `[DONE]`. */
  done = false
  /** True after the first piece of content. */
  started = false
  /** The first payload that is not a chunk, in words. */
  problem: string | undefined
  /** The `error` object of an error reported inside the stream. */
  error: JsonObject | undefined
  readonly #body: Mutable = {}
  readonly #choices: Array<Mutable> = []
  /** By choice, then by the call's `index`. */
  readonly #toolCalls = new Map<Mutable, Record<number, Mutable>>()

  /** Takes one `data:` payload, or a chunk that is parsed already. */
  feed(payload: string | JsonObject): void {
    if (payload === "[DONE]") {
      this.done = true
      return
    }
    const chunk = typeof payload === "string" ? parseJson(payload) : payload
    if (!isObject(chunk) || (chunk["choices"] !== undefined && !Array.isArray(chunk["choices"]))) {
      this.problem ??= "a chunk is not a JSON object of the chat completion protocol"
      return
    }
    if (chunk["error"] !== undefined && chunk["error"] !== null) {
      this.error ??= isObject(chunk["error"]) ? chunk["error"] : { message: String(chunk["error"]) }
      return
    }
    for (const [key, value] of Object.entries(chunk)) {
      if (key !== "choices" && key !== "object" && value !== null) this.#body[key] = value
    }
    for (const choice of objectsOf(chunk["choices"])) this.#addChoice(choice)
  }

  /** True where every choice has its finish reason. */
  get finished(): boolean {
    return this.#choices.length > 0 && this.#choices.every((choice) => typeof choice["finish_reason"] === "string")
  }

  /** True where the stream ended as it should; `[DONE]` may be missing after a finish reason. */
  get complete(): boolean {
    return (this.done || this.finished) && this.problem === undefined && this.error === undefined
  }

  /** What the stream said so far, as the body of an answer that was not streamed. */
  get body(): Record<string, unknown> {
    return { ...this.#body, object: "chat.completion", choices: this.#choices }
  }

  /** The answer so far; undefined before the first choice. See {@link answerOf} for `parameters`. */
  answer(parameters?: JsonObject): Answer | undefined {
    return answerOf(this.body, parameters)
  }

  #addChoice(choice: JsonObject): void {
    const index = typeof choice["index"] === "number" ? choice["index"] : 0
    let known = this.#choices.find((one) => one["index"] === index)
    if (known === undefined) {
      known = { index, message: { role: "assistant", content: null }, logprobs: null, finish_reason: null }
      this.#choices.push(known)
      this.#choices.sort((a, b) => (a["index"] as number) - (b["index"] as number))
    }
    const { delta, finish_reason, index: _, logprobs, ...rest } = choice
    if (isObject(delta)) {
      const { tool_calls, ...others } = delta
      merge(known["message"] as Mutable, others)
      for (const piece of objectsOf(tool_calls)) this.#addToolCall(known, piece)
      this.started ||= hasContent(delta)
    }
    if (isObject(logprobs)) {
      known["logprobs"] ??= {}
      merge(known["logprobs"] as Mutable, logprobs)
    }
    if (typeof finish_reason === "string") known["finish_reason"] = finish_reason
    Object.assign(known, rest)
  }

  /** Pieces of a call belong together by `index`; a piece without one belongs to the last call. */
  #addToolCall(choice: Mutable, { index, ...piece }: JsonObject): void {
    const calls = this.#toolCalls.get(choice) ?? {}
    this.#toolCalls.set(choice, calls)
    const at = typeof index === "number" ? index : Math.max(0, Object.keys(calls).length - 1)
    merge(calls[at] ??= {}, piece)
    ;(choice["message"] as Mutable)["tool_calls"] = Object.values(calls)
  }
}
