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

  describe("requests without a reference", () => {
    const pilot = answered(waiting, (row) => row < 30)
    const referred = pilot.requests.map((r, row) => row < 30 || row % 2 === 0 ? { ...r, reference: "yes" } : r)
    const odd = (calls: ReadonlyArray<{ readonly request_id: string }>) =>
      calls.filter((call) => Number(call.request_id.slice(1)) % 2 === 1)

    it.effect("are left out, and counted, where those graded of their task have one", () =>
      Effect.gen(function*() {
        const { plan } = yield* optimizeAndPlan(request)
        assert.strictEqual(plan.requests, 70)
        assert.deepStrictEqual(odd(plan.calls), [])
        assert.include(plan.statement, "1485 requests without a reference are left out")
      }).pipe(Effect.provide(storeOf({ ...pilot, requests: referred }))))

    it.effect("are planned where the grader needs none, or where too little is graded to tell", () =>
      Effect.gen(function*() {
        const by = (grader: string) => pilot.grades.map((grade) => ({ ...grade, grader }))
        const few = answered(waiting, (row) => row < 3)
        for (
          const traffic of [{ ...pilot, grades: by("regex") }, { ...pilot, grades: by("judge") }, few]
        ) {
          const { plan } = yield* optimizeAndPlan(request).pipe(
            Effect.provide(storeOf({ ...traffic, requests: referred }), { local: true })
          )
          assert.isNotEmpty(odd(plan.calls))
          assert.notInclude(plan.statement, "without a reference")
        }
      }))

    it.effect("are left out of the chance of a cheaper point too", () =>
      Effect.gen(function*() {
        const { plan } = yield* optimizeAndPlan(request)
        assert.deepStrictEqual(plan.calls, [])
        const studied = plan.candidates.filter((c) => c.requests !== null)
        assert.isNotEmpty(studied)
        for (const { chance, requests } of studied) assert.deepStrictEqual([requests, chance], [0, 0])
      }).pipe(Effect.provide(storeOf((() => {
        const traffic = answered(syntheticTraffic(190, TWO_TIERS), (row) => row < 150)
        return { ...traffic, requests: traffic.requests.map((r, row) => row < 150 ? { ...r, reference: "yes" } : r) }
      })()))))
  })

  it.effect("gives no chance to a replay of which the test would read nothing new", () =>
    Effect.gen(function*() {
      const { plan } = yield* optimizeAndPlan(request)
      const studied = plan.candidates.filter((c) => c.requests !== null)
      assert.isNotEmpty(studied)
      // Of 151 graded requests the test reads 45, and of 152 too.
      for (const { chance, requests } of studied) assert.deepStrictEqual([requests, chance], [1, 0])
    }).pipe(Effect.provide(storeOf(answered(syntheticTraffic(152, TWO_TIERS), (row) => row > 0)))))

  it.effect("fails as optimizing does where a pilot would not help", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(optimizeAndPlan({ ...request, where: "nonsense = 1" }))
      assert.strictEqual(error._tag, "BadInput")
    }).pipe(Effect.provide(storeOf(answered(waiting, begun(0.15))))))
})
