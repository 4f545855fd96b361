import { assert, describe, it } from "@effect/vitest"
import { Store } from "@spillway/store"
import { Effect } from "effect"
import { mix } from "../../src/data/Folds.ts"
import { optimize, type OptimizeRequest } from "../../src/Optimize.ts"
import { optimizeAndPlan } from "../../src/plan/OptimizeAndPlan.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "../SyntheticTraffic.ts"

const TWO_TIERS = [THREE_TIERS[0]!, THREE_TIERS[2]!]

const request: OptimizeRequest = {
  objective: { floor: 0.9, confidence: 0.9 },
  policy: "auto",
  seed: 1,
  version: "test",
  flagship: "large",
  tiers: TWO_TIERS.map((tier) => tier.name)
}

type Traffic = ReturnType<typeof syntheticTraffic>

/** Keeps the outcomes and grades of some pairs of request (by number) and tier; all requests stay. */
const answered = (traffic: Traffic, keep: (request: number, tier: string) => boolean): Traffic => {
  const kept = <A extends { readonly request_id: string; readonly tier: string }>(rows: ReadonlyArray<A>) =>
    rows.filter(({ request_id, tier }) => keep(Number(request_id.slice(1)), tier))
  return { requests: traffic.requests, outcomes: kept(traffic.outcomes), grades: kept(traffic.grades) }
}

/** Does what the plan says: stores outcomes and grades of its calls. */
const followPlan = Effect.fnUntraced(function*(
  traffic: Traffic,
  calls: ReadonlyArray<{ readonly request_id: string; readonly tier: string }>
) {
  const store = yield* Store
  const planned = new Set(calls.map((call) => `${call.request_id} ${call.tier}`))
  yield* store.putOutcomes(traffic.outcomes.filter((o) => planned.has(`${o.request_id} ${o.tier}`)))
  yield* store.putGrades(traffic.grades.filter((g) => planned.has(`${g.request_id} ${g.tier}`)))
})

describe("optimizeAndPlan", () => {
  const waiting = syntheticTraffic(3_000, TWO_TIERS)
  const begun = (share: number) => (row: number) => mix(row, 9) % 1_000 < 1_000 * share

  it.effect("plans the replay that certifies a cheaper point, at about the cost and chance it says", () =>
    Effect.gen(function*() {
      const { plan, result } = yield* optimizeAndPlan({ ...request, objective: { floor: 0.93, confidence: 0.95 } })
      const before = result!.report.frontier.find((p) => p.name === result!.table.default_point)!
      assert.strictEqual(plan.purpose, "certify", plan.statement)
      assert.isAtLeast(plan.chance!, 0.5)
      assert.strictEqual(new Set(plan.calls.map((c) => `${c.request_id} ${c.tier}`)).size, plan.calls.length)
      const spent = waiting.outcomes.filter((o) =>
        plan.calls.some((c) => c.request_id === o.request_id && c.tier === o.tier)
      ).reduce((sum, o) => sum + o.cost_usd!, 0)
      assert.closeTo(plan.expected_usd! / spent, 1, 0.05)
      yield* followPlan(waiting, plan.calls)
      const candidate = plan.candidates.find((c) => c.point === plan.point)!
      const after = yield* optimize({
        ...request,
        objective: { floor: 0.93, confidence: 0.95 },
        tiers: candidate.tiers
      })
      assert.strictEqual(after.data.n, plan.graded + plan.requests)
      assert.isTrue(after.table.certificate.certified, after.table.certificate.statement)
      const served = after.report.frontier.find((p) => p.name === after.table.default_point)!
      assert.isBelow(served.cost_usd, before.cost_usd!)
    }).pipe(Effect.provide(storeOf(answered(waiting, begun(0.15))))))

  it.effect("measures what fewer labels reach on the same held-out requests", () =>
    Effect.gen(function*() {
      const { labelBudgets, result } = yield* optimizeAndPlan(request)
      const apart = result!.certify.length
      assert.deepStrictEqual(labelBudgets.map((b) => [b.labels, b.draws]), [[100, 3], [300, 3], [1_200 - apart, 1]])
      const [few, , all] = labelBudgets
      assert.strictEqual(few!.certified, 0)
      assert.strictEqual(few!.saving.value, 0)
      assert.strictEqual(few!.relative_quality.value, 1)
      assert.strictEqual(all!.certified, 1)
      assert.isAbove(all!.saving.interval[0], 0)
      assert.isBelow(all!.cost_at_floor_usd!.value, all!.cost_usd.value)
    }).pipe(Effect.provide(storeOf(syntheticTraffic(1_200, TWO_TIERS)))))

  it.effect("says so where no number of requests helps", () =>
    Effect.gen(function*() {
      const { plan } = yield* optimizeAndPlan({ ...request, policy: "route", objective: { floor: 1, confidence: 0.9 } })
      assert.strictEqual(plan.purpose, "none")
      assert.deepStrictEqual(plan.calls, [])
      assert.isTrue(plan.candidates.some((c) => c.requests === null))
    }).pipe(Effect.provide(storeOf(answered(waiting, begun(0.15))))))

  it.effect("completes a random hundred first where next to nothing is graded", () =>
    Effect.gen(function*() {
      const { labelBudgets, plan, result } = yield* optimizeAndPlan(request)
      assert.isUndefined(result)
      assert.deepStrictEqual(labelBudgets, [])
      assert.strictEqual(plan.purpose, "pilot")
      assert.strictEqual(plan.graded, 3)
      assert.strictEqual(plan.requests, 97)
      assert.strictEqual(plan.calls.length, 2 * 97)
      yield* followPlan(waiting, plan.calls)
      const next = yield* optimizeAndPlan(request)
      assert.strictEqual(next.result!.data.n, 100)
      assert.notStrictEqual(next.plan.purpose, "pilot")
    }).pipe(Effect.provide(storeOf(answered(waiting, (row) => row < 3)))))

  it.effect("plans a pilot for a tier that is asked for and has next to no answers", () =>
    Effect.gen(function*() {
      const { plan, result } = yield* optimizeAndPlan(request)
      assert.deepStrictEqual(result!.data.tiers, ["large"])
      assert.strictEqual(plan.purpose, "pilot")
      assert.strictEqual(plan.completed, plan.requests)
      assert.isTrue(plan.calls.every((call) => call.tier === "small"))
    }).pipe(Effect.provide(storeOf(answered(waiting, (row, tier) => begun(tier === "small" ? 0.002 : 0.15)(row))))))

  it.effect("plans a pilot without knowing any cost, which stays unknown", () =>
    Effect.gen(function*() {
      const { plan } = yield* optimizeAndPlan(request)
      assert.strictEqual(plan.requests, 100)
      assert.isNull(plan.expected_usd)
      assert.isTrue(plan.calls.every((call) => call.expected_usd === null))
    }).pipe(Effect.provide(storeOf(answered(waiting, () => false)))))

  it.effect("fails as optimizing does where a pilot would not help", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(optimizeAndPlan({ ...request, where: "nonsense = 1" }))
      assert.strictEqual(error._tag, "BadInput")
    }).pipe(Effect.provide(storeOf(answered(waiting, begun(0.15))))))
})
