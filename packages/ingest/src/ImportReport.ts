import type { Written } from "@spillway/store"

/** How a file's records are understood. */
export type FormatName = "interchange" | "openai" | "spillway-log"

/** A record that was not imported. */
export interface Skipped {
  /** Line of the file; the record's number where the file has no lines (Parquet). From 1. */
  readonly line: number
  readonly reason: string
}

/** What one file brought. */
export interface FileReport {
  readonly path: string
  /** Undefined where no record could be read. */
  readonly format: FormatName | undefined
  /** Records read, without empty lines. */
  readonly records: number
  readonly requests: Written
  readonly outcomes: Written
  readonly grades: Written
  /** Records that were not imported; all stand in the table `rejects`. */
  readonly skipped: number
  /** The first of them. */
  readonly examples: ReadonlyArray<Skipped>
  /** Whether the last line was still being written, as in a log segment that the proxy has open. */
  readonly unfinished: boolean
}

/** What an import brought. */
export interface ImportReport {
  readonly files: ReadonlyArray<FileReport>
  /** Request identifiers that have outcomes or grades in the store but no request. */
  readonly missing_requests: { readonly count: number; readonly examples: ReadonlyArray<string> }
}
