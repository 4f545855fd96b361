import { evaluatePlan } from "../search/EvaluatePlan.ts"
import type { PlanShares } from "../search/Hull.ts"
import { type IndexedPlan, singlePlan } from "../search/IndexedPlan.ts"
import { coverByPrice } from "../search/LambdaGrid.ts"
import { type DecisionColumns, predictionsOf, problemOf } from "./Columns.ts"
import type { PolicyClass } from "./PolicyClass.ts"
import { searchedRows } from "./SearchedRows.ts"
import { withinCap } from "./WithinCap.ts"

/** One plan or a mix of some, with mean quality (labels) and USD per request on the searched rows. */
export interface Candidate {
  readonly plans: PlanShares
  /** Tasks that have a plan of their own. */
  readonly segments: ReadonlyMap<string, IndexedPlan>
  /** The prices of cost and of being late that it was found at, where a search found it. */
  readonly lambda?: number | undefined
  readonly mu?: number | undefined
  readonly quality: number
  readonly cost: number
  /** Share of the searched rows that take longer than the cap on latency; 0 without one. */
  readonly late: number
}

const ROUNDING = 1e-9

/** Prices between which every frontier of these rows lies, from dear quality (low) to cheap (high). */
export const priceRange = (columns: DecisionColumns, rows: Uint32Array): readonly [low: number, high: number] => {
  const mean = (column: Float64Array) => rows.reduce((sum, row) => sum + column[row]!, 0) / rows.length
  const costs = columns.cost.map(mean)
  const spread = Math.max(...costs) - Math.min(...costs)
  return spread > 0 ? [1e-3 / spread, 1e2 / spread] : [1, 1]
}

/**
 * A grid of prices in descending order over the part of {@link priceRange} where a point of quality has a usual price. Where
 * all tiers cost the same there is no such range: any prices do, and these ascend from 1/30 to 30.
 */
export const priceGrid = (columns: DecisionColumns, rows: Uint32Array, size: number): ReadonlyArray<number> => {
  const [low, high] = priceRange(columns, rows)
  const from = high / 30, to = low * 30
  return Array.from({ length: size }, (_, i) => from * (to / from) ** (i / (size - 1)))
}

/**
 * The frontier of a policy class, evenly covered in cost: from the cheapest single tier to the flagship, both included.
 * Where latency is capped, all points but these two keep the cap on the searched rows.
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
  const searched = searchedRows(problem, predictions)
  const search = withinCap(policyClass.search(searched), searched)
  const measure = (plans: PlanShares, on = labels): Candidate => {
    const measured = plans.map(({ plan, share }) => ({ share, ...evaluatePlan(on, plan, predictions) }))
    const mean = (of: "quality" | "cost" | "late") => measured.reduce((sum, m) => sum + m.share * m[of], 0)
    return { plans, segments: new Map(), quality: mean("quality"), cost: mean("cost"), late: mean("late") }
  }
  const single = (tier: number) => measure([{ share: 1, plan: singlePlan(problem.tiers, tier) }])
  const keeps = ({ late }: Candidate) => late <= (labels.latency?.mostLate ?? 0) + ROUNDING
  const found = coverByPrice(
    (lambda) => {
      const { mu, plans } = search(lambda)
      return { ...measure(plans, problem), lambda, mu }
    },
    priceRange(columns, rows),
    { points: most * 2, gap: 1 / most }
  ).filter(keeps).map(({ lambda, mu, plans }) => ({ ...measure(plans), lambda, mu }))
  const cheap = single(0), dear = single(flagship)
  const between = found.filter((c) => c.cost > cheap.cost && (c.cost < dear.cost || c.quality > dear.quality))
  const points = [cheap, ...thin(between, most), ...(flagship === 0 ? [] : [dear])].toSorted((a, b) => a.cost - b.cost)
  const gap = points.at(-1)!.cost / most
  return points.flatMap((point, i) => i === 0 ? [point] : [...bridge(points[i - 1]!, point, gap).filter(keeps), point])
}

/**
 * Mixes of two neighbours, no further apart than `gap` USD: between two points of a concave frontier nothing is better.
 * Also towards a dearer point that is worse, as the flagship may be: a mix varies less than the better plan alone, so that
 * fewer requests certify it.
 */
const bridge = (a: Candidate, b: Candidate, gap: number): ReadonlyArray<Candidate> => {
  const steps = gap > 0 ? Math.floor((b.cost - a.cost) / gap) : 0
  return Array.from({ length: Math.max(0, steps - 1) }, (_, i) => {
    const share = (i + 1) / steps
    return {
      plans: mixed(a.plans, b.plans, share),
      segments: new Map(),
      quality: a.quality + share * (b.quality - a.quality),
      cost: a.cost + share * (b.cost - a.cost),
      late: a.late + share * (b.late - a.late)
    }
  })
}

/** The plans of `a`, and of `b` by a share; a plan of both once. */
const mixed = (a: PlanShares, b: PlanShares, share: number): PlanShares => {
  const shares = new Map<IndexedPlan, number>()
  for (const { plan, share: own } of a) shares.set(plan, (1 - share) * own)
  for (const { plan, share: own } of b) shares.set(plan, (shares.get(plan) ?? 0) + share * own)
  return Array.from(shares, ([plan, own]) => ({ plan, share: own }))
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
