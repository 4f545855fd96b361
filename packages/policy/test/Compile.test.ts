import { assert, describe, it } from "@effect/vitest"
import { BadInput, RoutingTable } from "@spillway/domain"
import { compile, encodeFloat32, requestView } from "@spillway/policy"
import { Schema } from "effect"
import { acceptor, plan, point, stage, table } from "./tables.ts"

const view = (request_id: string, task = "other") =>
  requestView({ request_id, task, messages: [{ role: "user", content: "hello" }] })

const head = { tier: "mini", target: "gain" as const, intercept: 0, dense: [0], hashed: "", segment_weight: 1 }
const single = [{ share: 1, plan: plan(["mini"]) }]
const withPlan = (of: ReturnType<typeof plan>): Partial<RoutingTable> => ({
  points: [point("cascade", [{ share: 1, plan: of }])]
})
const withCalibrator = (calibrator: RoutingTable["acceptors"][number]["calibrator"]): Partial<RoutingTable> => ({
  acceptors: [acceptor("mini"), { ...acceptor("small"), calibrator }]
})
const withDense = (dense: Partial<RoutingTable["features"]["dense"]>): Partial<RoutingTable> => ({
  features: { ...table.features, dense: { ...table.features.dense, ...dense } }
})

const malformed: ReadonlyArray<readonly [field: string, change: Partial<RoutingTable>]> = [
  ["tiers[1].name", { tiers: [{ name: "mini" }, { name: "mini" }] }],
  ["flagship", { flagship: "huge" }],
  ["default_point", { default_point: "none" }],
  ["features.dense.names[0]", withDense({ names: ["log_charm"] })],
  ["features.dense.names[1]", withDense({ names: ["log_chars", "log_chars"], mean: [0, 0], scale: [1, 1] })],
  ["features.dense.mean", withDense({ mean: [] })],
  ["features.dense.scale", withDense({ scale: [1, 1] })],
  ["features.dense.scale[0]", withDense({ scale: [0] })],
  ["heads[0].tier", { heads: [{ ...head, tier: "huge" }] }],
  ["heads[1].tier", { heads: [head, head] }],
  ["heads[0].target", { heads: [{ ...head, tier: "large" }] }],
  ["heads[0].dense", { heads: [{ ...head, dense: [] }] }],
  ["heads[0].hashed", { heads: [{ ...head, hashed: encodeFloat32(new Float32Array(255)) }] }],
  ["heads[0].hashed", { heads: [{ ...head, hashed: "not base64" }] }],
  ["cost_heads[0].tier", { cost_heads: [{ tier: "huge", intercept_usd: 0, usd_per_char: 0 }] }],
  ["acceptors[0].tier", { acceptors: [acceptor("huge")] }],
  ["acceptors[1].after", { acceptors: [acceptor("small"), { ...acceptor("small"), after: "huge" }] }],
  ["acceptors[1]", { acceptors: [acceptor("mini"), acceptor("mini")] }],
  ["acceptors[0].inputs[0].name", {
    acceptors: [{ ...acceptor("mini"), inputs: [{ name: "who", mean: 0, scale: 1, missing: 0, weight: 1 }] }]
  }],
  ["acceptors[0].inputs[0].scale", {
    acceptors: [{ ...acceptor("mini"), inputs: [{ name: "signal:s", mean: 0, scale: 0, missing: 0, weight: 1 }] }]
  }],
  ["acceptors[1].calibrator.a", withCalibrator({ kind: "platt", a: -1, b: 0 })],
  ["acceptors[1].calibrator.b", withCalibrator({ kind: "beta", a: 1, b: -1, c: 0 })],
  ["acceptors[1].calibrator.x", withCalibrator({ kind: "isotonic", x: [], y: [] })],
  ["acceptors[1].calibrator.y", withCalibrator({ kind: "isotonic", x: [0, 1], y: [0] })],
  ["acceptors[1].calibrator.x[1]", withCalibrator({ kind: "isotonic", x: [1, 0], y: [0, 1] })],
  ["acceptors[1].calibrator.y[1]", withCalibrator({ kind: "isotonic", x: [0, 1], y: [1, 0] })],
  ["segments", { segments: table.segments.slice(1) }],
  ["segments[1].task", { segments: [table.segments[0]!, table.segments[0]!] }],
  ["segments[0].value", { segments: [{ task: "", n: 0, value: { huge: 1 }, cost_usd: {} }] }],
  ["segments[0].cost_usd", { segments: [{ task: "", n: 0, value: {}, cost_usd: { huge: 1 } }] }],
  ["points[1].name", { points: [point("cascade", single), point("cascade", single)] }],
  ["points[0].plans", { points: [point("cascade", [{ share: 0.9, plan: plan(["mini"]) }])] }],
  ["points[0].plans[1].share", {
    points: [point("cascade", [{ share: 1.5, plan: plan(["mini"]) }, { share: -0.5, plan: plan(["mini"]) }])]
  }],
  ["points[0].segments[\"\"]", { points: [point("cascade", single, { "": plan(["mini"]) })] }],
  ["points[0].segments[\"a.b\"].entry.tiers[0]", { points: [point("cascade", single, { "a.b": plan(["huge"]) })] }],
  ["points[0].plans[0].plan.entry.tiers[1]", withPlan(plan(["mini", "mini"]))],
  ["points[0].plans[0].plan.entry.lambda", withPlan(plan(["mini"], [], -1))],
  ["points[0].plans[0].plan.stages[0].tier", withPlan(plan(["mini"], [stage("huge", [0.5], ["large", null])]))],
  [
    "points[0].plans[0].plan.stages[1].tier",
    withPlan(plan(["mini"], [stage("mini", [], [null]), stage("mini", [], [null])]))
  ],
  ["points[0].plans[0].plan.stages[0].next", withPlan(plan(["mini"], [stage("mini", [0.5], ["large"])]))],
  ["points[0].plans[0].plan.stages[0].next[0]", withPlan(plan(["mini"], [stage("mini", [0.5], ["huge", null])]))],
  [
    "points[0].plans[0].plan.stages[0].edges[1]",
    withPlan(plan(["mini"], [stage("mini", [0.5, 0.5], ["large", "large", null])]))
  ],
  ["points[0].plans[0].plan.stages[0].score", {
    ...withPlan(plan(["mini"], [{ ...stage("mini", [0.5], ["large", null]), score: "advantage" }]))
  }],
  ["points[0].plans[0].plan.stages[0].next[0]", withPlan(plan(["mini"], [stage("mini", [0.5], ["mini", null])]))],
  [
    "points[0].plans[0].plan.stages[1].next[0]",
    withPlan(
      plan(["mini"], [stage("mini", [0.5], ["small", null]), stage("small", [0.5], ["mini", null])])
    )
  ]
]

