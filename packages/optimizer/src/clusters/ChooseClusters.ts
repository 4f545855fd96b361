import type { Cluster } from "@spillway/domain"
import { type Dataset, taskOf } from "../data/Dataset.ts"
import { groupFolds, partsOfFold } from "../data/Folds.ts"
import { candidateTiers } from "../fit/CandidateTiers.ts"
import { expectedCost, fitCosts } from "../fit/Costs.ts"
import { everyNth } from "../fit/EveryNth.ts"
import { fitHeads } from "../fit/Heads.ts"
import { poolByTask, pooledMean } from "../fit/SegmentPooling.ts"
import { clusterError } from "../statistics/ClusterError.ts"
import { mean } from "../statistics/Moments.ts"
import { assignClusters } from "./AssignClusters.ts"
import { findClusters, LEAST_REQUESTS } from "./FindClusters.ts"

/** By how much clusters better a prediction, on rows that it did not see. */
export interface ErrorsCompared {
  /** Mean squared errors. */
  readonly without: number
  readonly having: number
  /** Of the difference, rows of one near-duplicate group taken as one. */
  readonly standardError: number
  /** Whether the error falls by enough of its standard errors to go by it. */
  readonly better: boolean
}

/** What became of the requests without a task. */
export interface ClusterVerdict {
  /** Requests without a task among those learned from. */
  readonly requests: number
  /** Clusters that were tried; 0 where there are too few requests, or these are all alike. */
  readonly found: number
  /** Of the heads' gains; undefined where nothing was found. */
  readonly gains?: ErrorsCompared
  /** Of what the flagship costs more than a tier, in units of its mean cost. */
  readonly costs?: ErrorsCompared
}

/** Clusters for the requests without a task, the data with them for tasks, and why. */
export interface ChosenClusters {
  /** Empty where none pay. */
  readonly clusters: ReadonlyArray<Cluster>
  readonly data: Dataset
  /** Undefined where every request has a task, or where there is one tier only. */
  readonly verdict: ClusterVerdict | undefined
}

/** Numbers of clusters to try. */
const SIZES = [4, 8, 16, 32]
const FOLDS = 5
/**
 * Standard errors by which clusters must better the heads. A cluster is told by words, which the heads read already; at
 * 1,500 labels of MMLU-Pro what passed one standard error was chance, and routed no better (docs/segments.md).
 */
const LEAST_OF_GAINS = 2
/** The same for costs, of which nothing but the task and the length is read otherwise. */
const LEAST_OF_COSTS = 1
/** Errors that differ less are equal: where all requests cost the same, only rounding is left to predict. */
const ROUNDING = 1e-9
/** Predictions are compared on so many rows: what more rows would tell apart nobody would notice. */
const MOST_ROWS = 5_000

/**
 * Looks for clusters among the requests without a task ({@link findClusters}), and keeps them only where they pay: where
 * the gains that the heads predict, or the costs, get better with them, beyond chance, on folds that were not seen. Where
 * only costs do, the heads go without.
 *
 * The number of clusters is the least whose pooled means alone predict the worth of the flagship over other tiers as well,
 * within a standard error, as those of any other number: the gain in quality less the extra cost, at the price of cost at
 * which flagship and cheapest tier are worth the same on the whole. Clusters are found without grades, so that all folds
 * may share them.
 *
 * @param rows the rows to learn from; no other row is read, though every request without a task is assigned
 */
export const chooseClusters = (data: Dataset, rows: Uint32Array, seed: number): ChosenClusters => {
  const { words } = data
  const plain = assignClusters(data)
  if (words === undefined || data.tiers.length < 2) return { clusters: [], data: plain, verdict: undefined }
  const learned = new Set(rows)
  const requests = Uint32Array.from(words.rows.keys()).filter((i) => learned.has(words.rows[i]!))
  const seen = new Set<number>()
  const distinct = requests.filter((i) => {
    const group = data.group[words.rows[i]!]!
    if (seen.has(group)) return false
    seen.add(group)
    return true
  })
  const found = SIZES.filter((k) => k * LEAST_REQUESTS <= distinct.length)
    .map((k) => findClusters(words, distinct, k, seed))
    .filter((clusters) => clusters.length > 0)
    .map((clusters) => ({ clusters, data: assignClusters(data, clusters) }))
  if (found.length === 0) return { clusters: [], data: plain, verdict: { requests: requests.length, found: 0 } }

  const judged = judgeOn(data, everyNth(rows, MOST_ROWS), seed)
  const pooled = found.map(({ data }) => pooledErrors(judged, data))
  const means = pooled.map(mean)
  const best = pooled[means.indexOf(Math.min(...means))]!
  const chosen = found[
    pooled.findIndex((errors) => mean(errors) - mean(best) <= clusterError(errors, best, judged.groups))
  ]!
  const compare = (errors: (judged: Judged, data: Dataset) => Float64Array, least: number): ErrorsCompared => {
    const before = errors(judged, plain), after = errors(judged, chosen.data)
    const without = mean(before), having = mean(after)
    const standardError = clusterError(before, after, judged.groups)
    return { without, having, standardError, better: without - having > Math.max(ROUNDING, least * standardError) }
  }
  const gains = compare(gainErrors, LEAST_OF_GAINS), costs = compare(costErrors, LEAST_OF_COSTS)
  const verdict = { requests: requests.length, found: chosen.clusters.length, gains, costs }
  if (gains.better) return { ...chosen, verdict }
  if (costs.better) return { clusters: chosen.clusters, data: { ...chosen.data, headTask: plain.task }, verdict }
  return { clusters: [], data: plain, verdict }
}

