import { Schema } from "effect"
import type { Usage } from "./Usage.ts"

const UsdPerMillionTokens = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** What a tier charges, in US dollars per million tokens. A price left out means "charged as the plain price". */
export const Price = Schema.Struct({
  input_usd_per_mtok: UsdPerMillionTokens,
  output_usd_per_mtok: UsdPerMillionTokens,
  cached_input_usd_per_mtok: Schema.optionalKey(UsdPerMillionTokens),
  cache_write_usd_per_mtok: Schema.optionalKey(UsdPerMillionTokens),
  reasoning_usd_per_mtok: Schema.optionalKey(UsdPerMillionTokens)
})
export type Price = typeof Price.Type

/**
 * US dollars that reading so many tokens of a prompt from the provider's cache saves, as {@link costUsd} charges them;
 * undefined where the price of cached input is unknown.
 */
export const cacheDiscountUsd = (tokens: number, price: Price | undefined): number | undefined =>
  price?.cached_input_usd_per_mtok === undefined
    ? undefined
    : Math.max(0, tokens * (price.input_usd_per_mtok - price.cached_input_usd_per_mtok) / 1e6)

/** US dollars that `usage` costs at `price`; undefined where the price or the usage is unknown, never a guess. */
export const costUsd = (usage: Usage | undefined, price: Price | undefined): number | undefined => {
  if (usage === undefined || price === undefined) return undefined
  const cached = usage.cached_input_tokens ?? 0
  const written = usage.cache_write_tokens ?? 0
  const reasoning = usage.reasoning_tokens ?? 0
  const plainInput = Math.max(0, usage.input_tokens - cached - written)
  const plainOutput = Math.max(0, usage.output_tokens - reasoning)
  return (
    plainInput * price.input_usd_per_mtok +
    cached * (price.cached_input_usd_per_mtok ?? price.input_usd_per_mtok) +
    written * (price.cache_write_usd_per_mtok ?? price.input_usd_per_mtok) +
    plainOutput * price.output_usd_per_mtok +
    reasoning * (price.reasoning_usd_per_mtok ?? price.output_usd_per_mtok)
  ) / 1e6
}
