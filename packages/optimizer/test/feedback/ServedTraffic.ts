import type { Grade, OperatingPoint, Outcome, Plan, Request, RoutingTable } from "@spillway/domain"
import { compile, type Policy, requestView } from "@spillway/policy"
import { layerMemory, Store } from "@spillway/store"
import { Effect, Layer } from "effect"
import type { syntheticTraffic } from "../SyntheticTraffic.ts"

type Traffic = ReturnType<typeof syntheticTraffic>

/** A plan that calls one tier and accepts it. */
export const only = (tier: string): Plan => ({ kind: "single", entry: { lambda: 0, tiers: [tier] }, stages: [] })

/** A plan that tests the answer of one tier and escalates to another below a threshold. */
export const testing = (tier: string, next: string, threshold: number): Plan => ({
  kind: "cascade",
  entry: { lambda: 0, tiers: [tier] },
  stages: [{ tier, score: "confidence", edges: [threshold], next: [next, null] }]
})

/** The table with operating points of the given plans and shares. */
export const withPoints = (
  table: RoutingTable,
  points: Readonly<Record<string, ReadonlyArray<readonly [share: number, plan: Plan]>>>
): RoutingTable => ({
  ...table,
  points: Object.entries(points).map(([name, plans]): OperatingPoint => ({
    name,
    plans: plans.map(([share, plan]) => ({ share, plan })),
    segments: {},
    expected: table.points[0]!.expected
  })),
  default_point: Object.keys(points)[0]!
})

/** What a policy does with a request whose outcomes on every tier are known: the tiers it calls, in order. */
export const pathOf = (policy: Policy, request: Request, outcomes: ReadonlyMap<string, Outcome>, point: string) => {
  const called: Array<string> = []
  let session = policy.begin(requestView(request), point)
  const { propensity } = session
  while (session.decision._tag === "Call") {
    const { tier } = session.decision
    const { output, signals } = outcomes.get(tier)!
    called.push(tier)
    session = session.answered({ output: output!, signals })
  }
  return { called, accepted: session.decision.tier, propensity }
}

/** Outcomes and grades of a request by tier. */
export const byRequest = (traffic: Traffic) => {
  const outcomes = Map.groupBy(traffic.outcomes, (o) => o.request_id)
  const grades = Map.groupBy(traffic.grades, (g) => g.request_id)
  return (id: string) => ({
    outcomes: new Map(outcomes.get(id)!.map((o) => [o.tier, o])),
    grades: new Map(grades.get(id)!.map((g) => [g.tier, g]))
  })
}

/** Mean quality and USD of a point on traffic whose outcomes are all known; of two plans, as drawn. */
export const truthOf = (table: RoutingTable, traffic: Traffic, point: string) => {
  const policy = compile(table), of = byRequest(traffic)
  let quality = 0, usd = 0
  for (const request of traffic.requests) {
    const { grades, outcomes } = of(request.request_id)
    const { accepted, called } = pathOf(policy, request, outcomes, point)
    quality += grades.get(accepted)!.quality / traffic.requests.length
    for (const tier of called) usd += outcomes.get(tier)!.cost_usd! / traffic.requests.length
  }
  return { quality, usd }
}

/** What is left in the logs of traffic that a point served: one path a request, with how it was drawn. */
export const served = (
  table: RoutingTable,
  traffic: Traffic,
  point: string,
  sha256: string | undefined
): { requests: ReadonlyArray<Request>; outcomes: ReadonlyArray<Outcome>; grades: ReadonlyArray<Grade> } => {
  const policy = compile(table), of = byRequest(traffic)
  const requests: Array<Request> = [], outcomes: Array<Outcome> = [], grades: Array<Grade> = []
  for (const request of traffic.requests) {
    const all = of(request.request_id)
    const { called, propensity } = pathOf(policy, request, all.outcomes, point)
    const spillway = { ...(sha256 === undefined ? {} : { table: sha256 }), point, propensity, result: "complete" }
    requests.push({ ...request, metadata: { spillway } })
    for (const tier of called) {
      outcomes.push(all.outcomes.get(tier)!)
      grades.push(all.grades.get(tier)!)
    }
  }
  return { requests, outcomes, grades }
}

/** A store in memory with logs and the tables that served them. */
export const logStore = (
  logs: ReturnType<typeof served>,
  tables: Readonly<Record<string, RoutingTable>>
) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const store = yield* Store
    yield* store.putRequests(logs.requests)
    yield* store.putOutcomes(logs.outcomes)
    yield* store.putGrades(logs.grades)
    for (const [sha256, table] of Object.entries(tables)) {
      yield* store.putTable({ sha256, json: JSON.stringify(table), created_at: "2026-01-01T00:00:00Z" })
    }
  })).pipe(Layer.provideMerge(layerMemory))
