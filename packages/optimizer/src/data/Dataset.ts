import type { SparseRows } from "../fit/SparseRows.ts"
import type { EmbeddingColumns } from "./EmbeddingColumns.ts"
import type { Turns } from "./Turns.ts"
import type { WordSets } from "./WordSets.ts"

/** Raw evidence about one tier's answers as columns; NaN where missing. */
export interface Evidence {
  /** Input names as acceptors use them: `signal:<name>`, `answer:<name>`. */
  readonly names: ReadonlyArray<string>
  readonly columns: ReadonlyArray<Float64Array>
}

/** Everything that fitting and searching read, as columns: row i is a request, k a tier (cheapest first). */
export interface Dataset {
  readonly n: number
  readonly tiers: ReadonlyArray<string>
  /** Index of the flagship among `tiers`. */
  readonly flagship: number
  readonly requestIds: ReadonlyArray<string>
  readonly taskNames: ReadonlyArray<string>
  /** Index into `taskNames`. */
  readonly task: Uint32Array
  /** The same for the heads, where they go by other tasks; absent where by the same. */
  readonly headTask?: Uint32Array | undefined
  /** Milliseconds since 1970, NaN where unknown. */
  readonly ts: Float64Array
  /** NaN where the tier has no graded outcome. */
  readonly quality: ReadonlyArray<Float64Array>
  /** USD; missing costs are filled by the cost heads. */
  readonly costUsd: ReadonlyArray<Float64Array>
  /** Milliseconds, NaN where unknown. */
  readonly latencyMs: ReadonlyArray<Float64Array>
  readonly hashBits: number
  readonly hashed: SparseRows
  /** Row-major, raw, in the order of `denseNames`. */
  readonly dense: Float64Array
  readonly denseNames: ReadonlyArray<string>
  /** Where vectors were asked for and some request has one. */
  readonly embedding?: EmbeddingColumns | undefined
  /** Of the requests that the application gave no task; absent where it gave each one. */
  readonly words?: WordSets | undefined
  /** Where some requests continue others whose prompt a provider kept in its cache. */
  readonly turns?: Turns | undefined
  /** Characters of the request's text. */
  readonly chars: Float64Array
  /** Requests that are not independent: near-duplicates, and turns of one conversation. */
  readonly group: Uint32Array
  readonly evidence: ReadonlyArray<Evidence>
  /** How far the answers of tier k and a cheaper tier p say the same, as `[k][p]`; NaN where one has no text. */
  readonly agreement: ReadonlyArray<ReadonlyArray<Float64Array>>
}

/** Task name of a row. */
export const taskOf = (data: Dataset, row: number): string => data.taskNames[data.task[row]!]!

/** Task name by which the heads go. */
export const headTaskOf = (data: Dataset, row: number): string => data.taskNames[(data.headTask ?? data.task)[row]!]!
