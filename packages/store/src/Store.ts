import type { BadInput, EmbeddingModel, Failure, Grade, Outcome, Request } from "@spillway/domain"
import { Context, type Effect, type Scope, type Stream } from "effect"

/** Counts of what a bulk write changed. */
export interface Written {
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
}

/**
 * Outcomes as columns: row i is a request, column k a tier. Missing values are NaN.
 * `signals.get(name)[k][i]` is the signal of tier k for row i; tiers that never have it are undefined.
 */
export interface OutcomeMatrix {
  /** As selected, else all that have outcomes or grades, by name. */
  readonly tiers: ReadonlyArray<string>
  /** Row order: `ts` (unknown last), then `request_id`. */
  readonly requestIds: ReadonlyArray<string>
  readonly tasks: ReadonlyArray<string>
  /** Index into `tasks`. */
  readonly task: Uint32Array
  /** Milliseconds since 1970, NaN where unknown. */
  readonly ts: Float64Array
  readonly quality: ReadonlyArray<Float64Array>
  readonly costUsd: ReadonlyArray<Float64Array>
  readonly latencyMs: ReadonlyArray<Float64Array>
  readonly signals: ReadonlyMap<string, ReadonlyArray<Float64Array | undefined>>
}

/** Narrows a read. `where` is SQL over the columns of `requests` (`task`, `ts`, `metadata`, ...). */
export interface Selection {
  readonly where?: string | undefined
  readonly tiers?: ReadonlyArray<string> | undefined
  readonly limit?: number | undefined
  /**
   * A uniform sample of at most `size` of these requests that have a grade (on `tiers`); requests without one only fill up
   * what is left. The same seed draws the same requests.
   */
  readonly sample?: { readonly size: number; readonly seed: number } | undefined
}

/** Answers of some outcomes as columns: `output[j]` is what tier `tier[j]` (an index) answered to the request of row `row[j]`. */
export interface Answers {
  readonly row: Int32Array
  readonly tier: Int32Array
  readonly output: ReadonlyArray<string>
}

/** Outcomes whose prompt was read from a provider's cache in part: `tokens[j]` of tier `tier[j]` (an index), row `row[j]`. */
export interface CachedInput {
  readonly row: Int32Array
  readonly tier: Int32Array
  readonly tokens: Float64Array
}

/** What an embedding model made of a prompt: of all requests with the same messages. */
export interface PromptEmbedding {
  /** `prompt_sha` of the requests. */
  readonly prompt_sha: string
  /** Of length 1. */
  readonly vector: Float32Array
  /** US dollars; absent where unknown. */
  readonly cost_usd?: number | undefined
}

/** A prompt that an embedding model has not seen, by one of its requests. */
export interface NotEmbedded {
  readonly prompt_sha: string
  readonly request: Request
}

/** Vectors of some requests: `vector[j]` is that of row `row[j]`. */
export interface Vectors {
  readonly row: Int32Array
  readonly vector: ReadonlyArray<Float32Array>
}

/** How far an embedding model has seen the selected requests. */
export interface Embedded {
  readonly requests: number
  /** Requests with a vector. */
  readonly embedded: number
  /** Different prompts among the requests, and those with a vector. */
  readonly prompts: number
  readonly prompts_embedded: number
  /** Values of a vector; 0 where there is none. */
  readonly dimensions: number
  /** Mean US dollars of embedding one of the embedded requests; null where one's cost is unknown, or there is none. */
  readonly mean_usd: number | null
}

/** Per tier totals of what is stored. */
export interface TierSummary {
  readonly tier: string
  readonly outcomes: number
  readonly failed: number
  readonly graded: number
  readonly mean_quality: number | null
  readonly mean_cost_usd: number | null
  readonly total_cost_usd: number | null
  readonly latency_p50_ms: number | null
  readonly latency_p95_ms: number | null
}

/** Facts about one run of a command, kept for audit. */
export interface Run {
  readonly run_id: string
  readonly command: string
  readonly started_at: string
  readonly ended_at?: string | undefined
  readonly detail: Readonly<Record<string, unknown>>
}

/** A line of an imported file that could not be used. */
export interface Reject {
  /** The file. */
  readonly source: string
  /** From 1. */
  readonly line: number
  readonly reason: string
  /** The beginning of the line. */
  readonly text: string
}

/** Parameters (`$name`) of a query. */
export type QueryParameters = Readonly<Record<string, string | number | null>>

/** A row of a query: bigint columns as numbers, timestamps as ISO 8601 text. */
export type Row = Readonly<Record<string, unknown>>

type Fails = BadInput | Failure

