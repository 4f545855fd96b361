import { type Dataset, taskOf } from "../data/Dataset.ts"
import { partsOfFold } from "../data/Folds.ts"
import { parentTask } from "../fit/SegmentPooling.ts"
import { measurePoint } from "../Measure.ts"
import { evaluatePlan, type PlanRows } from "../search/EvaluatePlan.ts"
import type { PlanShares } from "../search/Hull.ts"
import type { IndexedPlan } from "../search/IndexedPlan.ts"
import { shareLate } from "../search/SearchProblem.ts"
import { clusterError } from "../statistics/ClusterError.ts"
import { mean } from "../statistics/Moments.ts"
import { normalQuantile } from "../statistics/Normal.ts"
import { type DecisionColumns, predictionsOf, problemOf } from "./Columns.ts"
import type { Candidate } from "./Frontier.ts"
import type { PolicyClass } from "./PolicyClass.ts"
import { searchedRows } from "./SearchedRows.ts"

/** Fewer requests than this, near-duplicates counted once, say too little of a task to search on. */
const LEAST_REQUESTS = 200
/** The largest tasks only: each has to pass at a level divided by their number. */
const MOST_SEGMENTS = 12
/** Prices at which a task's gain is tested; points of prices in between share the verdict. */
const TESTED_PRICES = 4
/** Chance that a task without a gain gets a plan of its own at a tested price. */
const ALPHA = 0.05
/** A gain that rests on fewer requests is not near enough to normal: two that happen to be cheaper would pass. */
const LEAST_CHANGED = 30
const ROUNDING = 1e-12

/** A task, or an inner node of the tree of dotted task names, with the searched rows at or below it. */
interface Segment {
  readonly task: string
  readonly rows: Uint32Array
}

/**
 * Gives the candidates that were found at a price a plan of its own for each task that gains by one.
 *
 * For each task (and each inner node of the tree of dotted names) the class is searched on the task's rows alone. Its
 * gain in `quality - lambda * cost` (less `mu` where late, at the point's two prices) over the plan that would serve the task otherwise, the nearest ancestor's or the
 * candidate's, is measured by labels on folds that the task's search did not see. The plan that it is compared with has
 * seen them, which is to its favour. A task gets its plan where the one-sided lower bound of the gain, at a level
 * divided by the number of tasks (Bonferroni), is above zero and at least {@link LEAST_CHANGED} requests fare differently;
 * near-duplicates are one observation.
 *
 * @param rows the rows that the candidates were searched on; their mean quality and cost are measured there again
 * @returns the candidates, cheapest first
 */
export const segmentPlans = (
  policyClass: PolicyClass,
  data: Dataset,
  columns: DecisionColumns,
  rows: Uint32Array,
  fold: Uint8Array,
  folds: number,
  candidates: ReadonlyArray<Candidate>
): ReadonlyArray<Candidate> => {
  const segments = segmentsOf(data, rows)
  if (segments.length === 0) return candidates
  const priced = candidates.flatMap(({ lambda, mu, plans }, index) =>
    lambda === undefined || mu === undefined
      ? []
      : [{ index, lambda, mu, plans, own: new Map<string, IndexedPlan>() }]
  ).toSorted((a, b) => b.lambda - a.lambda)
  const runs = inRuns(priced, TESTED_PRICES)
  const tested = runs.map((run) => run[Math.floor(run.length / 2)]!)
  const z = normalQuantile(1 - ALPHA / segments.length)
  const searchOn = (at: Uint32Array) =>
    policyClass.search(searchedRows(problemOf(columns, at, policyClass.score, "blended"), predictionsOf(columns, at)))
  const runOn = (at: Uint32Array) => {
    const problem = problemOf(columns, at, policyClass.score, "labels"), predictions = predictionsOf(columns, at)
    return (plan: IndexedPlan) => evaluatePlan(problem, plan, predictions).rows
  }

  for (const { rows: at, task } of segments) {
    const groups = Uint32Array.from(at, (row) => data.group[row]!)
    const positions = Uint32Array.from(at.keys()), foldAt = Uint8Array.from(at, (row) => fold[row]!)
    const worth = tested.map(() => new Float64Array(at.length))
    for (let f = 0; f < folds; f++) {
      const { inside, outside } = partsOfFold(positions, foldAt, f)
      if (outside.length === 0) continue
      const plan = searchOn(inside.map((i) => at[i]!)), run = runOn(outside.map((i) => at[i]!))
      tested.forEach((prices, t) => {
        const own = worthOf(alone(plan(prices.lambda, prices.mu)), prices, run)
        outside.forEach((i, j) => worth[t]![i] = own[j]!)
      })
    }
    const run = runOn(at)
    const gains = tested.map((point, t) => {
      const before = nearest(point.own, task)
      const inherited = worthOf(before === undefined ? point.plans : alone(before), point, run)
      const changed = new Set(groups.filter((_, i) => Math.abs(worth[t]![i]! - inherited[i]!) > ROUNDING)).size
      return changed >= LEAST_CHANGED &&
        mean(worth[t]!) - mean(inherited) > z * clusterError(worth[t]!, inherited, groups)
    })
    const chosen = runs.flatMap((points, t) => gains[t] ? points : [])
    if (chosen.length === 0) continue
    const plan = searchOn(at)
    for (const { lambda, mu, own } of chosen) own.set(task, plan(lambda, mu))
  }

  const changed = new Map(priced.filter(({ own }) => own.size > 0).map(({ index, own }) => [index, own]))
  if (changed.size === 0) return candidates
  const run = runOn(rows)
  return candidates.map((candidate, index): Candidate => {
    const own = changed.get(index)
    if (own === undefined) return candidate
    const point = { name: "", plans: candidate.plans, segments: own }
    const { costUsd, latencyMs, quality } = measurePoint(data, rows, point, run)
    const late = columns.latency === undefined ? 0 : shareLate(latencyMs, columns.latency.capMs)
    // At the prices of the point a task's plan may be later than the one that it inherits.
    if (late > Math.max(candidate.late, columns.latency?.mostLate ?? 0)) return candidate
    return { ...candidate, segments: own, quality: mean(quality), cost: mean(costUsd), late }
  }).toSorted((a, b) => a.cost - b.cost)
}

