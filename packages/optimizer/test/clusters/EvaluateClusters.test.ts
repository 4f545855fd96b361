import { assert, describe, it } from "@effect/vitest"
import { compile, requestView } from "@spillway/policy"
import { Effect } from "effect"
import { evaluate } from "../../src/Evaluate.ts"
import { optimize } from "../../src/Optimize.ts"
import { storeOf } from "../SyntheticTraffic.ts"
import { KINDS, trafficOf } from "./KindsOfWork.ts"

const traffic = trafficOf(KINDS, 900, (kind, i) => i % 3 === 0 ? kind.name : "untasked")

describe("evaluate", () => {
  it.effect("measures a table with clusters as the policy would serve the requests", () =>
    Effect.gen(function*() {
      const { table } = yield* optimize({
        objective: { floor: 0.8, confidence: 0.9 },
        policy: "route",
        seed: 1,
        version: "test"
      })
      assert.isAbove(table.clusters!.length, 1)
      const { frontier } = yield* evaluate(table, { seed: 1 })
      const policy = compile(table)
      const costs = new Map(traffic.outcomes.map((o) => [`${o.request_id} ${o.tier}`, o.cost_usd!]))
      const clusters = new Set<string>()
      for (const point of frontier) {
        let usd = 0
        for (const request of traffic.requests) {
          const session = policy.begin(requestView(request), point.name)
          clusters.add(session.task)
          usd += costs.get(`${request.request_id} ${session.decision.tier}`)!
        }
        // Of a mix of plans the report has what is expected over the draw.
        const { plans } = table.points.find(({ name }) => name === point.name)!
        if (plans.length === 1) assert.approximately(point.cost_usd, usd / traffic.requests.length, 1e-12, point.name)
      }
      assert.isAbove(clusters.size, KINDS.length + 1)
      assert.isTrue(
        frontier.some(({ name }) => table.points.find((p) => p.name === name)!.plans[0]!.plan.entry.tiers.length > 1)
      )
    }).pipe(Effect.provide(storeOf(traffic))))
})
