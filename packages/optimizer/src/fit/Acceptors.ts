import type { Acceptor } from "@spillway/domain"
import { logit, standardize } from "@spillway/policy"
import type { Dataset } from "../data/Dataset.ts"
import { partsOfFold } from "../data/Folds.ts"
import { calibrateCrossFitted, type Calibrated } from "./Calibration.ts"
import { everyNth } from "./EveryNth.ts"
import { fitLogisticRidge, type LogisticModel } from "./LogisticRidge.ts"
import { valuesAt } from "./ValuesAt.ts"

/** Ridge penalties that cross-validation chooses from. */
const PENALTIES = [1, 10, 100]
/** Inputs present on fewer than this share of the answers say too little. */
const LEAST_COVERAGE = 0.02
/** More rows than this do not sharpen two dozen weights, they only cost time. */
const MOST_ROWS = 5_000

/** A fitted ex-post head with its cross-fitted, calibrated scores. */
export interface FittedAcceptor extends Calibrated {
  readonly tier: number
  /** The tier whose answer came right before; undefined for any or none. */
  readonly after?: number
  readonly score: Acceptor["score"]
  readonly inputs: Acceptor["inputs"]
  readonly intercept: number
  /** Log-odds, not yet calibrated, of each row by a head that never saw the row's fold; NaN outside the rows fitted on. */
  readonly logOdds: Float64Array
}

/** What {@link fitAcceptor} reads. */
export interface AcceptorInputs {
  readonly data: Pick<Dataset, "n" | "tiers" | "flagship" | "quality" | "evidence">
  readonly rows: Uint32Array
  readonly fold: Uint8Array
  readonly folds: number
  /** Cross-fitted predicted quality of each tier. */
  readonly exante: ReadonlyArray<Float64Array>
}

/** Several heads over the same inputs. */
export interface AcceptorProblems extends AcceptorInputs {
  readonly heads: ReadonlyArray<Pick<FittedAcceptor, "tier" | "score">>
}

/** {@link fitAcceptor} for head `i`. */
export const acceptorTask = (all: AcceptorProblems, i: number): FittedAcceptor =>
  fitAcceptor(all, all.heads[i]!.tier, all.heads[i]!.score)

interface Column {
  readonly name: string
  readonly transform?: "logit"
  readonly values: Float64Array
}

/** What a score estimates: the answer's quality, or 1 - what it loses against the flagship. NaN where not known. */
export const labelOf = (
  data: Pick<Dataset, "quality" | "flagship">,
  tier: number,
  score: Acceptor["score"]
): (row: number) => number => {
  const quality = data.quality[tier]!, flagship = data.quality[data.flagship]!
  return score === "confidence"
    ? (row) => quality[row]!
    : (row) => 1 - Math.max(0, flagship[row]! - quality[row]!)
}

/**
 * Fits one ex-post head: from every signal of the answer, its text features and the predicted qualities to the
 * probability that the answer is good (`confidence`), or that the flagship would not be better (`advantage`).
 */
