import { Schema } from "effect"

const Tokens = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * Tokens that one answer used.
 *
 * `input_tokens` includes `cached_input_tokens` and `cache_write_tokens`; `output_tokens` includes `reasoning_tokens`.
 * Providers that count otherwise (Anthropic excludes cached tokens) are brought to this form by their translation.
 */
export const Usage = Schema.Struct({
  input_tokens: Tokens,
  cached_input_tokens: Schema.optionalKey(Tokens),
  cache_write_tokens: Schema.optionalKey(Tokens),
  output_tokens: Tokens,
  reasoning_tokens: Schema.optionalKey(Tokens)
})
export type Usage = typeof Usage.Type