/** On what predictions are judged: the flagship against the tiers that cascades may be built of. */
interface Judged {
  readonly rows: Uint32Array
  readonly fold: Uint8Array
  /** Near-duplicate group of each of `rows`. */
  readonly groups: Uint32Array
  readonly flagship: number
  readonly others: ReadonlyArray<{
    readonly tier: number
    /** By row of the data: flagship's quality less the tier's, the same of costs in units of the flagship's mean, and both. */
    readonly gain: Float64Array
    readonly extra: Float64Array
    readonly worth: Float64Array
  }>
  /** Mean cost of the flagship, USD; 1 where it costs nothing. */
  readonly usd: number
}

const judgeOn = (data: Dataset, rows: Uint32Array, seed: number): Judged => {
  const { flagship } = data
  const meanOf = (column: Float64Array) => mean(Float64Array.from(rows, (row) => column[row]!))
  const usd = meanOf(data.costUsd[flagship]!) || 1
  const less = (columns: ReadonlyArray<Float64Array>, tier: number, unit = 1) =>
    columns[flagship]!.map((y, row) => (y - columns[tier]![row]!) / unit)
  const ratio = meanOf(less(data.quality, 0)) / meanOf(less(data.costUsd, 0, usd))
  const price = Number.isFinite(ratio) ? Math.max(0, ratio) : 0
  return {
    rows,
    fold: groupFolds(data.group, FOLDS, seed),
    groups: Uint32Array.from(rows, (row) => data.group[row]!),
    flagship,
    others: candidateTiers(data, rows).filter((tier) => tier !== flagship).map((tier) => {
      const gain = less(data.quality, tier), extra = less(data.costUsd, tier, usd)
      return { tier, gain, extra, worth: gain.map((y, row) => y - price * extra[row]!) }
    }),
    usd
  }
}

/** Of each row the squared error of a prediction for each tier; means over the tiers. */
const squaredErrors = (
  { others, rows }: Judged,
  what: "gain" | "extra" | "worth",
  predicted: ReadonlyArray<Float64Array>
): Float64Array =>
  Float64Array.from(
    rows,
    (row) => others.reduce((sum, of, t) => sum + (of[what][row]! - predicted[t]![row]!) ** 2, 0) / others.length
  )

/** Rows of each fold with those outside of it. */
const foldsOf = ({ fold, rows }: Judged) => Array.from({ length: FOLDS }, (_, f) => partsOfFold(rows, fold, f))

/** Errors in worth of the tasks' pooled means alone. */
const pooledErrors = (judged: Judged, data: Dataset): Float64Array => {
  const task = (row: number) => taskOf(data, row)
  const predicted = judged.others.map(() => new Float64Array(data.n))
  for (const { inside, outside } of foldsOf(judged)) {
    judged.others.forEach(({ worth }, t) => {
      const pooled = poolByTask(task, worth, inside)
      for (const row of outside) predicted[t]![row] = pooledMean(pooled, task(row))
    })
  }
  return squaredErrors(judged, "worth", predicted)
}

/** The data of the tiers that are judged, the flagship last, without vectors. */
const tiersOf = (data: Dataset, { flagship, others }: Judged): Dataset => {
  const tiers = [...others.map(({ tier }) => tier), flagship]
  return {
    ...data,
    tiers: tiers.map((k) => data.tiers[k]!),
    flagship: others.length,
    quality: tiers.map((k) => data.quality[k]!),
    costUsd: tiers.map((k) => data.costUsd[k]!),
    embedding: undefined
  }
}

/** Errors in gain of the heads, each row by those that did not see its fold. */
const gainErrors = (judged: Judged, data: Dataset): Float64Array => {
  const { heads } = fitHeads(tiersOf(data, judged), judged.rows, judged.fold, FOLDS)
  return squaredErrors(judged, "gain", judged.others.map((_, t) => heads[t]!.crossFitted))
}

/** The same in extra cost of the cost heads. */
const costErrors = (judged: Judged, data: Dataset): Float64Array => {
  const { others, usd } = judged
  const narrow = tiersOf(data, judged)
  const predicted = others.map(() => new Float64Array(data.n))
  for (const { inside, outside } of foldsOf(judged)) {
    const costs = fitCosts(narrow, inside)
    for (const row of outside) {
      const dear = expectedCost(costs[others.length]!, narrow, row)
      others.forEach((_, t) => predicted[t]![row] = (dear - expectedCost(costs[t]!, narrow, row)) / usd)
    }
  }
  return squaredErrors(judged, "extra", predicted)
}
