import { type ChainBuffers, chainBuffers, chainSearch, thresholdsOf } from "./Coordinate.ts"
import { chainStages, type PlanPoint } from "./IndexedPlan.ts"
import type { RankedProblem } from "./RankedProblem.ts"
import { routeEntries } from "./Route.ts"
import type { Predictions } from "./SearchProblem.ts"

/** Entry prices that are tried, as multiples of the price of the objective. */
const entryMultiples = [0.25, 0.5, 1, 2, 4, 8]

/**
 * Routes each row to the tier of `chain` with the best ex-ante prediction at an entry price, then climbs the rest of the
 * chain. Entry price and thresholds are searched jointly: a coordinate search of the thresholds (see
 * {@link chainSearch}) for each entry price of a geometric grid around `lambda`. O(E s n m) for E entry prices and s sweeps.
 */
export const routeCascadePoint = (
  problem: RankedProblem,
  predictions: Predictions,
  chain: ReadonlyArray<number>,
  lambda: number,
  mu = 0,
  buffers: ChainBuffers = chainBuffers(problem)
): PlanPoint & { readonly value: number } => {
  const position = Uint8Array.from({ length: problem.tiers }, (_, tier) => Math.max(0, chain.indexOf(tier)))
  const found = entryMultiples.map((multiple) => {
    const entry = { lambda: multiple * lambda, tiers: chain }
    const positions = routeEntries(problem.n, entry, predictions).map((tier) => position[tier]!)
    const search = chainSearch(problem, chain, positions, buffers)
    const solution = search.solve(lambda, mu)
    return { entry, search, solution }
  })
  const { entry, search, solution } = found.reduce((best, next) =>
    next.solution.value > best.solution.value ? next : best
  )
  return {
    plan: {
      kind: "route_cascade",
      entry,
      stages: chainStages(problem.tiers, chain, thresholdsOf(problem, solution))
    },
    ...search.evaluate(solution.cuts),
    value: solution.value
  }
}
