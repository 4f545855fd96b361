import { Schema } from "effect"

const Text = {
  /** Take only this part of the answer: the first group (or match) of a regular expression. */
  extract: Schema.optionalKey(Schema.NonEmptyString)
}

/**
 * How a task's answers are graded. `reference` is the request's own.
 *
 * - `exact`: the text equals the reference
 * - `normalized`: equal after Unicode NFKC, lower case, collapsed white space, no outer punctuation
 * - `numeric`: the last number of the answer equals the reference's within a tolerance
 * - `contains`: share of the facts (reference lines, or `values`) that the answer contains
 * - `regex`: the answer matches `pattern`
 * - `choice`: the letter of a multiple choice answer equals the reference's
 * - `json`: the answer is JSON, valid by `schema` where given, and equal to the reference in `fields` (share of them)
 * - `command`: a program of the user's own reads one JSON object on standard input and writes `{"quality": 0..1}`; with
 *   `judge` its grades count as a judge's, not as sure ones
 * - `agreement`: how far the answer says the same as the flagship's, where there is nothing better to go by
 */
export const Grader = Schema.Union([
  Schema.Struct({ type: Schema.Literal("exact"), ...Text }),
  Schema.Struct({ type: Schema.Literal("normalized"), ...Text }),
  Schema.Struct({
    type: Schema.Literal("numeric"),
    absolute_tolerance: Schema.optionalKey(Schema.Finite),
    relative_tolerance: Schema.optionalKey(Schema.Finite),
    ...Text
  }),
  Schema.Struct({
    type: Schema.Literal("contains"),
    values: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
    ...Text
  }),
  Schema.Struct({
    type: Schema.Literal("regex"),
    pattern: Schema.NonEmptyString,
    flags: Schema.optionalKey(Schema.String)
  }),
  Schema.Struct({ type: Schema.Literal("choice"), ...Text }),
  Schema.Struct({
    type: Schema.Literal("json"),
    schema: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
    fields: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
    /** Take the last JSON value of an answer that says more than JSON; false where left out. */
    allow_prose: Schema.optionalKey(Schema.Boolean),
    ...Text
  }),
  Schema.Struct({
    type: Schema.Literal("command"),
    command: Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1)),
    timeout_ms: Schema.optionalKey(Schema.Int),
    /** True where the program asks a model for its opinion: its grades are stored as {@link JUDGE}'s. */
    judge: Schema.optionalKey(Schema.Boolean)
  }),
  Schema.Struct({ type: Schema.Literal("agreement") })
])
export type Grader = typeof Grader.Type

/** The types of graders there are. */
export const GRADER_TYPES: ReadonlyArray<Grader["type"]> = Grader.members.map(({ fields }) => fields.type.literal)

/** Grader of grades that are a judge's opinion. An imported grade may name it too. */
export const JUDGE = "judge"

/** Grader of grades that are agreement with the flagship's answer. */
export const AGREEMENT = "agreement"

/** Graders that grade a request without a reference as any other, whatever their options. */
export const NEED_NO_REFERENCE: ReadonlyArray<string> = ["regex", "command", JUDGE, AGREEMENT]
