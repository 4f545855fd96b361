import { assert, describe, it } from "@effect/vitest"
import type { RoutingTable } from "@spillway/domain"
import { compile, requestView } from "@spillway/policy"
import { Effect } from "effect"
import { mix } from "../../src/data/Folds.ts"
import { optimizeWithNewTier } from "../../src/newTier/OptimizeWithNewTier.ts"
import { optimize, type OptimizeRequest } from "../../src/Optimize.ts"
import { mean } from "../../src/statistics/Moments.ts"
import { storeOf, type SyntheticTier, syntheticTraffic, THREE_TIERS } from "../SyntheticTraffic.ts"

/** Nearly as good as the large tier at a third of its cost. */
const FRESH: SyntheticTier = { name: "fresh", usd: 0.0007, right: (d) => 1 - 0.15 * d, telling: 0.8 }
const N = 2_000
const traffic = syntheticTraffic(N, [...THREE_TIERS, FRESH])

const request: OptimizeRequest = {
  objective: { floor: 0.9, confidence: 0.9 },
  policy: "route",
  seed: 1,
  version: "test",
  flagship: "large"
}

/** The traffic with a random part of the new tier's answers; the others answered everything. */
const audited = (share: number) => {
  const keep = ({ request_id, tier }: { readonly request_id: string; readonly tier: string }) =>
    tier !== "fresh" || mix(Number(request_id.slice(1)), 5) % 1_000 < 1_000 * share
  return { requests: traffic.requests, outcomes: traffic.outcomes.filter(keep), grades: traffic.grades.filter(keep) }
}

const seen = new Map(traffic.outcomes.map((o) => [`${o.request_id} ${o.tier}`, o]))
const grade = new Map(traffic.grades.map((g) => [`${g.request_id} ${g.tier}`, g.quality]))

/** What a point really does with all the traffic, by the answers that were not shown. */
const truth = (table: RoutingTable, point: string) => {
  const policy = compile(table)
  const quality: Array<number> = [], cost: Array<number> = [], fresh: Array<number> = []
  for (const r of traffic.requests) {
    const { decision } = policy.begin(requestView(r), point)
    if (decision._tag !== "Call") throw new Error("a route calls one tier")
    quality.push(grade.get(`${r.request_id} ${decision.tier}`)!)
    cost.push(seen.get(`${r.request_id} ${decision.tier}`)!.cost_usd!)
    fresh.push(decision.tier === "fresh" ? 1 : 0)
  }
  return { quality: mean(quality), cost: mean(cost), share: mean(fresh) }
}

describe("optimizeWithNewTier", () => {
  it.effect("adds points that do what they are expected to, and leaves the rest of the table as it is", () =>
    Effect.gen(function*() {
      const alone = yield* optimize({ ...request, tiers: THREE_TIERS.map((tier) => tier.name) })
      const { newTier, table } = yield* optimizeWithNewTier(request, "fresh")
      assert.deepStrictEqual(table.tiers.map((tier) => tier.name), ["small", "middle", "fresh", "large"])
      assert.strictEqual(table.default_point, alone.table.default_point)
      assert.deepStrictEqual(table.certificate, alone.table.certificate)
      const added = new Set(newTier.points.map((p) => p.name))
      assert.deepStrictEqual(table.points.filter((p) => !added.has(p.name)), alone.table.points)
      assert.strictEqual(table.points.at(-1)!.name, "flagship")

      assert.closeTo(newTier.quality, mean(traffic.requests.map((r) => grade.get(`${r.request_id} fresh`)!)), 0.06)
      assert.isAbove(newTier.points.length, 2)
      for (const point of newTier.points) {
        const real = truth(table, point.name)
        const [low, high] = point.quality_interval
        assert.isTrue(low - 0.02 <= real.quality && real.quality <= high + 0.02, `${point.name} ${real.quality}`)
        assert.closeTo(real.cost / point.cost_usd, 1, 0.1)
        assert.closeTo(real.share, point.share, 0.06)
      }
    }).pipe(Effect.provide(storeOf(audited(0.1)))))

  it.effect("finds savings that are not there without the new tier", () =>
    Effect.gen(function*() {
      const { newTier, table } = yield* optimizeWithNewTier(request, "fresh")
      const flagship = mean(traffic.requests.map((r) => grade.get(`${r.request_id} large`)!))
      const floor = 0.96 * flagship
      const cheapest = (names: ReadonlyArray<string>) =>
        Math.min(...names.map((name) => truth(table, name)).filter((t) => t.quality >= floor).map((t) => t.cost))
      const added = newTier.points.map((p) => p.name)
      const others = table.points.filter((p) => !added.includes(p.name) && p.plans.length === 1).map((p) => p.name)
      assert.isBelow(cheapest(added), 0.8 * cheapest(others))
      const certifiable = newTier.points.find((p) => p.more_audits !== null)!
      assert.match(newTier.statement, /not certified, and never the default/)
      assert.isAbove(certifiable.more_audits!, 0)
    }).pipe(Effect.provide(storeOf(audited(0.1)))))

  it.effect("gives the same bytes for the same input and seed", () =>
    Effect.gen(function*() {
      const [a, b] = [yield* optimizeWithNewTier(request, "fresh"), yield* optimizeWithNewTier(request, "fresh")]
      assert.strictEqual(JSON.stringify(a.table), JSON.stringify(b.table))
    }).pipe(Effect.provide(storeOf(audited(0.05)))))

  it.effect("asks for more audits where there are too few, and refuses an unknown tier", () =>
    Effect.gen(function*() {
      const few = yield* Effect.flip(optimizeWithNewTier(request, "fresh"))
      assert.match(few.message, /"fresh" is graded on \d+ of the requests .* at least 50 are needed/)
      const unknown = yield* Effect.flip(optimizeWithNewTier(request, "nobody"))
      assert.match(unknown.message, /"nobody" has no outcomes/)
      const flagship = yield* Effect.flip(optimizeWithNewTier(request, "large"))
      assert.match(flagship.message, /is the flagship/)
    }).pipe(Effect.provide(storeOf(audited(0.005)))))
})
