import type { Dataset } from "./Dataset.ts"
import { mix } from "./Folds.ts"

/** Rows by time; rows without a time come first, in an order drawn by the seed. With `labels`, a sample of that many. */
export const orderedRows = (
  data: Pick<Dataset, "n" | "group" | "ts">,
  options: { readonly seed: number; readonly labels?: number | undefined }
): Uint32Array => {
  const drawn = (row: number) => mix(data.group[row]!, options.seed)
  const all = Uint32Array.from({ length: data.n }, (_, row) => row)
  const kept = options.labels === undefined || options.labels >= data.n
    ? all
    : all.toSorted((a, b) => mix(a, options.seed + 1) - mix(b, options.seed + 1) || a - b).subarray(0, options.labels)
  const time = (row: number) => Number.isNaN(data.ts[row]!) ? -Infinity : data.ts[row]!
  return kept.toSorted((a, b) => (time(a) === time(b) ? 0 : time(a) - time(b)) || drawn(a) - drawn(b) || a - b)
}

/** Times of the first and the last of some rows as ISO 8601; null where none is known. */
export const timeSpan = (data: Dataset, rows: Uint32Array) => {
  const known = Array.from(rows, (row) => data.ts[row]!).filter((t) => !Number.isNaN(t))
  const iso = (t: number) => new Date(t).toISOString()
  return known.length === 0
    ? { first_ts: null, last_ts: null }
    : { first_ts: iso(known.reduce((a, b) => Math.min(a, b))), last_ts: iso(known.reduce((a, b) => Math.max(a, b))) }
}
