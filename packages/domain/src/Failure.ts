import { Schema } from "effect"

/** Work that could not be done although the input was good (a disk, a socket, a database). The command exits with 1. */
export class Failure extends Schema.TaggedError<Failure>()("Failure", {
  /** What was being done, for example `opening spillway.duckdb`. */
  doing: Schema.String,
  problem: Schema.String,
  /** What the user can do about it. */
  mend: Schema.optionalKey(Schema.String),
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message() {
    return `${this.doing}: ${this.problem}${this.mend === undefined ? "" : `. ${this.mend}`}`
  }
}
