import { assert, describe, it } from "@effect/vitest"
import type { Plan, RoutingTable } from "@spillway/domain"
import { compile, encodeFloat32, requestView } from "@spillway/policy"
import { Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import { evaluateLogged } from "../../src/EvaluateLogged.ts"
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
    }, { explore: [[0.6, route], [0.4, only("large")]], byVector: [[1, route]] })
)

const traffic = syntheticTraffic(1_500, TIERS, 2)

/** What the table did with the traffic at `explore`, as the proxy logs it. */
const logsOf = (table: RoutingTable) => {
  const policy = compile(table), of = byRequest(traffic)
  const served = traffic.requests.map((request) => {
    const id = request.request_id
    const late = isLate(id)
    const view = { ...requestView(request), vector: late ? undefined : vectorOf(id) }
    const { decision, propensity } = policy.begin(view, "explore")
    const { grades, outcomes } = of(id)
    const spillway = {
      table: "abc",
      point: "explore",
      propensity,
      result: "complete",
      embedding: late ? "timeout" : "used"
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

describe("logged traffic that was decided by vectors", () => {
  it.effect("is followed with the vectors that were in time, and estimates a policy that has them all", () =>
    Effect.gen(function*() {
      const table = yield* tableOf
      const { points, requests, warnings } = yield* Effect.andThen(embed, evaluateLogged(table, { seed: 1 })).pipe(
        Effect.provide(logsOf(table), { local: true })
      )
      assert.strictEqual(requests, 1_500)
      assert.deepStrictEqual(warnings, [])
      const of = byRequest(traffic)
      const truth = mean(
        traffic.requests.map(({ request_id }) =>
          of(request_id).grades.get(vectorOf(request_id)[0]! > 0 ? "large" : "small")!.quality
        )
      )
      const point = points.find(({ name }) => name === "byVector")!
      assert.isNull(point.refused)
      const [low, high] = point.quality!.interval
      assert.isTrue(low <= truth && truth <= high, `${truth} in ${low} to ${high}`)
      assert.isBelow(high - low, 0.12)
    }))

  it.effect("is set aside where the vectors that decided it are not stored", () =>
    Effect.gen(function*() {
      const table = yield* tableOf
      const error = yield* Effect.flip(
        Effect.provide(evaluateLogged(table, { seed: 1 }), logsOf(table), { local: true })
      )
      assert.match(
        error.message,
        /worth 150 requests.*1350 requests are left out: they lack the vector of m .*spillway embed/
      )
    }))
})
