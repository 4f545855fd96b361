import type { OperatingPoint, Plan, Stage } from "@spillway/domain"
import type { Dataset } from "../data/Dataset.ts"
import { measurePoint, type PlanOutcomes } from "../Measure.ts"
import { type DecisionColumns, predictionsOf, problemOf } from "../portfolio/Columns.ts"
import { evaluatePlan } from "../search/EvaluatePlan.ts"
import type { IndexedPlan } from "../search/IndexedPlan.ts"
import type { SearchProblem } from "../search/SearchProblem.ts"

/** What an operating point of a table does with some rows, as the proxy would. */
export const pointOutcomes = (
  data: Dataset,
  columns: DecisionColumns,
  rows: Uint32Array,
  point: OperatingPoint
): PlanOutcomes => {
  const predictions = predictionsOf(columns, rows)
  const problems = new Map<Stage["score"], SearchProblem>()
  return measurePoint(data, rows, { ...point, segments: Object.entries(point.segments) }, (plan) => {
    const score = plan.stages[0]?.score ?? "confidence"
    const problem = problems.get(score) ?? problemOf(columns, rows, score, "labels")
    problems.set(score, problem)
    return evaluatePlan(problem, indexedPlan(data, plan), predictions).rows
  }, columns.embeddingUsd)
}

/** A plan by tier index. */
const indexedPlan = (data: Dataset, plan: Plan): IndexedPlan => {
  const index = (tier: string) => data.tiers.indexOf(tier)
  const stages: Array<IndexedPlan["stages"][number]> = data.tiers.map(() => undefined)
  for (const { edges, next, tier } of plan.stages) {
    stages[index(tier)] = { edges, next: next.map((t) => t === null ? null : index(t)) }
  }
  return { kind: plan.kind, entry: { lambda: plan.entry.lambda, tiers: plan.entry.tiers.map(index) }, stages }
}
