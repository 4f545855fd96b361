import { evaluatePlan, planRows } from "./EvaluatePlan.ts"
import { type IndexedPlan, type PlanPoint, routePlan, singlePlan } from "./IndexedPlan.ts"
import type { Predictions, SearchProblem } from "./SearchProblem.ts"

/** Entry prices that are tried where latency is capped, as multiples of the price of the objective. */
const ENTRY_MULTIPLES = [1, 2, 4, 8]

/**
 * The route at a price of cost and one of being late. Predictions say nothing of time, so where being late has a price an
 * approximation is searched: routes without the one, two, ... tiers that are late most often, each at some multiples of
 * the price of cost. O(n K^2) for each multiple, once for each price of cost.
 */
export const routeSearch = (
  problem: SearchProblem,
  predictions: Predictions
): (lambda: number, mu: number) => IndexedPlan => {
  const all = problem.quality.map((_, k) => k)
  const ways = new Map<number, ReadonlyArray<PlanPoint & { readonly late: number }>>()
  const rows = planRows(problem.n)
  const late = all.map((k) => evaluatePlan(problem, singlePlan(problem.tiers, k), predictions, rows).late)
  const slowestLast = all.toSorted((a, b) => late[a]! - late[b]! || a - b)
  const waysAt = (lambda: number) =>
    all.flatMap((_, left) => {
      const tiers = slowestLast.slice(0, problem.tiers - left).toSorted((a, b) => a - b)
      return ENTRY_MULTIPLES.map((multiple) => {
        const plan = routePlan(problem.tiers, multiple * lambda, tiers)
        const { cost, late, quality } = evaluatePlan(problem, plan, predictions, rows)
        return { plan, quality, cost, late }
      })
    })
  return (lambda, mu) => {
    if (mu === 0) return routePlan(problem.tiers, lambda, all)
    const known = ways.get(lambda) ?? waysAt(lambda)
    ways.set(lambda, known)
    const worth = known.map(({ cost, late, quality }) => quality - lambda * cost - mu * late)
    return known[worth.indexOf(Math.max(...worth))]!.plan
  }
}
