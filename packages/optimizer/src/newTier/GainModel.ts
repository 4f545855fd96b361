import { type Dataset, taskOf } from "../data/Dataset.ts"
import { mix } from "../data/Folds.ts"
import { fitNonNegative } from "../fit/NonNegativeLeastSquares.ts"
import { poolByTask, pooledMean, type PooledMeans } from "../fit/SegmentPooling.ts"
import { meanAndVariance } from "../statistics/Moments.ts"
import type { Audits } from "./Audits.ts"
import { kMeans } from "./KMeans.ts"
import { randomProjection } from "./RandomProjection.ts"

/** How a new tier is told by what is known of the others. */
export type GainModelKind = "combination" | "combination_by_task" | "clusters"

/**
 * The gain of the flagship over a new tier: `intercept + sum of weights x gains of the known tiers + offset of the task +
 * mean of the cluster`. The parts that a kind does not have are 0.
 */
export interface GainModel {
  readonly kind: GainModelKind
  readonly intercept: number
  /** By known tier; 0 for the flagship. */
  readonly weights: ReadonlyArray<number>
  readonly byTask: PooledMeans
  readonly byCluster: PooledMeans
}

/** Cross-validated squared error of the gain of one kind, and the standard error of its difference to the chosen one. */
export interface GainModelScore {
  readonly model: GainModelKind
  readonly error: number
  readonly stderr: number
  readonly chosen: boolean
}

/** A new tier's gain model with what it says of every row. */
export interface FittedGain {
  readonly model: GainModel
  readonly scores: ReadonlyArray<GainModelScore>
  /** Cluster of each row. */
  readonly cluster: Uint32Array
  /** Predicted gain of each row before any answer; of an audited one by a model that did not see its audit. */
  readonly predicted: Float64Array
  /** Gain of each row told by the known tiers' grades on it; of an audited one by a model that did not see its audit. */
  readonly imputed: Float64Array
}

const DIMENSIONS = 128
const FOLDS = 10
const PENALTY = 3
/** Standard errors by which a kind must beat the plain combination. */
const LEAST_GAIN = 1
/** Audits to a cluster, about. */
const AUDITS_PER_CLUSTER = 12
const MOST_CLUSTERS = 64

/**
 * Fits the gain of a new tier on its audits, in one of three kinds chosen by cross-validation on them:
 *
 * - `combination`: a non-negative combination of the known tiers' gains. Its weights come from the grades themselves, on
 *   which tiers that fail together are seen to fail together, and are then applied to the known tiers' heads.
 * - `combination_by_task`: with what it leaves unexplained in each task, shrunk by empirical Bayes.
 * - `clusters`: mean gains over k-means clusters of the requests' text, shrunk by empirical Bayes to the mean of all
 *   (Jitkrittum et al. 2025, UniRoute).
 *
 * @param gains cross-fitted predicted gains by known tier, each by row; undefined for the flagship
 */
export const fitGain = (
  data: Dataset,
  audits: Audits,
  gains: ReadonlyArray<Float64Array | undefined>,
  seed: number
): FittedGain => {
  const flagship = data.quality[data.flagship]!
  const known = gains.flatMap((of, k) => of === undefined ? [] : [k])
  const labels = data.quality.map((quality, k) =>
    known.includes(k) ? flagship.map((y, row) => y - quality[row]!) : undefined
  )
  const target = flagship.map((y, row) => y - audits.quality[row]!)
  const clusters = Math.max(1, Math.min(MOST_CLUSTERS, Math.floor(audits.rows.length / AUDITS_PER_CLUSTER)))
  const cluster = kMeans(randomProjection(data.hashed, DIMENSIONS, seed), DIMENSIONS, clusters, seed)
  const task = (row: number) => taskOf(data, row)
  const clusterName = (row: number) => String(cluster[row]!)
  const nothing: PooledMeans = new Map()

  const fit = (kind: GainModelKind, rows: Uint32Array): GainModel => {
    if (kind === "clusters") {
      const byCluster = poolByTask(clusterName, target, rows)
      return { kind, intercept: 0, weights: data.tiers.map(() => 0), byTask: nothing, byCluster }
    }
    const pick = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!)
    const solved = fitNonNegative(known.map((k) => pick(labels[k]!)), pick(target), PENALTY, known.map(() => 0))
    const weights = data.tiers.map((_, k) => known.includes(k) ? solved.weights[known.indexOf(k)]! : 0)
    const plain: GainModel = { kind, intercept: solved.intercept, weights, byTask: nothing, byCluster: nothing }
    if (kind === "combination") return plain
    const left = new Float64Array(data.n).fill(NaN)
    for (const row of rows) left[row] = target[row]! - evaluate(plain, labels, row)
    return { ...plain, byTask: poolByTask(task, left, rows) }
  }
  const evaluate = (model: GainModel, on: ReadonlyArray<Float64Array | undefined>, row: number): number =>
    known.reduce((sum, k) => sum + model.weights[k]! * on[k]![row]!, model.intercept) +
    pooledMean(model.byTask, task(row)) + pooledMean(model.byCluster, clusterName(row))

  const foldOf = (row: number) => mix(data.group[row]!, seed) % FOLDS
  const crossed = KINDS.map((kind) => {
    const predicted = new Float64Array(data.n), imputed = new Float64Array(data.n)
    for (let f = 0; f < FOLDS; f++) {
      const model = fit(kind, audits.rows.filter((row) => foldOf(row) !== f))
      for (const row of audits.rows) {
        if (foldOf(row) !== f) continue
        predicted[row] = evaluate(model, gains, row)
        imputed[row] = evaluate(model, labels, row)
      }
    }
    return {
      kind,
      predicted,
      imputed,
      errors: Float64Array.from(audits.rows, (row) => (target[row]! - predicted[row]!) ** 2)
    }
  })
  const difference = (a: Float64Array, b: Float64Array) => {
    const { mean, variance } = meanAndVariance(a.map((error, i) => error - b[i]!))
    return { mean, stderr: Math.sqrt(variance / a.length) }
  }
  const plain = crossed[0]!
  const penalized = crossed.map(({ errors }) => {
    const { mean, stderr } = difference(errors, plain.errors)
    return mean + LEAST_GAIN * stderr
  })
  const chosen = crossed[penalized.indexOf(Math.min(...penalized))]!
  const model = fit(chosen.kind, audits.rows)
  const combination = fit("combination", audits.rows)
  const audited = new Set(audits.rows)
  const everywhere = (out: Float64Array, of: GainModel, on: ReadonlyArray<Float64Array | undefined>) =>
    out.map((value, row) => audited.has(row) ? value : evaluate(of, on, row))
  return {
    model,
    scores: crossed.map(({ errors, kind }) => ({
      model: kind,
      error: meanAndVariance(errors).mean,
      stderr: difference(errors, chosen.errors).stderr,
      chosen: kind === chosen.kind
    })),
    cluster,
    predicted: everywhere(chosen.predicted, model, gains),
    // Whatever tells best before any answer, the grades of the others tell the most after.
    imputed: everywhere(plain.imputed, combination, labels)
  }
}

/** The plain combination first: the others have to beat it. */
const KINDS: ReadonlyArray<GainModelKind> = ["combination", "combination_by_task", "clusters"]
