import type { PlanKind } from "@spillway/domain"
import { thresholdsOf } from "../search/Coordinate.ts"
import { chainPlan, type IndexedPlan, routePlan, singlePlan } from "../search/IndexedPlan.ts"
import { rankProblem } from "../search/RankedProblem.ts"
import type { Predictions, SearchProblem } from "../search/SearchProblem.ts"
import { subsetSearch } from "../search/Subsets.ts"
import type { ScoreKind } from "./Columns.ts"

/** A family of policies with its search: for a price of cost, the member that is best on some rows. */
export interface PolicyClass {
  readonly kind: PlanKind
  /** The score its stages test. */
  readonly score: ScoreKind
  /** Prepares a search; prices are asked for in descending order. */
  readonly search: (problem: SearchProblem, predictions: Predictions) => (lambda: number) => IndexedPlan
}

/** Distinct scores a search tells apart: far finer than sampling error. */
const BINS = 4_096

const single: PolicyClass = {
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
  kind: "route",
  score: "confidence",
  search: (problem) => (lambda) => routePlan(problem.tiers, lambda, problem.quality.map((_, k) => k))
}

const cascadeOn = (kind: PlanKind, score: ScoreKind): PolicyClass => ({
  kind,
  score,
  search: (problem) => {
    const ranked = rankProblem(problem, BINS)
    const search = subsetSearch(ranked)
    return (lambda) => {
      const found = search.solve(lambda)
      return { ...chainPlan(problem.tiers, found.tiers, thresholdsOf(ranked, found)), kind }
    }
  }
})

/** Simplest first. */
export const policyClasses: ReadonlyArray<PolicyClass> = [
  single,
  route,
  cascadeOn("cascade", "confidence"),
  cascadeOn("stopping", "advantage")
]

/** Which classes to consider: all, only those that test answers, or only those that decide before any answer. */
export type PolicyChoice = "auto" | "cascade" | "route"

export const policyClassesOf = (choice: PolicyChoice): ReadonlyArray<PolicyClass> =>
  policyClasses.filter(({ kind }) =>
    choice === "auto" || kind === "single" || (choice === "route") === (kind === "route")
  )
