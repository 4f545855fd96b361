import { assert, describe, it } from "@effect/vitest"
import type { RoutingTable } from "@spillway/domain"
import { compile, encodeFloat32, explain, type Explanation, makeHasher, requestView } from "@spillway/policy"
import { plan, point, random, stage, table } from "./tables.ts"

const view = requestView({
  request_id: "r",
  task: "support.refund.late",
  messages: [{ role: "user", content: "Prove the theorem" }]
})

/** A head whose only text weight is on the word "theorem". */
const weights = new Float32Array(2 ** 18)
const hasher = makeHasher(18)
const { indices, length } = hasher.hash("theorem")
for (let k = 0; k < length; k++) if (hasher.ngram(k) === "theorem") weights[indices[k]!] = 3

const heads: RoutingTable["heads"] = [
  { tier: "mini", target: "gain", intercept: 0.05, dense: [0.02], hashed: encodeFloat32(weights), segment_weight: 0.5 }
]
const base: RoutingTable = { ...table, features: { ...table.features, hash_bits: 18 }, heads }
const policy = compile(base)

const sum = (of: Explanation["tiers"][number] | Explanation["plans"][number]["rivals"][number]) =>
  of.contributions.reduce((total, { contribution }) => total + contribution, of.others)

describe("explain", () => {
  const found = explain(policy, view)

  it("names the n-gram, the segment and the features that moved a tier, largest first, signed by what they do to its quality", () => {
    const mini = found.tiers[0]!
    assert.sameMembers(mini.contributions.map(({ feature }) => feature), [
      "text:theorem",
      "clamping",
      "flagship",
      "intercept",
      "task:support.refund",
      "dense:log_chars"
    ])
    const by = new Map(mini.contributions.map(({ contribution, feature }) => [feature, contribution]))
    assert.strictEqual(by.get("flagship"), 0.9)
    assert.isBelow(by.get("text:theorem")!, 0, "the word speaks against the cheap tier")
    assert.approximately(by.get("intercept")!, -0.05, 1e-12)
    assert.approximately(by.get("task:support.refund")!, -0.05, 1e-12)
    const sizes = mini.contributions.map(({ contribution }) => Math.abs(contribution))
    assert.deepStrictEqual(sizes, sizes.toSorted((a, b) => b - a))
    assert.deepStrictEqual(found.tiers[3]!.contributions, [{ feature: "task:support.refund", contribution: 0.9 }])
  })

  it("tells what was cut from a prediction beyond [0, 1] apart from what was added", () => {
    const mini = found.tiers[0]!
    assert.strictEqual(mini.predicted_quality, 0)
    const clamping = mini.contributions.find(({ feature }) => feature === "clamping")!.contribution
    const before = mini.contributions.reduce((total, one) => total + one.contribution, 0) - clamping
    assert.isBelow(before, 0)
    assert.approximately(clamping, -before, 1e-9)
    assert.notInclude(found.tiers[1]!.contributions.map(({ feature }) => feature), "clamping")
  })

  it("adds up to the prediction, however many addends are listed", () => {
    for (const top of [1, 2, 3, 10]) {
      for (const tier of explain(policy, view, undefined, top).tiers) {
        assert.isAtMost(tier.contributions.length, top)
        assert.approximately(sum(tier), tier.predicted_quality, 1e-12)
      }
    }
  })

  it("shows the plan from its entry on", () => {
    assert.deepInclude(found, { point: "cascade", segment: "support.refund" })
    assert.strictEqual(found.plans.length, 1)
    assert.deepInclude(found.plans[0]!, { share: 1, drawn: true, entry: "mini", rivals: [] })
    assert.deepStrictEqual(found.plans[0]!.stages, [
      {
        tier: "mini",
        score: "confidence",
        ranges: [{ from: 0, to: 0.5, next: "small" }, { from: 0.5, to: 1, next: null }]
      },
      {
        tier: "small",
        score: "confidence",
        ranges: [
          { from: 0, to: 0.3, next: "large" },
          { from: 0.3, to: 0.6, next: "medium" },
          { from: 0.6, to: 1, next: null }
        ]
      }
    ])
    assert.deepStrictEqual(explain(policy, view, "large").plans[0]!.stages, [])
  })

  it("tells the plans of a mix apart, and which one the identifier draws", () => {
    const mixed = compile({
      ...base,
      points: [
        point("mix", [{ share: 0.25, plan: plan(["mini"]) }, { share: 0.75, plan: plan(["large"]) }, {
          share: 0,
          plan: plan(["small"])
        }], { "support.own": plan(["medium"]) })
      ],
      default_point: "mix"
    })
    for (let i = 0; i < 40; i++) {
      const one = { ...view, request_id: `r${i}` }
      const { plans } = explain(mixed, one)
      assert.deepStrictEqual(plans.map(({ share }) => share), [0.25, 0.75])
      const drawn = plans.filter((plan) => plan.drawn)
      assert.strictEqual(drawn.length, 1)
      assert.strictEqual(drawn[0]!.entry, mixed.begin(one).decision.tier)
      assert.isNull(drawn[0]!.segment)
    }
    const below = explain(mixed, { ...view, task: "support.own.deeper" }).plans
    assert.strictEqual(below.length, 1)
    assert.deepInclude(below[0]!, { share: 1, drawn: true, segment: "support.own", entry: "medium" })
    const unnamed = explain(mixed, { ...view, request_id: "" })
    assert.deepStrictEqual(unnamed.plans.map(({ drawn }) => drawn), [false, false])
    const own = explain(mixed, { ...view, task: "support.own" })
    assert.deepStrictEqual(own.plans.map(({ drawn, entry, share }) => ({ drawn, entry, share })), [
      { drawn: true, entry: "medium", share: 1 }
    ])
  })

  it("says why one entry tier and not another: addends of quality and cost that make up the difference of utilities", () => {
    const draw = random(5)
    for (let round = 0; round < 50; round++) {
      const lambda = round % 5 === 0 ? 0 : 2_000 * draw()
      const routed = compile({
        ...base,
        points: [
          point("route", [{
            share: 1,
            plan: plan(["mini", "medium", "large"], [stage("mini", [0.5], ["large", null])], lambda)
          }])
        ],
        default_point: "route"
      })
      const one = requestView({
        request_id: "r",
        task: draw() < 0.5 ? "support" : "other",
        messages: [{
          role: "user",
          content: `Prove the ${draw() < 0.5 ? "theorem" : "claim"}${" again".repeat(20 * draw())}`
        }]
      })
      const { costUsd, quality } = routed.predict(one)
      const [explained] = explain(routed, one, undefined, 1 + Math.floor(4 * draw())).plans
      const index = (tier: string) => routed.tiers.indexOf(tier)
      const worth = (tier: string) => quality[index(tier)]! - lambda * costUsd[index(tier)]!
      assert.strictEqual(explained!.entry, routed.begin(one).decision.tier)
      assert.sameMembers([explained!.entry, ...explained!.rivals.map(({ tier }) => tier)], ["mini", "medium", "large"])
      for (const rival of explained!.rivals) {
        assert.isAtLeast(rival.utility_difference!, 0)
        assert.approximately(rival.utility_difference!, worth(explained!.entry) - worth(rival.tier), 1e-9)
        assert.approximately(sum(rival), rival.utility_difference!, 1e-9)
        if (lambda === 0) assert.notInclude(rival.contributions.map(({ feature }) => feature), "cost")
      }
    }
  })

  it("leaves the difference of utilities open where a cost is unknown and counts", () => {
    const routed = compile({
      ...base,
      cost_heads: base.cost_heads.filter(({ tier }) => tier !== "large"),
      points: [point("route", [{ share: 1, plan: plan(["mini", "large"], [], 10) }])],
      default_point: "route"
    })
    const { plans, tiers } = explain(routed, { ...view, task: "other" })
    assert.strictEqual(tiers[3]!.predicted_cost_usd, null)
    assert.deepInclude(plans[0]!.rivals[0]!, { tier: "large", utility_difference: null, others: 0 })
  })

  it("survives JSON", () => {
    assert.deepStrictEqual(JSON.parse(JSON.stringify(found)), found)
  })
})
