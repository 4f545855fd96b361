import { BadInput, type Failure, type Request } from "@spillway/domain"
import {
  agreement,
  answerFeatures,
  answerNames,
  denseFeatures,
  denseNames,
  makeHasher,
  requestChars,
  requestView
} from "@spillway/policy"
import { type OutcomeMatrix, type Selection, Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import { type SparseRows, SparseRowsBuilder } from "../fit/SparseRows.ts"
import type { Dataset, Evidence } from "./Dataset.ts"
import { nearDuplicateGroups } from "./NearDuplicates.ts"

/** Which rows and tiers to load. */
export interface LoadOptions extends Selection {
  /** Cheapest first by mean cost where left out. */
  readonly tiers?: ReadonlyArray<string> | undefined
  /** The tier of the greatest mean quality where left out. */
  readonly flagship?: string | undefined
  /** Buckets for n-grams as a power of two; chosen by the number of requests where left out. */
  readonly hashBits?: number | undefined
}

/** A dataset with what was set aside on the way. */
export interface Loaded {
  readonly data: Dataset
  readonly warnings: ReadonlyArray<string>
}

/** A tier graded on fewer than this share of the requests is left out: the rows it shares with the others are too few. */
const LEAST_COVERAGE = 0.5

/**
 * Reads requests, outcomes, signals and grades from the store and turns text into features.
 *
 * Kept are the rows that every kept tier has a grade for; a tier that is graded on less than half of the rows is left
 * out. Both are said in `warnings`. Fails with {@link BadInput} where nothing can be learned from what is stored.
 */
export const loadDataset = Effect.fnUntraced(function*(
  options: LoadOptions
): Effect.fn.Return<Loaded, BadInput | Failure, Store> {
  const store = yield* Store
  const matrix = yield* store.matrix(options)
  const warnings: Array<string> = []
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
  const text = yield* readText(store, options, complete, matrix.requestIds.length)
  const evidence: Array<Evidence> = [], outputs: Array<Outputs> = []
  for (const k of chosen) {
    const read = yield* readEvidence(store, options, matrix, k, complete)
    evidence.push(read.evidence)
    outputs.push(read.outputs)
  }
  const take = (column: Float64Array) => Float64Array.from(complete, (row) => column[row]!)
  const tiers = chosen.map((k) => matrix.tiers[k]!)
  const quality = chosen.map((k) => take(matrix.quality[k]!))
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
    ...text,
    evidence,
    agreement: outputs.map((own, k) => outputs.slice(0, k).map((earlier) => agreementOf(own, earlier)))
  }
  return { data, warnings }
})

/** The tier of the greatest mean quality on the kept rows, the dearer of equals. */
const bestTier = (quality: ReadonlyArray<Float64Array>): number => {
  const means = quality.map((column) => column.reduce((sum, y) => sum + y, 0))
  return means.reduce((best, m, k) => m >= means[best]! ? k : best, 0)
}

/** Indices of the tiers to use, cheapest first by mean cost. */
const chooseTiers = Effect.fnUntraced(function*(
  matrix: OutcomeMatrix,
  options: LoadOptions,
  warnings: Array<string>
): Effect.fn.Return<ReadonlyArray<number>, BadInput> {
  const n = matrix.requestIds.length
  if (n === 0) {
    return yield* new BadInput({
      source: options.where === undefined ? "database" : "where",
      problem: "no request is selected",
      mend: options.where === undefined ? "Run \"spillway import\" first" : "Widen the condition"
    })
  }
  const unknown = options.tiers?.find((tier) => !matrix.tiers.includes(tier))
  if (unknown !== undefined) {
    return yield* new BadInput({
      source: "--tiers",
      problem: `"${unknown}" has no outcomes`,
      mend: `Known tiers: ${matrix.tiers.join(", ")}`
    })
  }
  const known = (column: Float64Array) => column.reduce((count, v) => count + (Number.isNaN(v) ? 0 : 1), 0)
  const mean = (column: Float64Array) =>
    column.reduce((sum, v) => sum + (Number.isNaN(v) ? 0 : v), 0) / Math.max(1, known(column))
  const candidates = matrix.tiers.map((_, k) => k)
    .filter((k) => options.tiers === undefined || options.tiers.includes(matrix.tiers[k]!))
  const priceless = candidates.find((k) => known(matrix.quality[k]!) > 0 && known(matrix.costUsd[k]!) === 0)
  if (priceless !== undefined) {
    return yield* new BadInput({
      source: "database",
      field: matrix.tiers[priceless]!,
      problem: "no outcome of this tier has a cost, and an unknown cost is not zero",
      mend:
        "Give the tier a price in spillway.yaml and replay it, import costs with the outcomes, or leave it out with --tiers"
    })
  }
  const kept = candidates.filter((k) => {
    const share = known(matrix.quality[k]!) / n
    if (share >= LEAST_COVERAGE) return true
    warnings.push(`tier ${matrix.tiers[k]!} is left out: graded on ${(100 * share).toFixed(0)} % of the requests`)
    return false
  })
  if (options.flagship !== undefined && !kept.some((k) => matrix.tiers[k] === options.flagship)) {
    return yield* new BadInput({
      source: "flagship",
      problem: `"${options.flagship}" is not graded on at least half of the requests`,
      mend: "Replay and grade it, or name another flagship"
    })
  }
  if (kept.length === 0) {
    return yield* new BadInput({
      source: "database",
      problem: "no tier is graded on at least half of the requests",
      mend: "Run \"spillway replay\" and \"spillway grade\" first"
    })
  }
  return kept.toSorted((a, b) => mean(matrix.costUsd[a]!) - mean(matrix.costUsd[b]!) || a - b)
})

