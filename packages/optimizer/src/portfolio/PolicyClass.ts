import type { PlanKind } from "@spillway/domain"
import { cascadeRoutingSearch } from "../search/CascadeRouting.ts"
import { thresholdsOf } from "../search/Coordinate.ts"
import { chainPlan, type IndexedPlan, routePlan, singlePlan } from "../search/IndexedPlan.ts"
import { rankProblem } from "../search/RankedProblem.ts"
import { routeCascadePoint } from "../search/RouteCascade.ts"
import type { Predictions, SearchProblem } from "../search/SearchProblem.ts"
import { subsetSearch } from "../search/Subsets.ts"
import type { ScoreKind } from "./Columns.ts"

/** A family of policies with its search: for a price of cost, the member that is best on some rows. */
export interface PolicyClass {
  readonly name: string
  readonly kind: PlanKind
  /** The score its stages test. */
  readonly score: ScoreKind
  /** Prepares a search; prices are asked for in descending order. */
  readonly search: (problem: SearchProblem, predictions: Predictions) => (lambda: number) => IndexedPlan
}

/** Distinct scores a search tells apart: far finer than sampling error. */
const BINS = 4_096

const single: PolicyClass = {
  name: "single",
  kind: "single",
  score: "confidence",
  search: (problem) => {
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
  search: (problem) => (lambda) => routePlan(problem.tiers, lambda, problem.quality.map((_, k) => k))
}

/** Coarser than {@link BINS}: each bin of each stage may get an action of its own. */
const STEP_BINS = 256

/** Longer chains pay for more answers than they can save. */
const MOST_IN_CHAIN = 5

const cascadeOn = (kind: PlanKind, score: ScoreKind): PolicyClass => ({
  name: kind,
  kind,
  score,
  search: (problem) => {
    const ranked = rankProblem(problem, BINS)
    const search = subsetSearch(ranked, Math.min(problem.tiers, MOST_IN_CHAIN))
    return (lambda) => {
      const found = search.solve(lambda)
      return { ...chainPlan(problem.tiers, found.tiers, thresholdsOf(ranked, found)), kind }
    }
  }
})

const routeCascade: PolicyClass = {
  name: "route_cascade",
  kind: "route_cascade",
  score: "confidence",
  search: (problem, predictions) => {
    const ranked = rankProblem(problem, STEP_BINS)
    const subsets = subsetSearch(ranked, Math.min(problem.tiers, MOST_IN_CHAIN))
    return (lambda) => {
      const chains = [subsets.solve(lambda).tiers, ranked.candidates]
      const points = chains.map((chain) => routeCascadePoint(ranked, predictions, chain, lambda))
      return (points[1]!.value > points[0]!.value ? points[1]! : points[0]!).plan
    }
  }
}

const cascadeRoutingOn = (name: string, score: ScoreKind): PolicyClass => ({
  name,
  kind: "cascade_routing",
  score,
  search: (problem, predictions) => {
    const ranked = rankProblem(problem, STEP_BINS)
    const cascades = subsetSearch(ranked, Math.min(problem.tiers, MOST_IN_CHAIN))
    const search = cascadeRoutingSearch(ranked, predictions)
    return (lambda) => {
      const found = cascades.solve(lambda)
      return search.solve(lambda, chainPlan(problem.tiers, found.tiers, thresholdsOf(ranked, found))).plan
    }
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
