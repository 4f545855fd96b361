import { assert, describe, it } from "@effect/vitest"
import { BadInput, type Outcome, type RoutingTable } from "@spillway/domain"
import { compile, requestView } from "@spillway/policy"
import { Effect } from "effect"
import { evaluate } from "../src/Evaluate.ts"
import { optimize, type OptimizeRequest } from "../src/Optimize.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "./SyntheticTraffic.ts"

type Traffic = ReturnType<typeof syntheticTraffic>

const request: OptimizeRequest = {
  objective: { floor: 0.9, confidence: 0.9 },
  policy: "auto",
  seed: 1,
  version: "test",
  flagship: "large"
}

const made = syntheticTraffic(1_000, THREE_TIERS)

/** The table under test and what optimize measured, made once for all tests. */
const optimized = Effect.runSync(Effect.cached(optimize(request).pipe(Effect.provide(storeOf(made), { local: true }))))

/** Other requests of the same kind, as the given change leaves them. */
const others = (change: (traffic: Traffic) => Traffic = (traffic) => traffic) =>
  change(syntheticTraffic(400, THREE_TIERS, 2))

const evaluateOn = (table: RoutingTable, traffic: Traffic, where?: string) =>
  evaluate(table, { where, seed: 1 }).pipe(Effect.provide(storeOf(traffic), { local: true }))

const withOutcomes = (traffic: Traffic, change: (outcome: Outcome) => Outcome): Traffic => ({
  ...traffic,
  outcomes: traffic.outcomes.map(change)
})

const without = (field: keyof Outcome) => (outcome: Outcome): Outcome =>
  Object.fromEntries(Object.entries(outcome).filter(([name]) => name !== field)) as unknown as Outcome

/** Nothing in a JSON report may be a number that JSON does not have. */
const assertFinite = (value: unknown, path = "evaluation"): void => {
  if (typeof value === "number") assert.isTrue(Number.isFinite(value), path)
  if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) assertFinite(inner, `${path}.${key}`)
  }
}

