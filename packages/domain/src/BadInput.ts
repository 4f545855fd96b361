import { Schema } from "effect"

/**
 * Input that cannot be used: says where, what is wrong and the mend. The command line prints `message` and exits
 * with 1 (2 where `usage` is set). Never carries a secret.
 */
export class BadInput extends Schema.TaggedError<BadInput>()("BadInput", {
  /** The file, flag or object that is wrong. */
  source: Schema.String,
  line: Schema.optionalKey(Schema.Int),
  /** Path of the field, for example `tiers[1].price`. */
  field: Schema.optionalKey(Schema.String),
  problem: Schema.String,
  mend: Schema.String,
  usage: Schema.optionalKey(Schema.Boolean)
}) {
  override get message() {
    const where = [this.source, this.line === undefined ? undefined : String(this.line)].filter((x) => x !== undefined)
    const field = this.field === undefined ? "" : `${this.field}: `
    return `${where.join(":")}: ${field}${this.problem}. ${this.mend}`
  }
}
