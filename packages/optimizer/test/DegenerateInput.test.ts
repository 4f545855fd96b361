import { assert, describe, it } from "@effect/vitest"
import { UNTASKED } from "@spillway/domain"
import { compile, requestView } from "@spillway/policy"
import { Effect } from "effect"
import { optimize, type OptimizeRequest, type OptimizeResult } from "../src/Optimize.ts"
import { storeOf, type SyntheticTier, syntheticTraffic, THREE_TIERS } from "./SyntheticTraffic.ts"

type Traffic = ReturnType<typeof syntheticTraffic>

const FLOOR = 0.9

const request: OptimizeRequest = {
  objective: { floor: FLOOR, confidence: 0.9 },
  policy: "auto",
  seed: 1,
  version: "test",
  flagship: "large"
}

const flat = (right: number): ReadonlyArray<SyntheticTier> =>
  THREE_TIERS.map((tier) => ({ ...tier, right: () => right, telling: 0 }))

/** The outcomes changed; a field that is left out of the result is unknown. */
const outcomes = (
  traffic: Traffic,
  change: (outcome: Traffic["outcomes"][number], i: number) => Traffic["outcomes"][number]
) => ({
  ...traffic,
  outcomes: traffic.outcomes.map(change)
})

const requests = (
  traffic: Traffic,
  change: (r: Traffic["requests"][number], i: number) => Traffic["requests"][number]
) => ({
  ...traffic,
  requests: traffic.requests.map(change)
})

/** The record without one of its optional fields. */
const without = <A extends object>(record: A, field: keyof A): A =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== field)) as A

/** Keeps only a share of the middle tier's grades. */
const thinned = (traffic: Traffic, share: number) => ({
  ...traffic,
  grades: traffic.grades.filter((grade, i) => grade.tier !== "middle" || i % 100 < 100 * share)
})

const sixteen: ReadonlyArray<SyntheticTier> = Array.from({ length: 16 }, (_, k) => ({
  name: k === 15 ? "large" : `tier${String(k).padStart(2, "0")}`,
  usd: 0.0001 * 1.3 ** k,
  right: (d) => 1 - (0.8 - 0.045 * k) * d,
  telling: 0.6
}))

/** What any table has to keep, whatever it was made of. */
const assertSafe = ({ report, table }: OptimizeResult) => {
  const of = (name: string) => table.points.find((p) => p.name === name)!.expected
  const { certified, point, statement } = table.certificate
  assert.strictEqual(point, table.default_point)
  assert.strictEqual(certified, point !== "flagship", "what is served is the flagship or certified")
  const served = of(table.default_point), flagship = of("flagship")
  assert.isAtMost(served.cost_usd, flagship.cost_usd)
  assert.isAtLeast(served.quality, FLOOR * flagship.quality - 1e-12)
  assert.match(statement, /^(With|Nothing) .+\.$/)
  for (const { expected } of table.points) {
    for (const figure of [expected.quality, expected.cost_usd, expected.lower_bound]) {
      assert.isTrue(Number.isFinite(figure))
    }
    assert.closeTo(Object.values(expected.shares).reduce((sum, share) => sum + share, 0), 1, 1e-9)
  }
  assert.isTrue(Object.values(report.timing).every((seconds) => seconds < 10))
  // A request of which nothing is known, and answers of which nothing is said, still end at a tier.
  const policy = compile(table)
  for (const { name } of table.points) {
    let session = policy.begin(requestView({ request_id: "unseen", task: "never.seen", messages: [] }), name)
    for (let call = 0; session.decision._tag === "Call"; call++) {
      assert.isBelow(call, table.tiers.length)
      session = session.answered({ output: "", signals: {} })
    }
    assert.include(table.tiers.map((tier) => tier.name), session.decision.tier)
  }
}