describe("evaluate", () => {
  it.live("gives the figures of optimize's frontier on the rows that it certified on", () =>
    Effect.gen(function*() {
      const { report, table } = yield* optimized
      const newest = made.requests[made.requests.length - table.provenance.certify]!.ts
      const evaluation = yield* evaluateOn(table, made, `ts >= '${newest}'`)
      assert.strictEqual(evaluation.requests, table.provenance.certify)
      assert.strictEqual(evaluation.frontier.length, report.frontier.length)
      for (const [i, point] of report.frontier.entries()) {
        const same = evaluation.frontier[i]!
        assert.strictEqual(same.name, point.name)
        assert.closeTo(same.cost_usd, point.cost_usd, 1e-9 * point.cost_usd)
        assert.closeTo(same.quality, point.quality, 1e-9)
        assert.strictEqual(same.latency_p50_ms, point.latency_p50_ms)
        assert.strictEqual(same.latency_p95_ms, point.latency_p95_ms)
        assert.strictEqual(same.lower_bound, point.lower_bound)
        for (const [tier, share] of Object.entries(point.shares)) assert.closeTo(same.shares[tier]!, share, 1e-9)
      }
      assert.deepStrictEqual(evaluation.mix, report.mix)
      assert.deepStrictEqual(evaluation.oracle, report.oracle)
    }))

  it.live("measures regret, paired intervals and every metric, and beats the random mix beyond doubt", () =>
    Effect.gen(function*() {
      const { table } = yield* optimized
      const evaluation = yield* evaluateOn(table, others())
      const { metrics } = evaluation
      assertFinite(evaluation)
      const point = (name: string) => evaluation.frontier.find((p) => p.name === name)!
      assert.deepStrictEqual(point("flagship").quality_difference_interval, [0, 0])
      assert.deepStrictEqual(point("flagship").saving_interval, [0, 0])
      const [low, high] = point("cheapest").quality_difference_interval!
      assert.isBelow(low, point("cheapest").quality - point("flagship").quality)
      assert.isAbove(high, point("cheapest").quality - point("flagship").quality)
      assert.isNull(point("cheapest").regret_usd)
      const feasible = evaluation.frontier.filter((p) => p.regret_usd !== null)
      assert.strictEqual(Math.min(...feasible.map((p) => p.regret_usd!)), 0)
      assert.strictEqual(Math.min(...feasible.map((p) => p.regret_quality!)), 0)
      assert.isTrue(evaluation.objective_met)
      assert.isAbove(metrics.gain_over_zero!, 0)
      assert.isAbove(metrics.intervals.oracle_gap_closed_auc![0], 0)
      assert.isBelow(metrics.intervals.oracle_gap_closed_auc![1], 1)
      assert.isAbove(metrics.aiq_paper!, metrics.random_mix.aiq_paper!)
      assert.isBelow(metrics.aiq_paper!, metrics.oracle.aiq_paper!)
      assert.isBelow(metrics.cost_at[95]!, metrics.random_mix.cost_at[95]!)
      assert.isAbove(metrics.route!.apgr_exact!, 0.5)
      assert.deepStrictEqual(metrics.calibration.map(({ tier }) => tier), ["small", "middle", "large"])
      for (const { auroc } of metrics.calibration) assert.isAbove(auroc!, 0.6)
    }))

  it.live("says whose quality it measures", () =>
    Effect.gen(function*() {
      const { table } = yield* optimized
      const graded = (grader: string) =>
        evaluateOn(table, others((t) => ({ ...t, grades: t.grades.map((grade) => ({ ...grade, grader })) })))
      assert.strictEqual((yield* graded("exact")).labels, "graded")
      assert.strictEqual((yield* graded("judge")).labels, "judged")
      assert.strictEqual((yield* graded("agreement")).labels, "agreement_with_flagship")
    }))

  it.live("misses an objective that these rows do not keep, and names the condition", () =>
    Effect.gen(function*() {
      const { table } = yield* optimized
      const asked = { ...table, objective: { ...table.objective, budget_usd_per_request: 1e-9 } }
      const { frontier, objective_checks, objective_met } = yield* evaluateOn(asked, others())
      assert.isFalse(objective_met)
      assert.deepStrictEqual(objective_checks.filter(({ met }) => !met).map(({ name }) => name), [
        "budget_usd_per_request"
      ])
      assert.isTrue(frontier.every((p) => p.regret_usd === null))
    }))

  it.live("does with tasks that have a plan of their own what the proxy does", () =>
    Effect.gen(function*() {
      const { table } = yield* optimized
      const traffic = others()
      const small = table.points.find((p) => p.name === "cheapest")!.plans[0]!.plan
      const points = table.points.map((p) => ({ ...p, segments: { support: small } }))
      const segmented = { ...table, points }
      const { frontier } = yield* evaluateOn(segmented, traffic)
      const policy = compile(segmented)
      const answers = new Map(traffic.outcomes.map((o) => [`${o.request_id} ${o.tier}`, o]))
      for (const { name, shares } of frontier) {
        const served: Record<string, number> = { small: 0, middle: 0, large: 0 }
        for (const asked of traffic.requests) {
          let session = policy.begin(requestView(asked), name)
          while (session.decision._tag === "Call") {
            const { output, signals } = answers.get(`${asked.request_id} ${session.decision.tier}`)!
            session = session.answered({ output: output!, signals })
          }
          served[session.decision.tier]! += 1 / traffic.requests.length
        }
        for (const [tier, share] of Object.entries(served)) assert.closeTo(shares[tier]!, share, 1e-9, name)
      }
    }))
})

