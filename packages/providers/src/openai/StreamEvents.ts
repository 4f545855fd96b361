import { isObject, type JsonObject } from "@spillway/domain"
import { objectsOf } from "./Json.ts"

/** The payload that ends a stream. */
export const DONE = "[DONE]"

/** One server-sent event with a chunk, or the end mark, as its data. */
export const sseEvent = (chunk: JsonObject | typeof DONE): string =>
  `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`

/** How {@link toStreamChunks} cuts an answer. */
export interface StreamOptions {
  /** Append the chunk with usage, as `stream_options.include_usage` asks. */
  readonly includeUsage: boolean
  /** Cuts the text into the pieces that are sent one by one; one piece where left out. */
  readonly split?: ((content: string) => ReadonlyArray<string>) | undefined
}

/** Deltas of one message in the order in which a provider streams them, each with the log-probabilities of its tokens. */
const deltasOf = (choice: JsonObject, split: (content: string) => ReadonlyArray<string>) => {
  const { content, role, tool_calls, ...rest } = isObject(choice["message"]) ? choice["message"] : {}
  const logprobs = isObject(choice["logprobs"]) ? choice["logprobs"] : undefined
  const tokens = objectsOf(logprobs?.["content"])
  const pieces = typeof content === "string" && content !== "" ? split(content) : []
  const deltas: Array<{ delta: Record<string, unknown>; logprobs: unknown }> = [
    {
      delta: { role: role ?? "assistant", content: typeof content === "string" ? "" : content ?? null },
      logprobs: null
    }
  ]
  pieces.forEach((piece, i) => {
    const own = tokens.length === pieces.length ? [tokens[i]] : i === 0 ? tokens : []
    deltas.push({ delta: { content: piece }, logprobs: logprobs && { ...logprobs, content: own } })
  })
  objectsOf(tool_calls).forEach((call, index) => {
    deltas.push({ delta: { tool_calls: [{ index, ...call }] }, logprobs: null })
  })
  const others = Object.entries(rest).filter(([, value]) => value !== null && value !== undefined)
  if (others.length > 0) deltas.push({ delta: Object.fromEntries(others), logprobs: null })
  return deltas
}

/**
 * The chunks that stream a whole chat completion body, without the end mark. Unknown fields of the body, of choices and
 * of messages survive; those of the body stand in the last chunk.
 */
export const toStreamChunks = (body: JsonObject, options: StreamOptions): Array<Record<string, unknown>> => {
  const { choices, created, id, model, object: _, usage, ...rest } = body
  const head = { id, object: "chat.completion.chunk", created, model }
  const nulls = options.includeUsage ? { usage: null } : {}
  const chunks: Array<Record<string, unknown>> = []
  for (const choice of objectsOf(choices)) {
    const { finish_reason, index, logprobs: _logprobs, message: _message, ...others } = choice
    for (const { delta, logprobs } of deltasOf(choice, options.split ?? ((content) => [content]))) {
      const piece = { index: index ?? 0, delta, logprobs: logprobs ?? null, finish_reason: null }
      chunks.push({ ...head, choices: [piece], ...nulls })
    }
    const last = { index: index ?? 0, delta: {}, logprobs: null, finish_reason: finish_reason ?? "stop", ...others }
    chunks.push({ ...head, choices: [last], ...nulls })
  }
  if (options.includeUsage) chunks.push({ ...head, choices: [], usage: usage ?? null })
  const last = chunks.at(-1)
  if (last !== undefined) Object.assign(last, rest)
  return chunks
}

/** The server-sent events that stream a whole chat completion body, `[DONE]` included. */
export const toStreamEvents = (body: JsonObject, options: StreamOptions): Array<string> => [
  ...toStreamChunks(body, options).map(sseEvent),
  sseEvent(DONE)
]
