import type { PlanKind } from "@spillway/domain"
import { cascadeRoutingSearch } from "../search/CascadeRouting.ts"
import { chainBuffers } from "../search/Coordinate.ts"
import { type IndexedPlan, routePlan, singlePlan } from "../search/IndexedPlan.ts"
import { routeCascadePoint } from "../search/RouteCascade.ts"
import type { ScoreKind } from "./Columns.ts"
import type { SearchedRows } from "./SearchedRows.ts"

/** A family of policies with its search: for a price of cost, the member that is best on some rows. */
export interface PolicyClass {
  readonly name: string
  readonly kind: PlanKind
  /** The score its stages test. */
  readonly score: ScoreKind
  /** Prepares a search on some rows; prices are asked for in descending order. */
  readonly search: (rows: SearchedRows) => (lambda: number) => IndexedPlan
}

const single: PolicyClass = {
  name: "single",
  kind: "single",
  score: "confidence",
  search: ({ problem }) => {
    const mean = (column: Float64Array) => column.reduce((sum, v) => sum + v, 0) / problem.n
    const quality = problem.quality.map(mean), cost = problem.cost.map(mean)
    return (lambda) => {
      const value = quality.map((q, k) => q - lambda * cost[k]!)
      return singlePlan(problem.tiers, value.indexOf(Math.max(...value)))
    }
  }
}

const route: PolicyClass = {
  name: "route",
  kind: "route",
  score: "confidence",
  search: ({ problem }) => (lambda) => routePlan(problem.tiers, lambda, problem.quality.map((_, k) => k))
}

const cascadeOn = (kind: PlanKind, score: ScoreKind): PolicyClass => ({
  name: kind,
  kind,
  score,
  search: ({ bestCascade }) => (lambda) => ({ ...bestCascade(lambda).plan, kind })
})

const routeCascade: PolicyClass = {
  name: "route_cascade",
  kind: "route_cascade",
  score: "confidence",
  search: ({ bestCascade, predictions, ranked }) => {
    const problem = ranked(), buffers = chainBuffers(problem)
    return (lambda) => {
      const points = [bestCascade(lambda).tiers, problem.candidates]
        .map((chain) => routeCascadePoint(problem, predictions, chain, lambda, buffers))
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
    return (lambda) => solve(lambda, bestCascade(lambda).plan).plan
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