/** Buckets for n-grams: a few times the number of requests, so that rare n-grams seldom meet. */
const hashBitsFor = (rows: number): number => Math.min(16, Math.max(12, Math.ceil(Math.log2(rows * 4))))

interface TextColumns {
  readonly hashBits: number
  readonly hashed: SparseRows
  readonly dense: Float64Array
  readonly denseNames: ReadonlyArray<string>
  readonly chars: Float64Array
  readonly group: Uint32Array
}

const readText = Effect.fnUntraced(function*(
  store: Store["Service"],
  selection: LoadOptions,
  complete: Uint32Array,
  total: number
): Effect.fn.Return<TextColumns, BadInput | Failure> {
  const slot = new Int32Array(total).fill(-1)
  complete.forEach((row, i) => slot[row] = i)
  const hashBits = selection.hashBits ?? hashBitsFor(complete.length)
  const hasher = makeHasher(hashBits)
  const builder = new SparseRowsBuilder(2 ** hashBits)
  const columns = denseNames.length
  const dense = new Float64Array(complete.length * columns)
  const chars = new Float64Array(complete.length)
  const texts: Array<string> = []
  let at = 0
  const read = (request: Request) => {
    const i = slot[at++]!
    if (i < 0) return
    const view = requestView(request)
    builder.add(hasher.hash(view.text, view.system))
    denseFeatures(view, dense, i * columns)
    chars[i] = requestChars(view)
    texts.push(view.text)
  }
  yield* Stream.runForEach(store.requests(selection), (chunk) => Effect.sync(() => chunk.forEach(read)))
  return { hashBits, hashed: builder.finish(), dense, denseNames, chars, group: nearDuplicateGroups(texts) }
})

/** Answers of one tier by row; undefined where unknown. */
type Outputs = ReadonlyArray<string | undefined>

const agreementOf = (own: Outputs, earlier: Outputs): Float64Array =>
  Float64Array.from(own, (output, i) => {
    const other = earlier[i]
    return output === undefined || other === undefined ? NaN : agreement(output, other)
  })

/** Signals and answer-text features of one tier, and the answers themselves. */
const readEvidence = Effect.fnUntraced(function*(
  store: Store["Service"],
  selection: Selection,
  matrix: OutcomeMatrix,
  k: number,
  complete: Uint32Array
): Effect.fn.Return<{ readonly evidence: Evidence; readonly outputs: Outputs }, BadInput | Failure> {
  const tier = matrix.tiers[k]!
  const names: Array<string> = [], columns: Array<Float64Array> = []
  for (const name of [...matrix.signals.keys()].toSorted()) {
    const column = matrix.signals.get(name)![k]
    if (column === undefined) continue
    names.push(`signal:${name}`)
    columns.push(Float64Array.from(complete, (row) => column[row]!))
  }
  const outputs = new Array<string | undefined>(complete.length).fill(undefined)
  const answers = answerNames.map(() => new Float64Array(complete.length).fill(NaN))
  const slot = new Int32Array(matrix.requestIds.length).fill(-1)
  complete.forEach((row, i) => slot[row] = i)
  const out = new Float64Array(answerNames.length)
  let at = 0
  yield* Stream.runForEach(store.outputs(tier, selection), (chunk) =>
    Effect.sync(() => {
      for (const output of chunk) {
        const i = slot[at++]!
        if (i < 0 || output === undefined) continue
        outputs[i] = output
        answerFeatures({ output }, out)
        answers.forEach((column, j) => column[i] = out[j]!)
      }
    }))
  return {
    evidence: {
      names: [...names, ...answerNames.map((name) => `answer:${name}`)],
      columns: [...columns, ...answers]
    },
    outputs
  }
})
