import { Schema } from "effect"
import { Price } from "./Price.ts"

/** Fields laid over the request body when a tier answers, for example `max_completion_tokens` or `reasoning_effort`. */
export const Settings = Schema.Record(Schema.String, Schema.Unknown)
export type Settings = typeof Settings.Type

/** A way to answer: provider + model + settings + price. The same model with two settings is two tiers. */
export const Tier = Schema.Struct({
  name: Schema.NonEmptyString,
  /** A key of `providers` in the configuration. */
  provider: Schema.NonEmptyString,
  /** The model's name on the provider's wire. */
  model: Schema.NonEmptyString,
  settings: Schema.optionalKey(Settings),
  /** Unknown where left out: costs of this tier are then unknown, not zero. */
  price: Schema.optionalKey(Price)
})
export type Tier = typeof Tier.Type
