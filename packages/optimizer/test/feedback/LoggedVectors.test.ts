import { assert, describe, it } from "@effect/vitest"
import type { Plan, RoutingTable } from "@spillway/domain"
import { compile, encodeFloat32, readsPredictions, type RequestView, requestView } from "@spillway/policy"
import { Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import { evaluateLogged } from "../../src/EvaluateLogged.ts"
import { vectorHad } from "../../src/feedback/VectorHad.ts"
import { optimize } from "../../src/Optimize.ts"
import { mean } from "../../src/statistics/Moments.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "../SyntheticTraffic.ts"
import { byRequest, logStore, only, withPoints } from "./ServedTraffic.ts"

const OF = { model: "m", max_chars: 100 }
const TIERS = [THREE_TIERS[0]!, THREE_TIERS[2]!]
const route: Plan = { kind: "route", entry: { lambda: 0, tiers: ["small", "large"] }, stages: [] }

/** Every third request goes to the large tier by its vector; every tenth vector came too late. */
const vectorOf = (id: string) => Number(id.slice(1)) % 3 === 0 ? Float32Array.of(1, 0) : Float32Array.of(-1, 0)
const isLate = (id: string) => Number(id.slice(1)) % 10 === 0

/** Routes by the first value of the vector; with none to the small tier. */
const tableOf = Effect.map(
  optimize({ objective: { floor: 0.9, confidence: 0.9 }, policy: "route", seed: 1, version: "test", flagship: "large" })
    .pipe(Effect.provide(storeOf(syntheticTraffic(200, TIERS, 1)), { local: true })),
  ({ table }): RoutingTable =>
    withPoints({
      ...table,
      features: { ...table.features, embedding: { ...OF, dimensions: 2, mean: encodeFloat32([0, 0]) } },
      heads: table.heads.map((head) => ({
        ...head,
        intercept: head.tier === "large" ? 0.9 : 0,
        dense: head.dense.map(() => 0),
        hashed: "",
        segment_weight: 0,
        ...(head.tier === "large" ? {} : { embedding: encodeFloat32([0.5, 0]) })
      }))
    }, { explore: [[0.6, route], [0.4, only("large")]], byVector: [[1, route]], large: [[1, only("large")]] })
)

const traffic = syntheticTraffic(1_500, TIERS, 2)

/**
 * What the table did with the traffic at `explore`, as the proxy logs it: it asks for a vector only where the plan that was
 * drawn reads predictions, and says only then how it came by it.
 */
const logsOf = (table: RoutingTable, isLate: (id: string) => boolean) => {
  const policy = compile(table), of = byRequest(traffic)
  const served = traffic.requests.map((request) => {
    const id = request.request_id
    const asked = requestView(request), late = isLate(id)
    const reads = readsPredictions(policy.choose(asked, "explore").plan)
    const view = { ...asked, vector: !reads || late ? undefined : vectorOf(id) }
    const { decision, propensity } = policy.begin(view, "explore")
    const { grades, outcomes } = of(id)
    const spillway = {
      table: "abc",
      point: "explore",
      propensity,
      result: "complete",
      ...(reads ? { embedding: late ? "timeout" : "used" } : {})
    }
    return {
      request: { ...request, metadata: { spillway } },
      outcome: outcomes.get(decision.tier)!,
      grade: grades.get(decision.tier)!
    }
  })
  return logStore(
    {
      requests: served.map(({ request }) => request),
      outcomes: served.map(({ outcome }) => outcome),
      grades: served.map(({ grade }) => grade)
    },
    { abc: table }
  )
}

const embed = Effect.gen(function*() {
  const store = yield* Store
  const missing = (yield* Stream.runCollect(store.notEmbedded(OF))).flat()
  yield* store.putEmbeddings(
    OF,
    missing.map(({ prompt_sha, request }) => ({ prompt_sha, vector: vectorOf(request.request_id) }))
  )
})

/** Quality of the tier that a point calls, over all traffic, where every vector is in time. */
const truthOf = (tierOf: (id: string) => string) => {
  const of = byRequest(traffic)
  return mean(traffic.requests.map(({ request_id: id }) => of(id).grades.get(tierOf(id))!.quality))
}
const TRUTH = {
  byVector: truthOf((id) => vectorOf(id)[0]! > 0 ? "large" : "small"),
  large: truthOf(() => "large")
}

const estimatesOf = (table: RoutingTable, isLate: (id: string) => boolean) =>
  Effect.andThen(embed, evaluateLogged(table, { seed: 1 })).pipe(Effect.provide(logsOf(table, isLate), { local: true }))

describe("logged traffic that was decided by vectors", () => {
  it.effect("is followed with stored vectors where the drawn plan read none, which gave the others of its mix none either", () =>
    Effect.gen(function*() {
      const { points, requests, warnings } = yield* estimatesOf(yield* tableOf, () => false)
      assert.strictEqual(requests, 1_500)
      assert.deepStrictEqual(warnings, [])
      for (const [name, truth] of Object.entries(TRUTH)) {
        const { quality, refused } = points.find((point) => point.name === name)!
        assert.isNull(refused)
        assert.closeTo(quality!.ips, truth, 0.04, name)
        assert.closeTo(quality!.dr, truth, 0.02, name)
      }
    }))

  it.effect("is followed with the vectors that were in time, and estimates a policy that has them all", () =>
    Effect.gen(function*() {
      const { points, requests, warnings } = yield* estimatesOf(yield* tableOf, isLate)
      assert.strictEqual(requests, 1_500)
      assert.deepStrictEqual(warnings, [])
      for (const [name, truth] of Object.entries(TRUTH)) {
        const { quality, refused } = points.find((point) => point.name === name)!
        assert.isNull(refused)
        const [low, high] = quality!.interval
        assert.isTrue(low <= truth && truth <= high, `${name}: ${truth} in ${low} to ${high}`)
        assert.isBelow(high - low, 0.12)
      }
    }))

  it.effect("is set aside where the vectors that its point reads are not stored", () =>
    Effect.gen(function*() {
      const table = yield* tableOf
      const error = yield* Effect.flip(
        Effect.provide(evaluateLogged(table, { seed: 1 }), logsOf(table, isLate), { local: true })
      )
      assert.match(
        error.message,
        // Kept are those whose vector was asked for and late, which no stored one could help.
        /worth 86 requests.*1414 requests are left out: they lack the vector of m .*spillway embed/
      )
    }))

  it.effect("had its vector, or would have had it under another plan of the draw", () =>
    Effect.gen(function*() {
      const policy = compile(yield* tableOf)
      const views = traffic.requests.map(requestView)
      const drawn = (reads: boolean) =>
        views.find((view) => readsPredictions(policy.choose(view, "explore").plan) === reads)!
      const had = (view: RequestView, point: string, embedding?: string) =>
        vectorHad(view, { point, ...(embedding === undefined ? {} : { embedding }) }, policy)?.model
      assert.strictEqual(had(drawn(true), "explore", "cached"), "m")
      for (const missed of ["timeout", "failed", "empty"]) assert.isUndefined(had(drawn(true), "explore", missed))
      assert.isUndefined(had(drawn(true), "explore"), "a plan that reads vectors, of which none is logged")
      assert.strictEqual(had(drawn(false), "explore"), "m")
      assert.isUndefined(had({ ...drawn(false), text: " " }, "explore"), "no text to make a vector of")
      assert.isUndefined(had(drawn(false), "large"), "no plan that reads vectors")
      assert.isUndefined(had(drawn(false), "gone"), "a point that the table does not have")
    }))
})