describe("degenerate input", () => {
  const plain = syntheticTraffic(240, THREE_TIERS)
  const cases: Record<string, Traffic> = {
    "one tier": syntheticTraffic(200, THREE_TIERS.slice(2)),
    "all tiers equal": syntheticTraffic(240, flat(0.7)),
    "all answers wrong": syntheticTraffic(200, flat(0)),
    "all answers right": syntheticTraffic(200, flat(1)),
    "constant confidence": outcomes(plain, (o) => ({ ...o, signals: { p_true: 0.5 } })),
    "ties everywhere": requests(
      outcomes(plain, (o) => ({ ...o, output: "yes", cost_usd: 0.001, latency_ms: 100, signals: { p_true: 0.5 } })),
      (r, i) => ({
        ...r,
        task: "one",
        ts: "2026-01-01T00:00:00.000Z",
        messages: [{ role: "user", content: `same ${i}` }]
      })
    ),
    "costs that are all zero": outcomes(plain, (o) => ({ ...o, cost_usd: 0 })),
    "a flagship that costs nothing": outcomes(plain, (o) => o.tier === "large" ? { ...o, cost_usd: 0 } : o),
    "one cost of a tier for all requests": outcomes(
      plain,
      (o) => ({ ...o, cost_usd: o.tier === "large" ? 0.002 : 0.0001 })
    ),
    "signals near the greatest number": outcomes(plain, (o, i) => ({ ...o, signals: { p_true: i % 3 * 1e300 } })),
    "20 rows": syntheticTraffic(20, THREE_TIERS),
    "10 rows": syntheticTraffic(10, THREE_TIERS),
    "a task with one row": requests(plain, (r, i) => i === 239 ? { ...r, task: "rare" } : r),
    "a task for each row": requests(plain, (r, i) => ({ ...r, task: `t${i}` })),
    "no tasks": requests(plain, (r) => ({ ...r, task: UNTASKED })),
    "no times": requests(plain, (r) => without(r, "ts")),
    "no signals": outcomes(plain, (o) => without(o, "signals")),
    "signals on some answers": outcomes(plain, (o, i) => i % 7 < 3 ? o : without(o, "signals")),
    "no outputs": outcomes(plain, (o) => without(o, "output")),
    "neither signals nor outputs": outcomes(plain, (o) => without(without(o, "output"), "signals")),
    "costs missing in part": outcomes(plain, (o, i) => i % 5 < 3 ? without(o, "cost_usd") : o),
    "no latencies": outcomes(plain, (o) => without(o, "latency_ms")),
    "a tier with half its outcomes missing": thinned(plain, 0.55),
    "a tier with few outcomes": thinned(plain, 0.3),
    "a flagship that is worse and cheaper than others": {
      ...syntheticTraffic(300, [{ ...THREE_TIERS[0]!, name: "large" }, { ...THREE_TIERS[2]!, name: "small" }])
    },
    "16 tiers": syntheticTraffic(300, sixteen)
  }
  /** What is to be said or served beyond what is always kept. */
  const further: Record<string, (result: OptimizeResult) => void> = {
    "20 rows": ({ table }) => assert.strictEqual(table.default_point, "flagship"),
    "a tier with half its outcomes missing": ({ table, warnings }) => {
      assert.strictEqual(table.tiers.length, 3)
      assert.match(warnings.join("\n"), /\d+ of 240 requests lack a grade on one of the tiers/)
    },
    "a tier with few outcomes": ({ table, warnings }) => {
      assert.deepStrictEqual(table.tiers.map((tier) => tier.name), ["small", "large"])
      assert.match(warnings.join("\n"), /tier middle is left out/)
    },
    "costs missing in part": ({ report, table, warnings }) => {
      assert.match(warnings.join("\n"), /^432 outcomes have no cost/)
      const flagship = table.points.find((p) => p.name === "flagship")!.expected.cost_usd
      const recorded = plain.outcomes.filter((o) => o.tier === "large").map((o) => o.cost_usd!)
      const mean = recorded.reduce((sum, usd) => sum + usd, 0) / recorded.length
      assert.closeTo(flagship, mean, 0.1 * mean)
      assert.isTrue(report.baselines.every(({ cost_usd }) => Number.isFinite(cost_usd)))
    }
  }
  for (const [name, traffic] of Object.entries(cases)) {
    it.effect(`gives a safe table for ${name}`, () =>
      Effect.gen(function*() {
        const result = yield* optimize(request)
        assertSafe(result)
        further[name]?.(result)
      }).pipe(Effect.provide(storeOf(traffic))))
  }

  it.effect("asks for more where there are too few requests to split", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(optimize(request))
      assert.match(error.message, /only 2 requests are graded on every tier/)
    }).pipe(Effect.provide(storeOf(syntheticTraffic(2, THREE_TIERS)))))

  it.effect("refuses requests that are all the same, as nothing could be held out", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(optimize(request))
      assert.match(error.message, /all requests are near-duplicates of one another/)
    }).pipe(Effect.provide(storeOf(requests(plain, (r) => ({ ...r, messages: [{ role: "user", content: "ping" }] }))))))

  it.effect("refuses a tier with costs only on the newest requests, which certify", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(optimize(request))
      assert.match(error.message, /middle: no outcome of this tier has a cost among the requests that are learned from/)
    }).pipe(Effect.provide(storeOf(
      outcomes(plain, (o, i) => o.tier === "middle" && i < 560 ? without(o, "cost_usd") : o)
    ))))

  it.effect("refuses a tier without any cost, as unknown is not zero", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(optimize(request))
      assert.match(error.message, /middle: no outcome of this tier has a cost/)
    }).pipe(Effect.provide(storeOf(
      outcomes(plain, (o) => o.tier === "middle" ? without(o, "cost_usd") : o)
    ))))
})
