import { partsOfFold } from "../data/Folds.ts"
import { everyNth } from "../fit/EveryNth.ts"
import { evaluatePlan } from "../search/EvaluatePlan.ts"
import { clusterError } from "../statistics/ClusterError.ts"
import { mean } from "../statistics/Moments.ts"
import { type DecisionColumns, predictionsOf, problemOf } from "./Columns.ts"
import type { PolicyClass } from "./PolicyClass.ts"
import { searchedRows } from "./SearchedRows.ts"
import { withinCap } from "./WithinCap.ts"

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
/** More rows than this tell no classes apart whose difference anyone would notice. */
const MOST_ROWS = 10_000

/**
 * Chooses among policy classes by cross-validation. At each price every class is searched on all folds but one and
 * measured by labels on that one, so no class gains from having more members to pick from. A class is penalized by the
 * standard error of its difference to the simplest class: among equals the simpler wins. Where latency is capped, a class is
 * charged the price of the late rows that it has beyond the share that may be, and plans that break the cap where they were
 * searched count as of no quality.
 *
 * @param lambdas prices, best in order: cascades start from the thresholds found last
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
  const used = everyNth(rows, MOST_ROWS)
  const groups = Uint32Array.from(used, (row) => group[row]!)
  const worth = classes.map(() => new Float64Array(used.length))
  const positions = Uint32Array.from(used.keys()), foldAt = Uint8Array.from(used, (row) => fold[row]!)
  const mostLate = columns.latency?.mostLate ?? 0
  const overrun = new Float64Array(classes.length)
  for (let f = 0; f < folds; f++) {
    const { inside: others, outside: at } = partsOfFold(positions, foldAt, f)
    if (others.length === 0 || at.length === 0) continue
    const inside = others.map((i) => used[i]!), outside = at.map((i) => used[i]!)
    const predictions = predictionsOf(columns, inside), predicted = predictionsOf(columns, outside)
    for (const [score, group] of Map.groupBy(classes.keys(), (c) => classes[c]!.score)) {
      const searched = searchedRows(problemOf(columns, inside, score, "blended"), predictions)
      const measured = problemOf(columns, outside, score, "labels")
      for (const c of group) {
        const search = withinCap(classes[c]!.search(searched), searched)
        for (const lambda of lambdas) {
          const { keeps, mu, plans } = search(lambda)
          for (const { plan, share } of plans) {
            const { late, rows: result } = evaluatePlan(measured, plan, predicted)
            const weight = share / lambdas.length
            at.forEach((i, j) =>
              worth[c]![i]! += weight * ((keeps ? result.quality[j]! : 0) - lambda * result.cost[j]!)
            )
            overrun[c]! += weight * mu * (late - mostLate) * at.length / used.length
          }
        }
      }
    }
  }
  const spreads = worth.map((values) => clusterError(values, worth[0]!, groups))
  const means = worth.map((values, c) => mean(values) - Math.max(0, overrun[c]!))
  const penalized = means.map((m, c) => m - SPREAD_PENALTY * spreads[c]!)
  const chosen = penalized.indexOf(Math.max(...penalized))
  return classes.map((policyClass, c) => ({
    policyClass,
    score: means[c]!,
    stderr: clusterError(worth[c]!, worth[chosen]!, groups),
    chosen: c === chosen
  }))
}
