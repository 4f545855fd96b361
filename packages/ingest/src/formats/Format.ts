import type { Grade, JsonObject, Outcome, Request } from "@spillway/domain"
import { Result, type Schema, SchemaIssue } from "effect"
import type { FormatName } from "../ImportReport.ts"

/** What one record of a log says, in the words of the domain. */
export interface Translated {
  readonly request?: Request
  readonly outcomes?: ReadonlyArray<Outcome>
  readonly grades?: ReadonlyArray<Grade>
}

/** What a translation may need beyond the record. */
export interface TranslateOptions {
  readonly task: string
  readonly tier: string | undefined
}

/** A log format: a pure translation of its records. */
export interface Format {
  readonly name: FormatName
  /** Whether a record is of this format; looks at the names of its fields only. */
  readonly matches: (record: JsonObject) => boolean
  /** The fields that make a record one of this format, in words. */
  readonly needs: string
  /** What the record says, or why it cannot be used. */
  readonly translate: (record: JsonObject, options: TranslateOptions) => Result.Result<Translated, string>
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** The first thing that a schema found wrong, with its field. */
export const reasonOf = (error: Schema.SchemaError): string => {
  const [issue] = format(error.issue).issues
  const path = (issue?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".")
  return `${path === "" ? "" : `${path}: `}${issue?.message ?? error.message}`
}

/** Decodes with a schema; the reason names the field. */
export const decoding = <A>(
  decode: (value: unknown) => Result.Result<A, Schema.SchemaError>
) =>
(value: unknown): Result.Result<A, string> => Result.mapError(decode(value), reasonOf)
