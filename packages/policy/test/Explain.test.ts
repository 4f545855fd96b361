import { assert, describe, it } from "@effect/vitest"
import type { RoutingTable } from "@spillway/domain"
import { compile, encodeFloat32, explain, makeHasher, requestView } from "@spillway/policy"
import { table } from "./tables.ts"

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
const policy = compile({ ...table, features: { ...table.features, hash_bits: 18 }, heads })

describe("explain", () => {
  const found = explain(policy, view)

  it("names the n-gram, the segment and the features that moved a tier, largest first", () => {
    const mini = found.tiers[0]!
    assert.strictEqual(mini.target, "gain")
    assert.strictEqual(mini.contributions[0]?.feature, "text:theorem")
    assert.sameMembers(mini.contributions.map(({ feature }) => feature), [
      "text:theorem",
      "intercept",
      "task:support.refund",
      "dense:log_chars"
    ])
    const gain = mini.contributions.reduce((sum, { contribution }) => sum + contribution, 0)
    assert.approximately(mini.predicted_quality, Math.max(0, found.tiers[3]!.predicted_quality - gain), 1e-9)
    const sizes = mini.contributions.map(({ contribution }) => Math.abs(contribution))
    assert.deepStrictEqual(sizes, sizes.toSorted((a, b) => b - a))
  })

  it("shows the plan from its entry on", () => {
    assert.deepInclude(found, { point: "cascade", entry: "mini", segment: "support.refund", propensity: 1 })
    assert.deepStrictEqual(found.stages, [
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
    assert.deepStrictEqual(explain(policy, view, "large").stages, [])
  })

  it("agrees with the session, and survives JSON", () => {
    assert.strictEqual(found.entry, policy.begin(view).decision.tier)
    assert.deepStrictEqual(JSON.parse(JSON.stringify(found)), found)
  })
})
