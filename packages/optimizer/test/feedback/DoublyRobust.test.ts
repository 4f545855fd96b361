import { assert, describe, it } from "@effect/vitest"
import { clipped, offPolicyCost, offPolicyQuality } from "../../src/feedback/DoublyRobust.ts"
import { beyondChance, overlapOf, refusal } from "../../src/feedback/Overlap.ts"
import { groupRows } from "../../src/statistics/Groups.ts"
import { mean, meanAndVariance } from "../../src/statistics/Moments.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

const SHARE = 0.2

/** A log that shows the policy's value with probability SHARE, and a prediction that is off. */
const log = (n: number, seed: number, off = 0.3) => {
  const random = seededRandom(seed)
  const weight = new Float64Array(n), value = new Float64Array(n), predicted = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const chance = random.uniform()
    value[i] = random.uniform() < chance ? 1 : 0
    weight[i] = random.uniform() < SHARE ? 1 / SHARE : 0
    predicted[i] = Math.min(1, Math.max(0, chance + off * (random.uniform() - 0.2)))
  }
  return { weight, value, predicted, groups: groupRows(n) }
}
const TRUTH = 0.5
const options = { greatestWeight: 1 / SHARE, alpha: 0.1, seed: 1 }

describe("offPolicyQuality", () => {
  it("is unbiased by all three estimates, and doubly robust varies least", () => {
    const results = Array.from({ length: 400 }, (_, seed) => offPolicyQuality(log(600, seed), options))
    const spread = (["ips", "snips", "dr"] as const).map((kind) => {
      const { mean: center, variance } = meanAndVariance(results.map((r) => r[kind]))
      assert.closeTo(center, TRUTH, 4 * Math.sqrt(variance / results.length), kind)
      return Math.sqrt(variance)
    })
    assert.isBelow(spread[2]!, 0.9 * spread[1]!)
    assert.isBelow(spread[1]!, spread[0]!)
    const missed = results.filter(({ interval: [low, high] }) => low > TRUTH || high < TRUTH).length
    assert.isAtMost(missed / results.length, 0.1)
    assert.isBelow(mean(results.map(({ interval: [low, high] }) => high - low)), 0.35)
  })

  it("is the plain mean where everything is shown", () => {
    const { groups, predicted, value } = log(500, 3)
    const shown = { weight: new Float64Array(500).fill(1), value, predicted, groups }
    const result = offPolicyQuality(shown, { ...options, greatestWeight: 1 })
    for (const kind of ["ips", "snips", "dr"] as const) assert.closeTo(result[kind], mean(value), 1e-12)
  })

  it("counts near-duplicates once", () => {
    const once = log(300, 4)
    const thrice = (column: Float64Array) => Float64Array.from({ length: 900 }, (_, i) => column[Math.floor(i / 3)]!)
    const groups = groupRows(900, Array.from({ length: 900 }, (_, i) => Math.floor(i / 3)))
    const copies = { weight: thrice(once.weight), value: thrice(once.value), predicted: thrice(once.predicted), groups }
    const [a, b] = [offPolicyQuality(once, options), offPolicyQuality(copies, options)]
    assert.closeTo(a.dr, b.dr, 1e-12)
    assert.closeTo(a.interval[0], b.interval[0], 1e-9)
    assert.closeTo(a.interval[1], b.interval[1], 1e-9)
  })

  it("covers with clipped weights, by what was clipped off", () => {
    let missed = 0
    const n = 400, rare = 0.02
    for (let seed = 0; seed < 200; seed++) {
      const random = seededRandom(seed)
      // A twentieth of the requests are shown so rarely that their weight 50 is clipped to 20; they are all right.
      const hard = Uint8Array.from({ length: n }, () => random.uniform() < 0.05 ? 1 : 0)
      const weight = Float64Array.from(hard, (h) => {
        const share = h === 1 ? rare : 0.5
        return random.uniform() < share ? 1 / share : 0
      })
      const value = Float64Array.from(hard, (h) => h === 1 ? 1 : random.uniform() < 0.4 ? 1 : 0)
      const values = { weight, value, predicted: new Float64Array(n).fill(0.4), groups: groupRows(n) }
      assert.isAtMost(Math.max(...clipped(weight, values.groups)), 20)
      const { interval: [low, high] } = offPolicyQuality(values, { ...options, greatestWeight: 1 / rare })
      if (low > 0.43 || high < 0.43) missed++
    }
    assert.isAtMost(missed / 200, 0.1)
  })

  it("stays valid where the prediction is of no use", () => {
    let missed = 0
    for (let seed = 0; seed < 200; seed++) {
      const values = log(500, seed)
      const { interval: [low, high] } = offPolicyQuality(
        { ...values, predicted: new Float64Array(500).fill(1) },
        options
      )
      if (low > TRUTH || high < TRUTH) missed++
    }
    assert.isAtMost(missed / 200, 0.1)
  })
})

describe("offPolicyCost", () => {
  it("covers about as often as it says", () => {
    let missed = 0
    for (let seed = 0; seed < 300; seed++) {
      const { groups, predicted, value, weight } = log(500, seed)
      const usd = value.map((v) => 0.001 * (1 + 4 * v))
      const { dr, interval: [low, high] } = offPolicyCost(
        { weight, value: usd, predicted: predicted.map((p) => 0.001 * (1 + 4 * p)), groups },
        { alpha: 0.1, seed }
      )
      assert.isTrue(low <= dr && dr <= high)
      if (low > 0.003 || high < 0.003) missed++
    }
    assert.isAtMost(missed / 300, 0.16)
    assert.isAtLeast(missed / 300, 0.04)
  })
})

describe("refusal", () => {
  const overlap = (weight: Float64Array, unsupported?: Float64Array) => {
    const groups = groupRows(weight.length)
    return overlapOf({ used: clipped(weight, groups), whole: weight }, unsupported, groups)
  }
  it("comes below 200 effective requests", () => {
    const few = log(800, 5).weight
    assert.match(refusal(overlap(few, new Float64Array(800)))!, /worth 1\d\d requests .* 200 are needed/)
    assert.isUndefined(refusal(overlap(log(2_000, 5).weight, new Float64Array(2_000))))
  })

  it("comes below 99 % support, discovered or estimated", () => {
    const n = 4_000
    const gaps = new Float64Array(n).map((_, i) => i % 40 === 0 ? 1 : 0)
    assert.match(refusal(overlap(log(n, 6).weight, gaps))!, /for 97.5 % of the requests, and 99 % are needed/)
    const unlikely = log(n, 6).weight.map((w, i) => i % 4 === 0 ? 0 : w)
    assert.match(refusal(overlap(unlikely))!, /99 % are needed/)
    assert.isUndefined(refusal(overlap(log(n, 6).weight)))
  })
})

describe("beyondChance", () => {
  it("finds weights that cannot be those of paths, and no others", () => {
    const groups = groupRows(4_000)
    assert.isTrue(beyondChance(log(4_000, 7).weight.map((w) => 2 * w), groups))
    for (let seed = 0; seed < 50; seed++) assert.isFalse(beyondChance(log(4_000, seed).weight, groups))
  })
})
