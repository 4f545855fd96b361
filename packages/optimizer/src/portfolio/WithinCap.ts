import { evaluatePlan, planRows } from "../search/EvaluatePlan.ts"
import { hullOf, mixBetween, type PlanShares } from "../search/Hull.ts"
import type { IndexedPlan } from "../search/IndexedPlan.ts"
import type { PricedSearch } from "./PolicyClass.ts"
import type { SearchedRows } from "./SearchedRows.ts"

/** One plan, or a mix of two, at a price of cost. */
export interface CappedPlans {
  readonly plans: PlanShares
  /** The price of being late at which no plan is worth more; 0 where the cap does not bind. */
  readonly mu: number
  /** Whether few enough of the searched rows are late. */
  readonly keeps: boolean
}

/** At this price, in quality per row, being late outweighs all else. */
const STEEPEST = 1_000
const MOST_SEARCHES = 8
const ROUNDING = 1e-9

/**
 * Searches within the cap on latency of some rows: at each price of cost, the mix of plans that is worth most among those
 * that leave few enough rows late. Without a cap, or where the best plan keeps it, that plan alone.
 *
 * Column generation (Dantzig and Wolfe 1960): of the plans known so far the best mix lies on their hull over being late,
 * and the slope there is a price of being late. The plan that is best at that price joins, until none is better. So the
 * mix is the best of all mixes of the class as far as its search is exact, and takes no more than two plans.
 */
export const withinCap = (
  search: PricedSearch,
  { predictions, problem }: SearchedRows
): (lambda: number) => CappedPlans => {
  const alone = (plan: IndexedPlan): CappedPlans => ({ plans: [{ share: 1, plan }], mu: 0, keeps: true })
  const { latency } = problem
  if (latency === undefined) return (lambda) => alone(search(lambda, 0))
  const { mostLate } = latency
  const rows = planRows(problem.n)
  const known: Array<{ plan: IndexedPlan; quality: number; cost: number; late: number }> = []
  return (lambda) => {
    const find = (mu: number) => {
      const plan = search(lambda, mu)
      const { cost, late, quality } = evaluatePlan(problem, plan, predictions, rows)
      known.push({ plan, quality, cost, late })
      return { late, worth: quality - lambda * cost, plan }
    }
    const free = find(0)
    if (free.late <= mostLate) return alone(free.plan)
    if (known.every(({ late }) => late > mostLate)) find(STEEPEST)
    for (let searches = 0;; searches++) {
      // What is late is the cost of this mix, and what is worth its quality.
      const line = hullOf(known.map((p) => ({ plan: p.plan, quality: p.quality - lambda * p.cost, cost: p.late })))
      const above = line.findIndex(({ cost }) => cost > mostLate)
      const b = line.at(above)!, a = above > 0 ? line[above - 1]! : b
      const mu = a === b ? 0 : (b.quality - a.quality) / (b.cost - a.cost)
      const found = a === b || searches === MOST_SEARCHES ? undefined : find(mu)
      if (found === undefined || found.worth - mu * found.late <= a.quality - mu * a.cost + ROUNDING) {
        return { plans: mixBetween(a, b, mostLate), mu, keeps: a.cost <= mostLate }
      }
    }
  }
}
