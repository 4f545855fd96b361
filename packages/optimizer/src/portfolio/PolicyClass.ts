import type { PlanKind } from "@spillway/domain"
import { cascadeRoutingSearch } from "../search/CascadeRouting.ts"
import { chainBuffers } from "../search/Coordinate.ts"
import { evaluatePlan } from "../search/EvaluatePlan.ts"
import { type IndexedPlan, singlePlan } from "../search/IndexedPlan.ts"
import { routeCascadePoint } from "../search/RouteCascade.ts"
import { routeSearch } from "../search/RouteSearch.ts"
import type { ScoreKind } from "./Columns.ts"
import type { SearchedRows } from "./SearchedRows.ts"

/** The best plan at a price of cost, `lambda`, and one of being late, `mu`; see {@link SearchProblem}. */
export type PricedSearch = (lambda: number, mu: number) => IndexedPlan

/** A family of policies with its search: the member that is best on some rows for a price of cost and one of being late. */
export interface PolicyClass {
  readonly name: string
  readonly kind: PlanKind
  /** The score its stages test. */
  readonly score: ScoreKind
  /** Prepares a search on some rows. Prices come in any order; cascades start from the thresholds found last. */
  readonly search: (rows: SearchedRows) => PricedSearch
}

const single: PolicyClass = {
  name: "single",
  kind: "single",
  score: "confidence",
  search: ({ problem }) => {
    const mean = (column: Float64Array) => column.reduce((sum, v) => sum + v, 0) / problem.n
    const quality = problem.quality.map(mean), cost = problem.cost.map(mean)
    const late = quality.map((_, k) => evaluatePlan(problem, singlePlan(problem.tiers, k)).late)
    return (lambda, mu) => {
      const value = quality.map((q, k) => q - lambda * cost[k]! - mu * late[k]!)
      return singlePlan(problem.tiers, value.indexOf(Math.max(...value)))
    }
  }
}

const route: PolicyClass = {
  name: "route",
  kind: "route",
  score: "confidence",
  search: ({ predictions, problem }) => routeSearch(problem, predictions)
}

const cascadeOn = (kind: PlanKind, score: ScoreKind): PolicyClass => ({
  name: kind,
  kind,
  score,
  search: ({ bestCascade }) => (lambda, mu) => ({ ...bestCascade(lambda, mu).plan, kind })
})

const routeCascade: PolicyClass = {
  name: "route_cascade",
  kind: "route_cascade",
  score: "confidence",
  search: ({ bestCascade, predictions, ranked }) => {
    const problem = ranked(), buffers = chainBuffers(problem)
    return (lambda, mu) => {
      const points = [bestCascade(lambda, mu).tiers, problem.candidates]
        .map((chain) => routeCascadePoint(problem, predictions, chain, lambda, mu, buffers))
      return (points[1]!.value > points[0]!.value ? points[1]! : points[0]!).plan
    }
  }
}

const cascadeRoutingOn = (name: string, score: ScoreKind): PolicyClass => ({
  name,
  kind: "cascade_routing",
  score,
  search: ({ bestCascade, predictions, ranked }) => {
    const { solve } = cascadeRoutingSearch(ranked(), predictions)
    return (lambda, mu) => solve(lambda, bestCascade(lambda, mu).plan, mu).plan
  }
})

/** Simplest first. */
export const policyClasses: ReadonlyArray<PolicyClass> = [
  single,
  route,
  cascadeOn("cascade", "confidence"),
  cascadeOn("stopping", "advantage"),
  routeCascade,
  cascadeRoutingOn("cascade_routing", "confidence"),
  cascadeRoutingOn("cascade_routing_stopping", "advantage")
]

/** Which classes to consider: all, only those that test answers, or only those that decide before any answer. */
export type PolicyChoice = "auto" | "cascade" | "route"

/** The classes of a choice; with a single tier there is nothing to choose. */
export const policyClassesOf = (choice: PolicyChoice, tiers: number): ReadonlyArray<PolicyClass> => {
  if (tiers === 1) return [single]
  switch (choice) {
    case "auto":
      return policyClasses
    case "route":
      return [route]
    case "cascade":
      return policyClasses.filter(({ kind }) => kind !== "single" && kind !== "route")
  }
}