/**
 * The largest segments of some rows, each after its ancestors. One that holds all rows, or as many as one below it, is
 * none.
 */
const segmentsOf = (data: Dataset, rows: Uint32Array): ReadonlyArray<Segment> => {
  const byTask = new Map<string, Array<number>>()
  for (const row of rows) {
    for (const task of lineage(taskOf(data, row))) {
      const list = byTask.get(task)
      if (list === undefined) byTask.set(task, [row])
      else list.push(row)
    }
  }
  const fullest = new Map<string, number>()
  for (const [task, { length }] of byTask) {
    const parent = parentTask(task)!
    fullest.set(parent, Math.max(length, fullest.get(parent) ?? 0))
  }
  return [...byTask]
    .filter(([task, list]) => list.length < rows.length && list.length > (fullest.get(task) ?? 0))
    .filter(([, list]) => new Set(list.map((row) => data.group[row]!)).size >= LEAST_REQUESTS)
    .toSorted(([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1))
    .slice(0, MOST_SEGMENTS)
    .toSorted(([a], [b]) => a < b ? -1 : 1)
    .map(([task, list]) => ({ task, rows: Uint32Array.from(list) }))
}

const alone = (plan: IndexedPlan): PlanShares => [{ share: 1, plan }]

/** What each row is worth that plans run over, at two prices. */
const worthOf = (
  plans: PlanShares,
  { lambda, mu }: { readonly lambda: number; readonly mu: number },
  run: (plan: IndexedPlan) => PlanRows
): Float64Array => {
  const worths = plans.map(({ plan, share }) => {
    const { cost, late, quality } = run(plan)
    return quality.map((q, i) => share * (q - lambda * cost[i]! - mu * late[i]!))
  })
  return worths.reduce((sum, worth) => sum.map((value, i) => value + worth[i]!))
}

/** The plan of the nearest ancestor that has one. */
const nearest = (own: ReadonlyMap<string, IndexedPlan>, task: string): IndexedPlan | undefined => {
  return lineage(task).slice(1).map((name) => own.get(name)).find((plan) => plan !== undefined)
}

/** A task and its ancestors, nearest first, without the root. */
const lineage = (task: string): ReadonlyArray<string> => task === "" ? [] : [task, ...lineage(parentTask(task)!)]

/** Cuts a list into at most so many runs of neighbours of about equal length. */
const inRuns = <A>(list: ReadonlyArray<A>, most: number): ReadonlyArray<ReadonlyArray<A>> => {
  const count = Math.min(most, list.length)
  return Array.from(
    { length: count },
    (_, r) => list.slice(Math.floor(r * list.length / count), Math.floor((r + 1) * list.length / count))
  )
}
