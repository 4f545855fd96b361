import type { EmbeddingModel } from "@spillway/domain"
import type { Effect } from "effect"
import type { CompletionError } from "./Provider.ts"

/** What a model made of some texts. */
export interface EmbeddedTexts {
  /** One for each text, in order, of length 1, all of the same number of values. */
  readonly vectors: ReadonlyArray<Float32Array>
  /** US dollars of the call; undefined where unknown. */
  readonly usd: number | undefined
}

/** Turns texts into the vectors of one model. */
export interface Embedder {
  readonly of: EmbeddingModel
  /** Most texts in one call. */
  readonly batch: number
  /** Calls that may well be under way at once. */
  readonly concurrency: number
  /** Interrupting it ends a call to a provider on the wire. */
  readonly embed: (texts: ReadonlyArray<string>) => Effect.Effect<EmbeddedTexts, CompletionError>
}
