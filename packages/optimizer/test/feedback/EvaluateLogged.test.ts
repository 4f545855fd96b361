import { assert, describe, it } from "@effect/vitest"
import type { RoutingTable } from "@spillway/domain"
import { compile, requestView } from "@spillway/policy"
import { Effect } from "effect"
import { evaluateLogged } from "../../src/EvaluateLogged.ts"
import { followPolicy } from "../../src/feedback/FollowPolicy.ts"
import type { LoggedRequest } from "../../src/feedback/LoggedRequest.ts"
import { plansApart } from "../../src/feedback/PlansApart.ts"
import { optimize } from "../../src/Optimize.ts"
import { mean, meanAndVariance } from "../../src/statistics/Moments.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "../SyntheticTraffic.ts"
import { byRequest, logStore, only, served, testing, truthOf, withPoints } from "./ServedTraffic.ts"

/** A table with acceptors to test answers by. */
const fitted = Effect.runPromise(
  optimize({
    objective: { floor: 0.9, confidence: 0.9 },
    policy: "cascade",
    seed: 1,
    version: "test",
    flagship: "large"
  }).pipe(Effect.provide(storeOf(syntheticTraffic(500, THREE_TIERS, 11))))
).then(({ table }) => table)

/** Mostly a cascade from small to large, and sometimes a single tier. */
const logging = (table: RoutingTable) =>
  withPoints(table, {
    explore: [[0.6, testing("small", "large", 0.8)], [0.2, only("small")], [0.2, only("large")]],
    certain: [[1, testing("small", "large", 0.8)]]
  })

const targets = (table: RoutingTable) =>
  withPoints(table, {
    careful: [[1, testing("small", "large", 0.6)]],
    cheapest: [[1, only("small")]],
    flagship: [[1, only("large")]],
    half: [[0.5, only("small")], [0.5, only("large")]],
    middle: [[1, only("middle")]]
  })

describe("followPolicy", () => {
  it("is unbiased over the draw for policies that accept what was escalated", async () => {
    const table = await fitted
    const traffic = syntheticTraffic(250, THREE_TIERS, 12)
    const of = byRequest(traffic), plans = plansApart(logging(table)), target = compile(targets(table))
    const shares = plans.shares("explore")!
    for (const point of ["careful", "cheapest", "flagship"]) {
      const truth = truthOf(targets(table), traffic, point)
      const random = seededRandom(3)
      const draws = Array.from({ length: 40 }, () => {
        const followed = traffic.requests.map((request) => {
          const view = requestView(request), u = random.uniform()
          const drawn = u < 0.6 ? 0 : u < 0.8 ? 1 : 2
          const { grades, outcomes } = of(request.request_id)
          // All outcomes are at hand, and only those of the drawn path may be used: the others would fail loudly.
          const path = new Map<string, ReturnType<LoggedRequest["answers"]["get"]> & object>()
          let session = plans.begin(view, "explore", drawn)
          while (session.decision._tag === "Call") {
            const { tier } = session.decision
            const outcome = outcomes.get(tier)!
            path.set(tier, { outcome, quality: grades.get(tier)!.quality, costUsd: outcome.cost_usd! })
            session = session.answered({ output: outcome.output!, signals: outcome.signals })
          }
          return followPolicy(target.begin(view, point), {
            view,
            answers: path,
            draw: {
              _tag: "Plans",
              drawn,
              plans: shares.map(({ share }, i) => ({ share, begin: () => plans.begin(view, "explore", i) }))
            }
          })
        })
        assert.isTrue(followed.every((f) => f.unsupported === 0))
        const total = (of: (f: (typeof followed)[number]) => number) =>
          mean(followed.map((f) => f.weight === 0 ? 0 : f.weight * of(f)))
        return { weight: total(() => 1), quality: total((f) => f.quality), usd: total((f) => f.costUsd) }
      })
      const near = (values: ReadonlyArray<number>, expected: number) => {
        const { mean: center, variance } = meanAndVariance(values)
        assert.closeTo(center, expected, 4 * Math.sqrt(variance / values.length) + 1e-12, point)
      }
      near(draws.map((d) => d.weight), 1)
      near(draws.map((d) => d.quality), truth.quality)
      near(draws.map((d) => d.usd), truth.usd)
      // `cheapest` is shown by every path that begins with the small tier: 80 %, escalated or not.
      if (point === "cheapest") assert.isAtMost(meanAndVariance(draws.map((d) => d.weight)).variance, 0.25 / 250 * 1.7)
    }
  })
})

