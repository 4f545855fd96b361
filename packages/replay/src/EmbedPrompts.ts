import type { CompletionError, EmbeddedTexts, Embedder } from "@spillway/providers"
import type { PromptEmbedding } from "@spillway/store"
import { Effect } from "effect"
import { backoffMs } from "./Backoff.ts"
import { MAX_WAIT_MS } from "./ProviderGate.ts"

/** Messages that several requests may share, and what of them is embedded. */
export interface Prompt {
  readonly prompt_sha: string
  readonly text: string
}

/** A prompt's vector, or why the model refuses the prompt. */
export type PromptAnswer =
  | { readonly _tag: "Embedded"; readonly row: PromptEmbedding }
  | { readonly _tag: "Refused"; readonly reason: string }

/** Statuses by which a provider rejects a text, not the model, the address or the way to ask. */
const OF_THE_TEXT = new Set<number | undefined>([400, 413, 422])

/**
 * Embeds some prompts in one call; what may succeed later is tried again `maxRetries` times. Where the provider rejects
 * the texts, each is tried by itself: one may be too long, and the others must not suffer for it.
 */
export const embedPrompts = (
  embedder: Embedder,
  prompts: ReadonlyArray<Prompt>,
  maxRetries: number
): Effect.Effect<ReadonlyArray<PromptAnswer>, CompletionError> =>
  Effect.matchEffect(embedPatiently(embedder, prompts.map(({ text }) => text), maxRetries, 1), {
    onSuccess: (embedded) => Effect.succeed(answersOf(prompts, embedded)),
    onFailure: (error): Effect.Effect<ReadonlyArray<PromptAnswer>, CompletionError> =>
      error.reason !== "rejected" || !OF_THE_TEXT.has(error.status)
        ? Effect.fail(error)
        : prompts.length === 1
        ? Effect.succeed([{ _tag: "Refused", reason: error.message }])
        : Effect.map(
          Effect.forEach(prompts, (prompt) => embedPrompts(embedder, [prompt], maxRetries)),
          (answers) => answers.flat()
        )
  })

const embedPatiently = (
  embedder: Embedder,
  texts: ReadonlyArray<string>,
  maxRetries: number,
  attempt: number
): Effect.Effect<EmbeddedTexts, CompletionError> =>
  Effect.catch(
    embedder.embed(texts),
    Effect.fnUntraced(function*(error) {
      const waitMs = yield* backoffMs(attempt, error.retryAfterMs)
      if (!error.retryable || attempt > maxRetries || waitMs > MAX_WAIT_MS) return yield* error
      yield* Effect.sleep(waitMs)
      return yield* embedPatiently(embedder, texts, maxRetries, attempt + 1)
    })
  )

/** A call's cost is shared out by length. */
const answersOf = (prompts: ReadonlyArray<Prompt>, { usd, vectors }: EmbeddedTexts): ReadonlyArray<PromptAnswer> => {
  const chars = prompts.reduce((sum, { text }) => sum + text.length, 0)
  return prompts.map(({ prompt_sha, text }, i) => ({
    _tag: "Embedded",
    row: { prompt_sha, vector: vectors[i]!, ...(usd === undefined ? {} : { cost_usd: usd * text.length / chars }) }
  }))
}
