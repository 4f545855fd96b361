import { Schema } from "effect"

/** One call of a replay plan: the request to answer and the tier to answer it. A plan file holds one a line. */
export const PlannedCall = Schema.Struct({
  request_id: Schema.NonEmptyString,
  tier: Schema.NonEmptyString,
  /** Null where the tier's cost is not known. */
  expected_usd: Schema.optionalKey(Schema.NullOr(Schema.Finite))
})
export type PlannedCall = typeof PlannedCall.Type
