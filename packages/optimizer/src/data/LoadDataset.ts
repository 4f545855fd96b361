import { BadInput, type EmbeddingModel, type Failure, type Price } from "@spillway/domain"
import { denseNames, requestView } from "@spillway/policy"
import { type OutcomeMatrix, type Selection, Store } from "@spillway/store"
import { Effect, type Scope, Stream } from "effect"
import { AnswerColumns } from "./AnswerColumns.ts"
import { chooseTiers } from "./ChooseTiers.ts"
import type { Dataset } from "./Dataset.ts"
import { loadTurns } from "./LoadTurns.ts"
import { loadVectors } from "./LoadVectors.ts"
import { readRequests } from "./ReadRequests.ts"
import { TurnFinder } from "./Turns.ts"

/**
 * Requests that are read where nothing else is asked. The share of requests below any threshold is then off by at most
 * 0.61 % with probability .95 (Dvoretzky, Kiefer and Wolfowitz 1956, with Massart's constant), which is less than any
 * certificate can tell, while time and memory stay bounded.
 */
export const SAMPLE_REQUESTS = 50_000

/** Which rows and tiers to load. Without a `sample`, at most {@link SAMPLE_REQUESTS} requests are drawn. */
export interface LoadOptions extends Selection {
  /** Cheapest first by mean cost where left out. */
  readonly tiers?: ReadonlyArray<string> | undefined
  /** The tier of the greatest mean quality where left out. */
  readonly flagship?: string | undefined
  /** Buckets for n-grams as a power of two; chosen by the number of requests where left out. */
  readonly hashBits?: number | undefined
  /** What tiers charge, by name, where it is known. */
  readonly prices?: ReadonlyMap<string, Price | undefined> | undefined
  /** Also the vectors of this embedding model, where there are any. */
  readonly embedding?: EmbeddingModel | undefined
}

/** A dataset with what was set aside on the way. */
export interface Loaded {
  readonly data: Dataset
  readonly warnings: ReadonlyArray<string>
}

/**
 * Reads requests, outcomes, signals and grades from the store and turns text into features.
 *
 * Of more requests than the sample's size, that many are drawn, each with the same chance: drawn evenly over time, so
 * the newest can certify, and one by one, because groups of near-duplicates are known only once all texts are read; a
 * group that is drawn in part still stays on one side of every split. Kept are the rows that every kept tier has a grade
 * for; a tier that is graded on less than half of the rows is left out. All of it is said in `warnings`. Fails with
 * {@link BadInput} where nothing can be learned from what is stored.
 */
export const loadDataset = Effect.fnUntraced(function*(
  options: LoadOptions
): Effect.fn.Return<Loaded, BadInput | Failure, Store | Scope.Scope> {
  const store = yield* Store
  const selection: Selection = { ...options, sample: options.sample ?? { size: SAMPLE_REQUESTS, seed: 0 } }
  yield* store.hold(selection)
  const matrix = yield* store.matrix(selection)
  const warnings = yield* sampleWarnings(selection, matrix)
  const chosen = yield* chooseTiers(matrix, options, warnings)
  const complete = Uint32Array.from(matrix.requestIds.keys()).filter((row) =>
    chosen.every((k) => !Number.isNaN(matrix.quality[k]![row]!))
  )
  if (complete.length === 0) {
    return yield* new BadInput({
      source: "database",
      problem: `no request has a graded outcome on all of ${chosen.map((k) => matrix.tiers[k]).join(", ")}`,
      mend: "Run \"spillway replay\" and \"spillway grade\", or name other tiers with --tiers"
    })
  }
  if (complete.length < matrix.requestIds.length) {
    warnings.push(
      `${
        matrix.requestIds.length - complete.length
      } of ${matrix.requestIds.length} requests lack a grade on one of the tiers and are left out`
    )
  }
  const tiers = chosen.map((k) => matrix.tiers[k]!)
  /** Position among the complete rows, -1 for others. */
  const slot = new Int32Array(matrix.requestIds.length).fill(-1)
  complete.forEach((row, i) => slot[row] = i)

  const hashBits = options.hashBits ?? hashBitsFor(complete.length)
  const finder = new TurnFinder(complete.length)
  let at = 0
  const views = Stream.map(store.requests(selection), (chunk) =>
    chunk.filter(() => slot[at++]! >= 0).map((request) => {
      finder.add(request)
      return requestView(request)
    }))
  const answers = new AnswerColumns(complete.length, tiers.length)
  const readAnswers = Stream.runForEach(store.answers(tiers, selection), ({ output, row, tier }) =>
    Effect.sync(() => {
      for (let j = 0; j < output.length; j++) {
        const i = slot[row[j]!]!
        if (i >= 0) answers.add(i, tier[j]!, output[j]!)
      }
    }))
  const [requests] = yield* Effect.all([readRequests(views, complete.length, hashBits), readAnswers], {
    concurrency: "unbounded"
  })

  const embedding = options.embedding &&
    (yield* loadVectors(options.embedding, selection, slot, complete.length, warnings))
  const turns = yield* loadTurns(tiers, options.prices ?? new Map(), selection, slot, finder, warnings)
  const take = (column: Float64Array) => pick(column, complete)
  const quality = chosen.map((k) => take(matrix.quality[k]!))
  const signals = [...matrix.signals].toSorted(([a], [b]) => a < b ? -1 : 1)
  const data: Dataset = {
    n: complete.length,
    tiers,
    flagship: options.flagship === undefined ? bestTier(quality) : tiers.indexOf(options.flagship),
    requestIds: Array.from(complete, (row) => matrix.requestIds[row]!),
    taskNames: matrix.tasks,
    task: Uint32Array.from(complete, (row) => matrix.task[row]!),
    ts: take(matrix.ts),
    quality,
    costUsd: chosen.map((k) => take(matrix.costUsd[k]!)),
    latencyMs: chosen.map((k) => take(matrix.latencyMs[k]!)),
    hashBits,
    denseNames,
    embedding,
    turns,
    ...requests,
    group: finder.joined(requests.group),
    evidence: chosen.map((k, position) => {
      const sent = signals.flatMap(([name, byTier]) => byTier[k] === undefined ? [] : [{ name, column: byTier[k] }])
      const read = answers.evidence(position)
      return {
        names: [...sent.map(({ name }) => `signal:${name}`), ...read.names],
        columns: [...sent.map(({ column }) => take(column)), ...read.columns]
      }
    }),
    agreement: answers.agreement
  }
  return { data, warnings }
}, Effect.scoped)

/** The values of a column at some rows; a loop, because `Float64Array.from` takes many times as long. */
const pick = (column: Float64Array, rows: Uint32Array): Float64Array => {
  const picked = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) picked[i] = column[rows[i]!]!
  return picked
}

const sampleWarnings = Effect.fnUntraced(function*(selection: Selection, matrix: OutcomeMatrix) {
  const used = matrix.requestIds.length
  if (used < selection.sample!.size) return []
  const store = yield* Store
  const all = yield* store.count(selection)
  return all === used
    ? []
    : [`a sample of ${used} of ${all} requests is used`]
})

/** The tier of the greatest mean quality on the kept rows, the dearer of equals. */
const bestTier = (quality: ReadonlyArray<Float64Array>): number => {
  const means = quality.map((column) => column.reduce((sum, y) => sum + y, 0))
  return means.reduce((best, m, k) => m >= means[best]! ? k : best, 0)
}

/** Buckets for n-grams: a few times the number of requests, so that rare n-grams seldom meet. */
const hashBitsFor = (rows: number): number => Math.min(16, Math.max(12, Math.ceil(Math.log2(rows * 4))))
