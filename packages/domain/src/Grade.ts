import { Schema } from "effect"
import { Quality } from "./Outcome.ts"

/** The quality of an outcome with the grader that gave it. One outcome may hold grades of several graders. */
export const Grade = Schema.Struct({
  request_id: Schema.NonEmptyString,
  tier: Schema.NonEmptyString,
  /** The grader's name (`exact`, `json_schema`, ...), or `imported` for a quality that came with a log. */
  grader: Schema.NonEmptyString,
  quality: Quality,
  /** Why, in words: what was compared, which field differed. */
  evidence: Schema.optionalKey(Schema.String)
})
export type Grade = typeof Grade.Type
