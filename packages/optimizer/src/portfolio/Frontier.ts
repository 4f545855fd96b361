import { evaluatePlan } from "../search/EvaluatePlan.ts"
import { type IndexedPlan, singlePlan } from "../search/IndexedPlan.ts"
import { coverByPrice } from "../search/LambdaGrid.ts"
import { type DecisionColumns, predictionsOf, problemOf } from "./Columns.ts"
import type { PolicyClass } from "./PolicyClass.ts"
import { searchedRows } from "./SearchedRows.ts"

/** One or two plans with their shares, and their mean quality (labels) and USD per request on the searched rows. */
export interface Candidate {
  readonly plans: ReadonlyArray<{ readonly share: number; readonly plan: IndexedPlan }>
  /** Tasks that have a plan of their own. */
  readonly segments: ReadonlyMap<string, IndexedPlan>
  /** The price that its one plan was found at, where a search found it. */
  readonly lambda?: number | undefined
  readonly quality: number
  readonly cost: number
}

/** Prices between which every frontier of these rows lies, from dear quality (low) to cheap (high). */
export const priceRange = (columns: DecisionColumns, rows: Uint32Array): readonly [low: number, high: number] => {
  const mean = (column: Float64Array) => rows.reduce((sum, row) => sum + column[row]!, 0) / rows.length
  const costs = columns.cost.map(mean)
  const spread = Math.max(...costs) - Math.min(...costs)
  return spread > 0 ? [1e-3 / spread, 1e2 / spread] : [1, 1]
}

/** A grid of prices in descending order over the part of {@link priceRange} where a point of quality has a usual price. */
export const priceGrid = (columns: DecisionColumns, rows: Uint32Array, size: number): ReadonlyArray<number> => {
  const [low, high] = priceRange(columns, rows)
  const from = high / 30, to = low * 30
  return Array.from({ length: size }, (_, i) => from * (to / from) ** (i / (size - 1)))
}

/**
 * The frontier of a policy class, evenly covered in cost: from the cheapest single tier to the flagship, both included.
 *
 * @param most points at most
 */
export const frontierOf = (
  policyClass: PolicyClass,
  columns: DecisionColumns,
  rows: Uint32Array,
  flagship: number,
  most: number
): ReadonlyArray<Candidate> => {
  const predictions = predictionsOf(columns, rows)
  const blended = problemOf(columns, rows, policyClass.score, "blended")
  // What the search maximises is what its frontier is concave in: a route knows its predictions only.
  const problem = policyClass.kind === "route" ? { ...blended, ...predictions } : blended
  const labels = problemOf(columns, rows, policyClass.score, "labels")
  const search = policyClass.search(searchedRows(problem, predictions))
  const measure = (plan: IndexedPlan, on = labels): Candidate => {
    const { cost, quality } = evaluatePlan(on, plan, predictions)
    return { plans: [{ share: 1, plan }], segments: new Map(), quality, cost }
  }
  const found = coverByPrice(
    (lambda) => ({ ...measure(search(lambda), problem), lambda }),
    priceRange(columns, rows),
    { points: most * 2, gap: 1 / most }
  ).map(({ lambda, plans }) => ({ ...measure(plans[0]!.plan), lambda }))
  const cheap = measure(singlePlan(problem.tiers, 0)), dear = measure(singlePlan(problem.tiers, flagship))
  const between = found.filter((c) => c.cost > cheap.cost && (c.cost < dear.cost || c.quality > dear.quality))
  const points = [cheap, ...thin(between, most), ...(flagship === 0 ? [] : [dear])].toSorted((a, b) => a.cost - b.cost)
  const gap = points.at(-1)!.cost / most
  return points.flatMap((point, i) => i === 0 ? [point] : [...bridge(points[i - 1]!, point, gap), point])
}

/**
 * Mixes of two neighbours, no further apart than `gap` USD: between two points of a concave frontier nothing is better.
 * None towards a dearer point that is worse, as the flagship may be.
 */
const bridge = (a: Candidate, b: Candidate, gap: number): ReadonlyArray<Candidate> => {
  const steps = gap > 0 && b.quality > a.quality ? Math.floor((b.cost - a.cost) / gap) : 0
  return Array.from({ length: Math.max(0, steps - 1) }, (_, i) => {
    const share = (i + 1) / steps
    return {
      plans: [{ share: 1 - share, plan: a.plans[0]!.plan }, { share, plan: b.plans[0]!.plan }],
      segments: new Map(),
      quality: a.quality + share * (b.quality - a.quality),
      cost: a.cost + share * (b.cost - a.cost)
    }
  })
}

/** Drops candidates that cost nearly the same as their cheaper neighbour. */
const thin = (candidates: ReadonlyArray<Candidate>, most: number): ReadonlyArray<Candidate> => {
  const sorted = candidates.toSorted((a, b) => a.cost - b.cost)
  const range = sorted.length === 0 ? 0 : sorted[sorted.length - 1]!.cost - sorted[0]!.cost
  const kept: Array<Candidate> = []
  for (const c of sorted) {
    const last = kept[kept.length - 1]
    if (last === undefined || c.cost - last.cost > range / (2 * most)) kept.push(c)
  }
  return kept
}