describe("compile", () => {
  it("takes a good table, which is one on the wire too", () => {
    assert.deepStrictEqual(Schema.decodeUnknownSync(RoutingTable)(JSON.parse(JSON.stringify(table))), table)
    const policy = compile(table)
    assert.deepStrictEqual(policy.tiers, ["mini", "small", "medium", "large"])
    assert.deepStrictEqual(policy.points, ["cascade", "large"])
    assert.strictEqual(policy.defaultPoint, "cascade")
  })

  it.each(malformed)("refuses a wrong %s", (field, change) => {
    try {
      compile({ ...table, ...change })
    } catch (error) {
      assert.instanceOf(error, BadInput)
      assert.strictEqual((error as BadInput).field, field)
      assert.strictEqual((error as BadInput).source, "routing table")
      return
    }
    assert.fail("was accepted")
  })

  it("refuses a request at an unknown point", () => {
    assert.throws(() => compile(table).begin(view("r"), "none"), /unknown point "none".*cascade, large/)
  })

  it("serves a task by its own plan or its nearest ancestor's, whatever the mix", () => {
    const policy = compile({
      ...table,
      points: [
        point("cascade", [{ share: 0.5, plan: plan(["mini"]) }, { share: 0.5, plan: plan(["small"]) }], {
          support: plan(["medium"]),
          "support.refund": plan(["large"])
        })
      ]
    })
    const served = (task: string) => {
      const { decision, propensity } = policy.begin(view("r", task))
      return [decision.tier, propensity]
    }
    assert.deepStrictEqual(served("support"), ["medium", 1])
    assert.deepStrictEqual(served("support.other"), ["medium", 1])
    assert.deepStrictEqual(served("support.refund.late"), ["large", 1])
    assert.strictEqual(served("supporters")[1], 0.5)
  })

  it("mixes plans in their shares, the same way for the same identifier", () => {
    const shares = [0.2, 0.5, 0.3]
    const tiers = ["mini", "small", "large"]
    const policy = compile({
      ...table,
      points: [point("cascade", shares.map((share, i) => ({ share, plan: plan([tiers[i]!]) })))]
    })
    const counts: Record<string, number> = {}
    const n = 20_000
    for (let i = 0; i < n; i++) {
      const session = policy.begin(view(`id-${i}`))
      assert.strictEqual(session.propensity, shares[tiers.indexOf(session.decision.tier)])
      counts[session.decision.tier] = (counts[session.decision.tier] ?? 0) + 1
    }
    for (const [i, tier] of tiers.entries()) assert.approximately(counts[tier]! / n, shares[i]!, 0.015)
    assert.deepStrictEqual(policy.begin(view("id-7")).decision, policy.begin(view("id-7")).decision)
  })

  it("enters at the greatest predicted quality less cost, of equals at the cheaper", () => {
    const entry = (lambda: number, change: Partial<RoutingTable> = {}) =>
      compile({ ...table, ...withPlan(plan(["large", "mini", "medium"], [], lambda)), ...change }).begin(view("r"))
        .decision.tier
    assert.strictEqual(entry(0), "large")
    assert.strictEqual(entry(1e9), "mini")
    const equal = { segments: [{ task: "", n: 1, value: { mini: 0.1, medium: 0, large: 0.9 }, cost_usd: {} }] }
    assert.strictEqual(entry(0, equal), "medium")
    assert.strictEqual(entry(1, { cost_heads: table.cost_heads.filter(({ tier }) => tier === "mini") }), "mini")
    assert.strictEqual(entry(0, { cost_heads: [] }), "large")
    assert.strictEqual(entry(1, { cost_heads: [] }), "mini")
  })
})