describe("evaluateLogged", () => {
  const traffic = syntheticTraffic(2_000, THREE_TIERS, 13)

  it("estimates supported points, with intervals that hold the truth, and refuses the others with the reason", async () => {
    const table = await fitted
    const evaluation = await Effect.runPromise(
      evaluateLogged(targets(table), { seed: 1 }).pipe(
        Effect.provide(logStore(served(logging(table), traffic, "explore", "abc"), { abc: logging(table) }))
      )
    )
    assert.strictEqual(evaluation.requests, 2_000)
    assert.strictEqual(evaluation.labels, "graded")
    assert.deepStrictEqual(evaluation.points.map((p) => [p.name, p.refused === null]), [
      ["careful", true],
      ["cheapest", true],
      ["flagship", true],
      ["half", true],
      ["middle", false]
    ])
    assert.match(evaluation.points.at(-1)!.refused!, /for 0.0 % of the requests/)
    for (const point of evaluation.points.slice(0, 3)) {
      const truth = truthOf(targets(table), traffic, point.name)
      const { cost_usd, quality } = point
      assert.isTrue(quality!.interval[0] <= truth.quality && truth.quality <= quality!.interval[1], point.name)
      assert.closeTo(quality!.dr, truth.quality, 0.05, point.name)
      assert.closeTo(cost_usd!.dr, truth.usd, 0.1 * truth.usd, point.name)
      assert.strictEqual(point.support, 1)
      assert.isAtLeast(point.effective_sample_size, 200)
    }
    const [, cheapest, flagship, half] = evaluation.points
    assert.closeTo(half!.quality!.dr, (cheapest!.quality!.dr + flagship!.quality!.dr) / 2, 0.02)
  })

  it("goes by the logged propensity of the path where the table is not stored", async () => {
    const table = await fitted
    const single = withPoints(table, { split: [[0.5, only("small")], [0.5, only("large")]] })
    const evaluation = await Effect.runPromise(
      evaluateLogged(targets(table), { seed: 1 }).pipe(
        Effect.provide(logStore(served(single, traffic, "split", undefined), {}))
      )
    )
    const found = new Map(evaluation.points.map((p) => [p.name, p]))
    for (const name of ["cheapest", "flagship"]) {
      assert.closeTo(found.get(name)!.quality!.dr, truthOf(targets(table), traffic, name).quality, 0.05)
    }
    assert.match(found.get("careful")!.refused!, /99 % are needed/)
    assert.match(found.get("middle")!.refused!, /99 % are needed/)
  })

  it("notices propensities of plans where those of paths are needed", async () => {
    const table = await fitted
    // Two plans with the same path: each was drawn with 0.5, and the path has probability 1.
    const twins = withPoints(table, { twins: [[0.5, only("small")], [0.5, only("small")]] })
    const logs = served(twins, traffic, "twins", "gone")
    const cheap = withPoints(table, { cheapest: [[1, only("small")]] })
    for (const asked of [cheap, targets(table)]) {
      const wrong = await Effect.runPromise(
        Effect.flip(evaluateLogged(asked, { seed: 1 }).pipe(Effect.provide(logStore(logs, {}))))
      )
      assert.match(wrong.message, /not the probabilities of the paths/)
    }
    for (const given of [true, false]) {
      const known = await Effect.runPromise(
        evaluateLogged(cheap, { seed: 1, tables: new Map(given ? [["gone", twins]] : []) }).pipe(
          Effect.provide(logStore(logs, given ? {} : { gone: twins }))
        )
      )
      assert.closeTo(known.points[0]!.quality!.dr, truthOf(cheap, traffic, "cheapest").quality, 1e-9)
    }
  })

  const refused = async (logs: ReturnType<typeof served>, tables: Readonly<Record<string, RoutingTable>>) => {
    const table = await fitted
    return Effect.runPromise(
      Effect.flip(evaluateLogged(targets(table), { seed: 1 }).pipe(Effect.provide(logStore(logs, tables))))
    )
  }

  it("refuses a log without chance and says to explore or to replay", async () => {
    const table = logging(await fitted)
    for (const tables of [{ abc: table }, {}]) {
      const error = await refused(served(table, traffic, "certain", "abc"), tables)
      assert.strictEqual(error._tag, "BadInput")
      assert.match(error.message, /propensity 1.*Log with exploration.*spillway replay/)
    }
  })

  it("refuses a log that is too small, or that contradicts its table", async () => {
    const table = logging(await fitted)
    const small = await refused(served(table, syntheticTraffic(150, THREE_TIERS, 14), "explore", "abc"), { abc: table })
    assert.match(small.message, /200 are needed/)
    const other = withPoints(table, { explore: [[0.5, only("small")], [0.5, only("large")]] })
    const contradicted = await refused(served(table, traffic, "explore", "abc"), { abc: other })
    assert.match(contradicted.message, /a propensity that is not that of the table/)
    assert.match((await refused({ requests: [], outcomes: [], grades: [] }, {})).message, /Import the proxy's logs/)
  })

  it("sets aside what cannot be used and says so", async () => {
    const table = logging(await fitted)
    const logs = served(table, syntheticTraffic(1_000, THREE_TIERS, 15), "explore", "abc")
    const ids = logs.requests.map((r) => r.request_id)
    const change = (i: number, spillway: Record<string, unknown>) => ({
      ...logs.requests[i]!,
      metadata: { spillway: { ...logs.requests[i]!.metadata!["spillway"] as object, ...spillway } }
    })
    const { metadata: _, ...foreign } = logs.requests[1]!
    const passed = { ...logs.requests[5]!, metadata: { spillway: { propensity: 1, result: "complete" } } }
    const evaluation = await Effect.runPromise(
      evaluateLogged(targets(await fitted), { seed: 1 }).pipe(Effect.provide(logStore({
        requests: [change(0, { result: "client_disconnected" }), foreign, ...logs.requests.slice(2).with(3, passed)],
        outcomes: logs.outcomes.filter((o) => o.request_id !== ids[3]).map((o) => {
          const { cost_usd, ...unpriced } = o
          return o.request_id === ids[4] ? unpriced : { ...unpriced, cost_usd: cost_usd! }
        }),
        grades: logs.grades.filter((g) => g.request_id !== ids[2]).map((g) => ({ ...g, grader: "judge" }))
      }, { abc: table })))
    )
    assert.strictEqual(evaluation.requests, 994)
    assert.strictEqual(evaluation.labels, "judged")
    assert.deepStrictEqual(evaluation.warnings.toSorted(), [
      "1 requests are left out: they asked for a tier by its name",
      "1 requests are left out: they did not complete",
      "1 requests are left out: they have no propensity in their metadata",
      "1 requests are left out: they lack a cost on their path",
      "1 requests are left out: they lack a grade on their path",
      "1 requests are left out: they lack an outcome on their path"
    ])
  })
})
