import type { Plan, RoutingTable } from "@spillway/domain"
import type { Dataset } from "../../src/data/Dataset.ts"
import { type DecisionColumns, predictionsOf, problemOf } from "../../src/portfolio/Columns.ts"
import { evaluatePlan } from "../../src/search/EvaluatePlan.ts"
import type { IndexedPlan } from "../../src/search/IndexedPlan.ts"

/** Means of an operating point over some rows, expected over the draw of its plans. */
export interface ServedPoint {
  readonly name: string
  readonly quality: number
  readonly costUsd: number
  /** Share of rows whose accepted answer is the tier's, by tier. */
  readonly acceptedShares: ReadonlyArray<number>
}

/** Runs every operating point of a table over rows; `columns` are what the table says of them. */
export const servedPoints = (
  data: Dataset,
  table: RoutingTable,
  columns: DecisionColumns,
  rows: Uint32Array
): ReadonlyArray<ServedPoint> => {
  const predictions = predictionsOf(columns, rows)
  const problems = { confidence: undefined, advantage: undefined } as Record<
    string,
    ReturnType<typeof problemOf> | undefined
  >
  return table.points.map(({ name, plans }) => {
    const score = plans.flatMap(({ plan }) => plan.stages)[0]?.score ?? "confidence"
    const problem = problems[score] ??= problemOf(columns, rows, score, "labels")
    const parts = plans.map(({ plan, share }) => ({
      share,
      ...evaluatePlan(problem, indexedPlan(data, plan), predictions)
    }))
    const expected = (value: (part: (typeof parts)[number]) => number) =>
      parts.reduce((sum, part) => sum + part.share * value(part), 0)
    return {
      name,
      quality: expected((part) => part.quality),
      costUsd: expected((part) => part.cost),
      acceptedShares: data.tiers.map((_, k) => expected((part) => part.shares[k]!))
    }
  })
}

/** A plan by tier index. */
const indexedPlan = (data: Dataset, { entry, kind, stages }: Plan): IndexedPlan => {
  const index = (tier: string) => data.tiers.indexOf(tier)
  const byTier: Array<IndexedPlan["stages"][number]> = data.tiers.map(() => undefined)
  for (const { edges, next, tier } of stages) {
    byTier[index(tier)] = { edges, next: next.map((to) => to === null ? null : index(to)) }
  }
  return { kind, entry: { lambda: entry.lambda, tiers: entry.tiers.map(index) }, stages: byTier }
}
