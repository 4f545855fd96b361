import type { Message } from "@spillway/domain"
import { objectsOf } from "../openai/Json.ts"
import type { Draws } from "./Draws.ts"

/** Cuts text into pieces of about four characters that join to the text again, as tokenizers do. */
export const tokensOf = (text: string): ReadonlyArray<string> => text.match(/\s?\S{1,4}|\s+/gu) ?? []

/** Tokens of text by the rule of thumb of four characters each. */
export const estimateTokens = (characters: number): number => Math.ceil(characters / 4)

const charactersOf = (message: Message): number => {
  if (typeof message.content === "string") return message.content.length
  return objectsOf(message.content).reduce((sum, part) => sum + String(part["text"] ?? "").length, 0)
}

/** Tokens that frame one message. */
const PER_MESSAGE = 4
/** Prefixes shorter than this are not cached; longer ones in steps of 128 tokens, as OpenAI does. */
const CACHED_FROM_CHARACTERS = 1_024
const CACHE_STEP = 128

/**
 * Input tokens of a conversation, and how many of them come from the prompt cache: those of a long system prompt at its
 * head. A cache that remembered what it saw would make answers depend on their order.
 */
export const inputTokensOf = (messages: ReadonlyArray<Message>): { input: number; cached: number } => {
  const input = messages.reduce((sum, message) => sum + estimateTokens(charactersOf(message)) + PER_MESSAGE, 0)
  const head = messages[0]
  const prefix = head?.role === "system" || head?.role === "developer" ? charactersOf(head) : 0
  const cached = prefix < CACHED_FROM_CHARACTERS
    ? 0
    : Math.floor(estimateTokens(prefix) / CACHE_STEP) * CACHE_STEP
  return { input, cached }
}

const LEAST_P = 1e-4
const clamp = (p: number): number => Math.min(1 - LEAST_P, Math.max(LEAST_P, p))
const logit = (p: number): number => Math.log(p / (1 - p))

/** Share of tokens that decide an answer; the others only spell it out. */
const DECISIVE = 0.2

/**
 * Token log-probabilities of an answer that its model believes in with probability `belief`. Few tokens carry the
 * doubt, the first always; the rest are near certain. One alternative token a position.
 */
export const tokenLogprobs = (tokens: ReadonlyArray<string>, belief: number, draws: Draws) =>
  tokens.map((token, i) => {
    const decisive = i === 0 || draws.uniform() < DECISIVE
    const p = clamp(
      decisive ? 1 / (1 + Math.exp(-logit(clamp(belief)) - 0.5 * draws.normal())) : 1 - 0.08 * draws.uniform() ** 2
    )
    const logprob = Math.log(p)
    const other = Math.log((1 - p) * (0.5 + 0.45 * draws.uniform()))
    const listed = [entry(token, logprob), entry(token === " the" ? " a" : " the", other)]
    return { ...entry(token, logprob), top_logprobs: listed.toSorted((a, b) => b.logprob - a.logprob) }
  })

const entry = (token: string, logprob: number) => ({ token, logprob, bytes: [...Buffer.from(token)] })
