import type { RoutingTable } from "@spillway/domain"
import { compile, entryTier, type Policy, type RequestView, type Session, startSession } from "@spillway/policy"

/** A table whose plans can be begun one by one, whatever a request's identifier draws. */
export interface PlansApart {
  /** Shares of a point's plans; undefined where the table has no such point. */
  readonly shares: (point: string) => ReadonlyArray<{ readonly share: number }> | undefined
  /** Begins a plan of a point. For a task with a plan of its own every plan of the point is that one. */
  readonly begin: (view: RequestView, point: string, plan: number) => Session
}

/**
 * Compiles a table with every plan as an operating point of its own. A request is read once for all of them. Throws
 * `BadInput` as `compile` does.
 */
export const plansApart = (table: RoutingTable): PlansApart => {
  const name = (point: string, plan: number) => `${point}\u0000${plan}`
  const points = table.points.flatMap((point) =>
    point.plans.map(({ plan }, i) => ({ ...point, name: name(point.name, i), plans: [{ share: 1, plan }] }))
  )
  const policy = compile({ ...table, points, default_point: points[0]!.name })
  const byName = new Map(table.points.map((point) => [point.name, point.plans]))
  const predicted = new WeakMap<RequestView, ReturnType<Policy["predict"]>>()
  return {
    shares: (point) => byName.get(point),
    begin: (given, point, i) => {
      const view = policy.assign(given)
      const { plan, propensity } = policy.choose(view, name(point, i))
      const request = () => {
        const known = predicted.get(given) ?? policy.predict(view)
        predicted.set(given, known)
        return known
      }
      const entry = plan.entry.length === 1
        ? plan.entry[0]!
        : entryTier(plan, request().quality, request().costUsd)
      return startSession({ tiers: policy.tiers, plan, point, task: view.task, propensity, request }, entry)
    }
  }
}
