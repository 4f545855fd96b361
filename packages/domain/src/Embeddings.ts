import { Schema } from "effect"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

/** Most characters of a request that are embedded where nothing else is said: about the 512 tokens that small models read. */
const DEFAULT_MAX_CHARS = 2_000

/** Which vectors a request has: the model that makes them, and how much of the text it is given. */
export const EmbeddingModel = Schema.Struct({
  /** Name of the model with all that changes its vectors (the precision of a local one, dimensions that were asked for). */
  model: Schema.NonEmptyString,
  max_chars: Count
})
export type EmbeddingModel = typeof EmbeddingModel.Type

/**
 * How requests become vectors, where they do: by `local`, a model that runs in this process, or by `model` at a `provider`
 * that speaks OpenAI's `/embeddings`.
 */
export const Embeddings = Schema.Struct({
  /** A model's identifier on the Hugging Face hub, or its folder. */
  local: Schema.optionalKey(Schema.NonEmptyString),
  /** Precision of a local model's weights, by the names of Transformers.js; `q8` where left out. */
  dtype: Schema.optionalKey(Schema.Literals(["fp32", "fp16", "q8", "int8", "uint8", "q4", "q4f16", "bnb4"])),
  /** A key of `providers` in the configuration. */
  provider: Schema.optionalKey(Schema.NonEmptyString),
  /** The model's name on the provider's wire. */
  model: Schema.optionalKey(Schema.NonEmptyString),
  /** Shorter vectors than a provider's model makes by itself, where it can. */
  dimensions: Schema.optionalKey(Count),
  /** Unknown where left out: what embeddings of a provider cost is then unknown, not zero. */
  price: Schema.optionalKey(
    Schema.Struct({ input_usd_per_mtok: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)) })
  ),
  max_chars: Schema.optionalKey(Count),
  /** Milliseconds that a served request waits for its vector at most. */
  timeout_ms: Schema.optionalKey(Count)
})
export type Embeddings = typeof Embeddings.Type

/** The vectors that a configuration asks for. */
export const embeddingModel = (
  { dimensions, dtype = "q8", local, max_chars = DEFAULT_MAX_CHARS, model }: Embeddings
): EmbeddingModel => ({
  model: local !== undefined ? `${local} (${dtype})` : dimensions === undefined ? model! : `${model!} (${dimensions})`,
  max_chars
})

/** US dollars of so many tokens; 0 for a local model, undefined where price or tokens are unknown. */
export const embeddingUsd = (
  { local, price }: Pick<Embeddings, "local" | "price">,
  tokens: number | undefined
): number | undefined => {
  if (local !== undefined) return 0
  return price === undefined || tokens === undefined ? undefined : tokens * price.input_usd_per_mtok / 1e6
}
