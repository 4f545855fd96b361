import type { OperatingPoint, Plan } from "@spillway/domain"
import { makeTaskTree } from "@spillway/policy"
import { type Dataset, taskOf } from "../data/Dataset.ts"
import { measurePoint, type PlanOutcomes } from "../Measure.ts"
import { type DecisionColumns, predictionsOf, problemOf } from "../portfolio/Columns.ts"
import type { IndexedPlan } from "../search/IndexedPlan.ts"

/** What an operating point of a table does with some rows, as the proxy would: tasks with a plan of their own take it. */
export const pointOutcomes = (
  data: Dataset,
  columns: DecisionColumns,
  rows: Uint32Array,
  point: OperatingPoint
): PlanOutcomes => {
  const own = makeTaskTree(Object.entries(point.segments))
  const byPlan = new Map<Plan | undefined, Array<number>>()
  rows.forEach((row, i) => {
    const plan = own.find(taskOf(data, row))
    const at = byPlan.get(plan)
    if (at === undefined) byPlan.set(plan, [i])
    else at.push(i)
  })
  const parts = [...byPlan].map(([plan, at]) => {
    const plans = plan === undefined ? point.plans : [{ share: 1, plan }]
    const part = Uint32Array.from(at, (i) => rows[i]!)
    return { at, outcomes: measure(data, columns, part, point.name, plans) }
  })
  return parts.length === 1 ? parts[0]!.outcomes : merge(rows.length, data.tiers.length, parts)
}

const measure = (
  data: Dataset,
  columns: DecisionColumns,
  rows: Uint32Array,
  name: string,
  plans: OperatingPoint["plans"]
): PlanOutcomes => {
  const score = plans.flatMap(({ plan }) => plan.stages)[0]?.score ?? "confidence"
  return measurePoint(
    data,
    rows,
    problemOf(columns, rows, score, "labels"),
    predictionsOf(columns, rows),
    name,
    plans.map(({ plan, share }) => ({ share, plan: indexedPlan(data, plan) }))
  )
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

const merge = (
  n: number,
  tiers: number,
  parts: ReadonlyArray<{ readonly at: ReadonlyArray<number>; readonly outcomes: PlanOutcomes }>
): PlanOutcomes => {
  const merged = {
    quality: new Float64Array(n),
    costUsd: new Float64Array(n),
    latencyMs: new Float64Array(n),
    accepted: new Uint8Array(n)
  }
  const shares = new Float64Array(tiers)
  for (const { at, outcomes } of parts) {
    at.forEach((to, from) => {
      merged.quality[to] = outcomes.quality[from]!
      merged.costUsd[to] = outcomes.costUsd[from]!
      merged.latencyMs[to] = outcomes.latencyMs[from]!
      merged.accepted[to] = outcomes.accepted[from]!
    })
    outcomes.shares.forEach((share, k) => shares[k]! += share * at.length / n)
  }
  return { ...merged, shares }
}