/** The DuckDB file. One process holds it at a time. `layer` opens one, `layerMemory` holds one in memory. */
export class Store extends Context.Service<Store, {
  /**
   * Inserts requests by `request_id`, or merges them with what is stored: a field that the new one lacks stays. One that
   * says nothing new is unchanged.
   */
  readonly putRequests: (rows: ReadonlyArray<Request>) => Effect.Effect<Written, Fails>
  /**
   * Inserts or replaces outcomes by (`request_id`, `tier`), signals with them. A failed outcome never replaces one with
   * an answer.
   */
  readonly putOutcomes: (rows: ReadonlyArray<Outcome>) => Effect.Effect<Written, Fails>
  /**
   * Inserts or replaces grades by (`request_id`, `tier`, `grader`). An outcome's quality is the grade written last by a
   * grader other than `imported`, or the imported one where there is no other.
   */
  readonly putGrades: (rows: ReadonlyArray<Grade>) => Effect.Effect<Written, Fails>
  /** Inserts or replaces an embedding model's vectors by `prompt_sha`. */
  readonly putEmbeddings: (of: EmbeddingModel, rows: ReadonlyArray<PromptEmbedding>) => Effect.Effect<Written, Fails>
  /** Forgets the vectors of an embedding model. */
  readonly clearEmbeddings: (of: EmbeddingModel) => Effect.Effect<void, Fails>
  readonly putRun: (run: Run) => Effect.Effect<void, Fails>
  /** Requests in row order of {@link OutcomeMatrix}, in chunks of at most 2,048. */
  readonly requests: (selection?: Selection) => Stream.Stream<ReadonlyArray<Request>, Fails>
  /** Outcomes ordered by request row, then tier. */
  readonly outcomes: (selection?: Selection) => Stream.Stream<ReadonlyArray<Outcome>, Fails>
  /** Keys (`outcomeKey`) of the outcomes without `error`. */
  readonly answered: (tiers: ReadonlyArray<string>) => Effect.Effect<ReadonlySet<string>, Fails>
  readonly matrix: (selection?: Selection) => Effect.Effect<OutcomeMatrix, Fails>
  /** Answers of the given tiers, ordered by row of {@link OutcomeMatrix}, then tier; outcomes without one are left out. */
  readonly answers: (tiers: ReadonlyArray<string>, selection?: Selection) => Stream.Stream<Answers, Fails>
  /** Outcomes of the given tiers that a provider's cache served in part, by row of {@link OutcomeMatrix}; in any order. */
  readonly cachedInput: (tiers: ReadonlyArray<string>, selection?: Selection) => Stream.Stream<CachedInput, Fails>
  /** Vectors in row order of {@link OutcomeMatrix}; requests without one are left out. */
  readonly vectors: (of: EmbeddingModel, selection?: Selection) => Stream.Stream<Vectors, Fails>
  /** The prompts of the selected requests that have no vector, in row order of their first request. */
  readonly notEmbedded: (of: EmbeddingModel, selection?: Selection) => Stream.Stream<ReadonlyArray<NotEmbedded>, Fails>
  /** Fails with `BadInput` where the model has vectors of several lengths. */
  readonly embedded: (of: EmbeddingModel, selection?: Selection) => Effect.Effect<Embedded, Fails>
  /**
   * Draws a selection once for all reads of the same selection while the scope lives, and sets its outcomes and grades aside
   * where they are a small part of all: where there are many, one such read takes seconds. What is written meanwhile may not
   * show in them.
   */
  readonly hold: (selection?: Selection) => Effect.Effect<void, Fails, Scope.Scope>
  /** How many requests are selected, before a sample is drawn of them. */
  readonly count: (selection?: Selection) => Effect.Effect<number, Fails>
  readonly counts: Effect.Effect<{ requests: number; outcomes: number; grades: number; tasks: number }, Fails>
  readonly summary: (selection?: Selection) => Effect.Effect<ReadonlyArray<TierSummary>, Fails>
  /** SHA-256 over the selected requests, outcomes and grades, independent of insertion order. */
  readonly digest: (selection?: Selection) => Effect.Effect<string, Fails>
  readonly putTable: (table: { sha256: string; json: string; created_at: string }) => Effect.Effect<void, Fails>
  /** Keeps rejected lines aside, by (`source`, `line`). */
  readonly putRejects: (rows: ReadonlyArray<Reject>) => Effect.Effect<Written, Fails>
  /** Forgets the rejected lines of a file, before it is read again. */
  readonly clearRejects: (source: string) => Effect.Effect<void, Fails>
  /** Runs SQL of our own and returns plain rows; bigint columns come back as numbers. */
  readonly query: (sql: string, parameters?: QueryParameters) => Effect.Effect<ReadonlyArray<Row>, Fails>
  /** The rows of {@link query} in chunks of at most 2,048, without holding them all in memory. */
  readonly streamQuery: (sql: string, parameters?: QueryParameters) => Stream.Stream<ReadonlyArray<Row>, Fails>
  /** Runs an effect in one transaction: all its writes or none. */
  readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | Fails, R>
}>()("@spillway/store/Store") {}
