import { hull } from "./Hull.ts"
import { type PlanPoint, routePlan } from "./IndexedPlan.ts"
import { midway } from "./RankedProblem.ts"
import { checkProblem, type Predictions, type SearchProblem } from "./SearchProblem.ts"

/**
 * The entry tier of each row: the one among `entry.tiers` with the greatest `predicted quality - lambda * predicted cost`,
 * the first of them on ties. O(n K).
 */
export const routeEntries = (
  n: number,
  entry: { readonly lambda: number; readonly tiers: ReadonlyArray<number> },
  predictions: Predictions | undefined
): Uint8Array => {
  const { lambda, tiers } = entry
  const chosen = new Uint8Array(n).fill(tiers[0]!)
  if (tiers.length === 1) return chosen
  if (predictions === undefined) throw new RangeError("A plan with several entry tiers needs predictions")
  const best = new Float64Array(n).fill(-Infinity)
  for (const tier of tiers) {
    const quality = predictions.quality[tier]!
    const cost = predictions.cost[tier]!
    for (let i = 0; i < n; i++) {
      const value = quality[i]! - lambda * cost[i]!
      if (value > best[i]!) {
        best[i] = value
        chosen[i] = tier
      }
    }
  }
  return chosen
}

/** Every distinct ex-ante route: `lambda[j]` is a price at which the route has mean `quality[j]` and mean USD `cost[j]`. */
export interface RouteFrontier {
  readonly lambda: Float64Array
  readonly quality: Float64Array
  readonly cost: Float64Array
}

/**
 * Routing by `argmax(predicted quality - lambda * predicted cost)` among `tiers` for all prices at once, dearest first.
 * As lambda grows from 0 each row walks down the upper envelope of its lines, at most K - 1 switches; the switches are
 * sorted by price and summed. O(n K^2 + n K log(n K)).
 */
export const routeFrontier = (
  problem: SearchProblem,
  predictions: Predictions,
  tiers: ReadonlyArray<number>
): RouteFrontier => {
  checkProblem(problem)
  const { n, weight } = problem
  const start = routeEntries(n, { lambda: 0, tiers }, predictions)
  const switches: Array<{ readonly price: number; readonly quality: number; readonly cost: number }> = []
  let total = 0
  let quality = 0
  let cost = 0
  for (let i = 0; i < n; i++) {
    const w = weight === undefined ? 1 : weight[i]!
    let at = start[i]!
    total += w
    quality += w * problem.quality[at]![i]!
    cost += w * problem.cost[at]![i]!
    for (;;) {
      let next = at
      let price = Infinity
      for (const tier of tiers) {
        const saved = predictions.cost[at]![i]! - predictions.cost[tier]![i]!
        if (saved <= 0) continue
        const even = (predictions.quality[at]![i]! - predictions.quality[tier]![i]!) / saved
        if (even < price || (even === price && predictions.cost[tier]![i]! < predictions.cost[next]![i]!)) {
          next = tier
          price = even
        }
      }
      if (next === at) break
      switches.push({
        price,
        quality: w * (problem.quality[next]![i]! - problem.quality[at]![i]!),
        cost: w * (problem.cost[next]![i]! - problem.cost[at]![i]!)
      })
      at = next
    }
  }
  switches.sort((a, b) => a.price - b.price)
  const points: Array<readonly [lambda: number, quality: number, cost: number]> = []
  let price = 0
  for (let s = 0; s <= switches.length; s++) {
    const step = switches[s]
    if (step === undefined || step.price > price) {
      points.push([step === undefined ? 2 * price + 1 : midway(price, step.price), quality / total, cost / total])
    }
    if (step === undefined) break
    price = step.price
    quality += step.quality
    cost += step.cost
  }
  return {
    lambda: Float64Array.from(points, (point) => point[0]),
    quality: Float64Array.from(points, (point) => point[1]),
    cost: Float64Array.from(points, (point) => point[2])
  }
}

/** The routes on the hull of {@link routeFrontier}, cheapest first. */
export const routePoints = (
  problem: SearchProblem,
  predictions: Predictions,
  tiers: ReadonlyArray<number>
): Array<PlanPoint> => {
  const { lambda, quality, cost } = routeFrontier(problem, predictions, tiers)
  return hull(cost, quality).map((j) => ({
    plan: routePlan(problem.tiers, lambda[j]!, tiers),
    quality: quality[j]!,
    cost: cost[j]!
  }))
}
