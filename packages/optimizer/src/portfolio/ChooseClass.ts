import { evaluatePlan } from "../search/EvaluatePlan.ts"
import { type DecisionColumns, predictionsOf, problemOf } from "./Columns.ts"
import type { PolicyClass } from "./PolicyClass.ts"

/** A class with its cross-validated worth: mean over prices of `quality - lambda * cost`, on rows its plans never saw. */
export interface ClassScore {
  readonly policyClass: PolicyClass
  readonly score: number
  /** Standard error of the difference to the best class. */
  readonly stderr: number
  readonly chosen: boolean
}

/** Standard errors by which a richer class must beat a simpler one. */
const SPREAD_PENALTY = 0.5

/**
 * Chooses among policy classes by cross-validation. At each price every class is searched on all folds but one and
 * measured by labels on that one, so no class gains from having more members to pick from. A class is penalized by the
 * standard error of its difference to the simplest class: among equals the simpler wins.
 *
 * @param lambdas prices in descending order
 */
export const chooseClass = (
  classes: ReadonlyArray<PolicyClass>,
  columns: DecisionColumns,
  rows: Uint32Array,
  fold: Uint8Array,
  folds: number,
  group: Uint32Array,
  lambdas: ReadonlyArray<number>
): ReadonlyArray<ClassScore> => {
  const worth = classes.map(() => new Map<number, number>())
  for (let f = 0; f < folds; f++) {
    const inside = rows.filter((row) => fold[row] !== f), outside = rows.filter((row) => fold[row] === f)
    if (inside.length === 0 || outside.length === 0) continue
    classes.forEach((policyClass, c) => {
      const plan = policyClass.search(
        problemOf(columns, inside, policyClass.score, "plug-in"),
        predictionsOf(columns, inside)
      )
      const measured = problemOf(columns, outside, policyClass.score, "labels")
      const predictions = predictionsOf(columns, outside)
      for (const lambda of lambdas) {
        const { rows: result } = evaluatePlan(measured, plan(lambda), predictions)
        outside.forEach((row, i) => {
          const value = (result.quality[i]! - lambda * result.cost[i]!) / lambdas.length
          worth[c]!.set(row, (worth[c]!.get(row) ?? 0) + value)
        })
      }
    })
  }
  const means = worth.map((byRow) => mean([...byRow.values()]))
  const simplest = worth[0]!
  const spreads = worth.map((byRow) => clusterError(byRow, simplest, group))
  const penalized = means.map((m, c) => m - SPREAD_PENALTY * spreads[c]!)
  const chosen = penalized.indexOf(Math.max(...penalized))
  return classes.map((policyClass, c) => ({
    policyClass,
    score: means[c]!,
    stderr: clusterError(worth[c]!, worth[chosen]!, group),
    chosen: c === chosen
  }))
}

const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length)

/** Standard error of the mean difference, with rows of one group taken as one observation. */
const clusterError = (a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>, group: Uint32Array): number => {
  const sums = new Map<number, number>()
  for (const [row, value] of a) sums.set(group[row]!, (sums.get(group[row]!) ?? 0) + value - b.get(row)!)
  const center = mean([...sums.values()])
  const squares = [...sums.values()].reduce((sum, d) => sum + (d - center) ** 2, 0)
  return Math.sqrt(squares) / Math.max(1, a.size)
}
