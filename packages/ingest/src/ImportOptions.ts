/** How far an import is. */
export interface ImportProgress {
  readonly path: string
  readonly records: number
  /** Bytes of the file read so far; undefined for Parquet. */
  readonly bytes: number | undefined
  readonly totalBytes: number
}

export interface ImportOptions {
  /** Task of requests that name none. */
  readonly task?: string | undefined
  /** Tier of answers in request/response logs, instead of the model they name. */
  readonly tier?: string | undefined
  /** Called after each batch. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
}