describe("evaluate on rows that lack something", () => {
  const warned = (traffic: Traffic, message: RegExp, where?: string) =>
    Effect.gen(function*() {
      const { table } = yield* optimized
      const evaluation = yield* evaluateOn(table, traffic, where)
      assertFinite(evaluation)
      assert.match(evaluation.warnings.join("\n"), message)
      return evaluation
    })

  it.live("lets tasks that were never seen inherit, and says so", () =>
    warned(
      others((t) => ({ ...t, requests: t.requests.map((r) => ({ ...r, task: "law.contracts" })) })),
      /400 of 400 requests are of tasks that the table was not made from: law\.contracts/
    ))

  it.live("decides without signals, and says which are missing", () =>
    warned(
      others((t) => withOutcomes(t, without("signals"))),
      /no answer of small has p_true, which the table reads/
    ))

  it.live("gives no latencies where none are recorded", () =>
    Effect.gen(function*() {
      const evaluation = yield* warned(
        others((t) => withOutcomes(t, without("latency_ms"))),
        /no latency is recorded for small, middle, large/
      )
      assert.isTrue(evaluation.frontier.every((p) => p.latency_p50_ms === null && p.latency_p95_ms === null))
    }))

  it.live("takes the table's expected cost for one that was not recorded", () =>
    Effect.gen(function*() {
      const evaluation = yield* warned(
        others((t) =>
          withOutcomes(t, (outcome) =>
            outcome.tier === "large" && Number(outcome.request_id.slice(1)) % 2 === 1
              ? without("cost_usd")(outcome)
              : outcome)
        ),
        /200 outcomes have no cost; what the table expects them to cost stands in/
      )
      const { table } = yield* optimized
      const complete = yield* evaluateOn(table, others())
      const cost = (e: typeof evaluation) => e.frontier.find((p) => p.name === "flagship")!.cost_usd
      assert.closeTo(cost(evaluation), cost(complete), 0.1 * cost(complete))
    }))

  it.live("measures a single request without inventing intervals", () =>
    Effect.gen(function*() {
      const { table } = yield* optimized
      const evaluation = yield* evaluateOn(table, others(), "request_id = 'r000007'")
      assertFinite(evaluation)
      assert.strictEqual(evaluation.requests, 1)
      assert.isTrue(evaluation.frontier.every((p) => p.saving_interval === null))
      assert.isNull(evaluation.metrics.intervals.oracle_gap_closed)
    }))

  it.live("measures tiers of equal cost and quality without dividing by nothing", () =>
    Effect.gen(function*() {
      const { table } = yield* optimized
      const equal = others((t) => ({
        ...withOutcomes(t, (outcome) => ({ ...outcome, cost_usd: 0.001 })),
        grades: t.grades.map((grade) => ({ ...grade, quality: 1 }))
      }))
      const evaluation = yield* evaluateOn(table, equal)
      assertFinite(evaluation)
      assert.isNull(evaluation.metrics.aiq_paper)
      assert.isNull(evaluation.metrics.oracle_gap_closed)
      assert.isTrue(evaluation.objective_met)
    }))

  const refused = (traffic: Traffic, message: RegExp, where?: string) =>
    Effect.gen(function*() {
      const { table } = yield* optimized
      const error = yield* Effect.flip(evaluateOn(table, traffic, where))
      assert.instanceOf(error, BadInput)
      assert.match(error.message, message)
    })

  const withoutTier = (tier: string, kept: (i: number) => boolean = () => false) => (traffic: Traffic): Traffic => ({
    ...traffic,
    outcomes: traffic.outcomes.filter((o, i) => o.tier !== tier || kept(Math.floor(i / 3))),
    grades: traffic.grades.filter((g, i) => g.tier !== tier || kept(Math.floor(i / 3)))
  })

  it.live("refuses rows without one of the table's tiers", () =>
    refused(
      others(withoutTier("middle")),
      /^database: middle: the table uses this tier, but no selected request has a graded outcome.*--where$/
    ))

  it.live("refuses rows without the flagship", () =>
    refused(others(withoutTier("large")), /^database: large: the table uses this tier, but no selected request has/))

  it.live("refuses a tier with few graded outcomes", () =>
    refused(
      others(withoutTier("middle", (i) => i % 4 === 0)),
      /^database: middle: the table uses this tier, but less than half of the requests/
    ))

  it.live("refuses a condition that selects nothing", () => refused(others(), /where.*no request is selected/, "false"))

  it.live("refuses a table that the proxy would refuse", () =>
    Effect.gen(function*() {
      const { table } = yield* optimized
      const error = yield* Effect.flip(evaluateOn({ ...table, default_point: "nowhere" }, others()))
      assert.match(error.message, /default_point: unknown point "nowhere"/)
    }))
})