export const fitAcceptor = (
  { data, exante, fold, folds, rows }: AcceptorInputs,
  tier: number,
  score: Acceptor["score"]
): FittedAcceptor => {
  const label = labelOf(data, tier, score)
  const labelled = rows.filter((row) => !Number.isNaN(label(row)))
  const columns = columnsOf(data, tier, labelled, exante)
  const stats = columns.map((column) => columnStandardization(column.values, labelled))
  const width = columns.length
  const x = new Float64Array(data.n * width)
  columns.forEach(({ values }, j) => {
    const { mean, scale } = stats[j]!
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!, v = values[row]!
      if (!Number.isNaN(v)) x[row * width + j] = standardize(v, mean, scale)
    }
  })
  const fit = (training: Uint32Array, penalty: number, start?: LogisticModel) => {
    const used = everyNth(training, MOST_ROWS)
    const matrix = new Float64Array(used.length * width)
    for (let i = 0; i < used.length; i++) matrix.set(x.subarray(used[i]! * width, (used[i]! + 1) * width), i * width)
    return fitLogisticRidge(matrix, width, valuesAt(used, label), penalty, start)
  }
  const raw = PENALTIES.map(() => new Float64Array(data.n).fill(NaN))
  const models = PENALTIES.map((): LogisticModel | undefined => undefined)
  for (let f = 0; f < folds; f++) {
    const { inside } = partsOfFold(labelled, fold, f), { outside } = partsOfFold(rows, fold, f)
    PENALTIES.forEach((penalty, p) => {
      // Where the search starts does not show in what it finds: the best weights to nine digits.
      const { intercept, weights } = models[p] = fit(inside, penalty, models[p] ?? models[p - 1])
      for (let i = 0; i < outside.length; i++) {
        const row = outside[i]!
        let z = intercept
        for (let j = 0; j < width; j++) z += weights[j]! * x[row * width + j]!
        raw[p]![row] = z
      }
    })
  }
  const losses = raw.map((z) => labelled.reduce((sum, row) => sum + logLoss(z[row]!, label(row)), 0))
  const best = losses.indexOf(Math.min(...losses))
  const model = fit(labelled, PENALTIES[best]!, models[best])
  return {
    tier,
    score,
    inputs: columns.map(({ name, transform }, j) => ({
      name,
      ...(transform === undefined ? {} : { transform }),
      mean: stats[j]!.mean,
      scale: stats[j]!.scale,
      missing: 0,
      weight: model.weights[j]!
    })),
    intercept: model.intercept,
    logOdds: raw[best]!,
    ...calibrateCrossFitted(raw[best]!, label, labelled, rows, fold, folds)
  }
}

const columnsOf = (
  data: AcceptorInputs["data"],
  tier: number,
  rows: Uint32Array,
  exante: ReadonlyArray<Float64Array>
): ReadonlyArray<Column> => {
  const columns: Array<Column> = [{ name: `exante:${data.tiers[tier]!}`, values: exante[tier]! }]
  if (tier !== data.flagship) {
    columns.push({ name: `exante:${data.tiers[data.flagship]!}`, values: exante[data.flagship]! })
  }
  const evidence = data.evidence[tier]!
  evidence.names.forEach((name, j) => {
    const values = evidence.columns[j]!
    let present = 0, least = Infinity, greatest = -Infinity, inner = 0
    for (const row of rows) {
      const v = values[row]!
      if (Number.isNaN(v)) continue
      present += 1
      if (v < least) least = v
      if (v > greatest) greatest = v
      if (v > 0 && v < 1) inner += 1
    }
    if (present < LEAST_COVERAGE * rows.length || !(greatest > least)) return
    columns.push({ name, values })
    // A flag gains nothing from the second scale.
    if (least >= 0 && greatest <= 1 && inner > 0) columns.push({ name, transform: "logit", values: values.map(logit) })
  })
  return columns
}

/** Mean and standard deviation of a column over the rows where it is known; scale 1 where it does not vary, or beyond all numbers. */
export const columnStandardization = (values: Float64Array, rows: Uint32Array): { mean: number; scale: number } => {
  let n = 0, sum = 0, squares = 0
  for (const row of rows) {
    const v = values[row]!
    if (Number.isNaN(v)) continue
    n += 1
    sum += v
    squares += v * v
  }
  if (n === 0) return { mean: 0, scale: 1 }
  const mean = sum / n, deviation = Math.sqrt(Math.max(0, squares / n - mean * mean))
  return { mean: Number.isFinite(mean) ? mean : 0, scale: deviation > 1e-12 && deviation < Infinity ? deviation : 1 }
}

/** Log-loss of log-odds `z` against a label in [0, 1]. */
export const logLoss = (z: number, y: number): number => Math.max(z, 0) - z * y + Math.log1p(Math.exp(-Math.abs(z)))
