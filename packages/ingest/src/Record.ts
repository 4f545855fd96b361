import type { JsonObject } from "@spillway/domain"
import type { Result } from "effect"

/** One record of a file, or why it could not be read. */
export interface SourceRecord {
  /** From 1. */
  readonly line: number
  readonly value: Result.Result<JsonObject, string>
  /** The record as it stands in the file, for those that are kept aside. */
  readonly text: () => string
  /** Whether the file ends within this record. */
  readonly unfinished?: boolean
}

/** Records as they come, and how many bytes of the file have been read for them. */
export interface RecordBatch {
  readonly records: ReadonlyArray<SourceRecord>
  readonly bytes: number | undefined
}
