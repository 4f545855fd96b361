import type { Objective } from "@spillway/domain"

/** One condition of an objective on measured means. */
export interface ObjectiveCheck {
  readonly name: "floor" | "absolute_floor" | "budget_usd_per_request" | "budget_usd_per_month" | "p95_ms"
  /** Least quality, or most US dollars or milliseconds. */
  readonly limit: number
  /** Null where it was not recorded. */
  readonly measured: number | null
  /** False where it was not measured: unknown is not kept. */
  readonly met: boolean
}

/** What an objective is held against. */
export interface MeasuredMeans {
  readonly quality: number
  readonly cost_usd: number
  readonly latency_p95_ms: number | null
}

/** Every condition that the objective asks for, in its order. `flagshipQuality` is measured on the same requests. */
export const objectiveChecks = (
  objective: Objective,
  point: MeasuredMeans,
  flagshipQuality: number
): ReadonlyArray<ObjectiveCheck> => {
  const least = (name: ObjectiveCheck["name"], limit: number | undefined): ReadonlyArray<ObjectiveCheck> =>
    limit === undefined ? [] : [{ name, limit, measured: point.quality, met: point.quality >= limit }]
  const most = (
    name: ObjectiveCheck["name"],
    limit: number | undefined,
    measured: number | null
  ): ReadonlyArray<ObjectiveCheck> =>
    limit === undefined ? [] : [{ name, limit, measured, met: measured !== null && measured <= limit }]
  const { absolute_floor, budget_usd_per_month, budget_usd_per_request, floor, p95_ms, requests_per_month } = objective
  return [
    ...least("floor", floor === undefined ? undefined : floor * flagshipQuality),
    ...least("absolute_floor", absolute_floor),
    ...most("budget_usd_per_request", budget_usd_per_request, point.cost_usd),
    ...most(
      "budget_usd_per_month",
      budget_usd_per_month,
      requests_per_month === undefined ? null : point.cost_usd * requests_per_month
    ),
    ...most("p95_ms", p95_ms, point.latency_p95_ms)
  ]
}
