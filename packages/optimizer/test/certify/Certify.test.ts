import { assert, describe, it } from "@effect/vitest"
import { bettingPValue } from "../../src/certify/BettingTest.ts"
import { budgetPValue } from "../../src/certify/Budget.ts"
import {
  certifyChain,
  certifySegments,
  type ChainLink,
  type PolicyOutcomes,
  simultaneousLowerBounds
} from "../../src/certify/Certify.ts"
import { fallback, holm, jointPValue } from "../../src/certify/Families.ts"
import { latencyPValue } from "../../src/certify/Latency.ts"
import { observations } from "../../src/certify/Observations.ts"
import { requestsNeeded } from "../../src/certify/RequestsNeeded.ts"
import { groupRows } from "../../src/statistics/Groups.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

const n = 2_000
const flagshipQuality = new Float64Array(n).fill(1)
const losing = (share: number, seed = 1) => {
  const random = seededRandom(seed)
  return Float64Array.from({ length: n }, () => random.uniform() < share ? 0 : 1)
}
const rows = { flagshipQuality, groups: groupRows(n), alpha: 0.1, seed: 7 }
const quality = { _tag: "Difference", epsilon: 0.02 } as const
const inSequence = (policies: ReadonlyArray<PolicyOutcomes>): ReadonlyArray<ChainLink> =>
  policies.map((policy, i) => ({ policy, weight: i === 0 ? 1 : 0 }))

describe("certifyChain", () => {
  it("stops at the first policy that fails and says how many more requests it would take", () => {
    const chain = [
      { name: "careful", quality: losing(0.002) },
      { name: "bold", quality: losing(0.018) },
      { name: "reckless", quality: losing(0.2) }
    ]
    const certificate = certifyChain(inSequence(chain), { quality }, rows)
    assert.deepStrictEqual([...certificate.certified], ["careful"])
    assert.deepStrictEqual(certificate.sequence.map((step) => step.point), ["careful", "bold"])
    assert.isAtMost(certificate.sequence[0]!.p_value, 0.1)
    assert.isAbove(certificate.moreRequestsNeeded!, 0)
    assert.strictEqual(certificate.nEffective, n)
  })

  it("cannot be talked into a policy that loses more than was promised", () => {
    const certificate = certifyChain(inSequence([{ name: "reckless", quality: losing(0.2) }]), { quality }, rows)
    assert.strictEqual(certificate.certified.size, 0)
    assert.isNull(certificate.moreRequestsNeeded)
  })

  it("needs every promise, and the columns to check them", () => {
    const policy = { name: "p", quality: losing(0.001), latencyMs: new Float64Array(n).fill(100) }
    const latency = { capMs: 200 }
    assert.strictEqual(certifyChain(inSequence([policy]), { quality, latency }, rows).certified.size, 1)
    assert.strictEqual(certifyChain(inSequence([policy]), { quality, latency: { capMs: 50 } }, rows).certified.size, 0)
    const budget = { usdPerRequest: 0.01, capUsd: 0.1 }
    assert.strictEqual(certifyChain(inSequence([policy]), { quality, budget }, rows).certified.size, 0)
    const costUsd = new Float64Array(n).fill(0.002)
    assert.strictEqual(
      certifyChain(inSequence([{ ...policy, costUsd }]), { quality, latency, budget }, rows).certified.size,
      1
    )
    assert.strictEqual(certifyChain(inSequence([policy]), {}, rows).certified.size, 0)
  })

  it("keeps a family of bad policies out with probability 1 - alpha", () => {
    let wrong = 0
    for (let seed = 0; seed < 400; seed++) {
      const bad = Array.from({ length: 4 }, (_, i) => ({ name: `${i}`, quality: losing(0.02, 10 * seed + i) }))
      if (certifyChain(inSequence(bad), { quality }, { ...rows, seed }).certified.size > 0) wrong++
    }
    assert.isAtMost(wrong / 400, 0.1)
  })
})

describe("simultaneousLowerBounds", () => {
  it("misses any of six true values with probability at most alpha", () => {
    const shares = [0, 0.01, 0.02, 0.05, 0.1, 0.3]
    let missed = 0
    for (let seed = 0; seed < 150; seed++) {
      const policies = shares.map((share, i) => ({ name: `${i}`, quality: losing(share, 100 * seed + i) }))
      const bounds = simultaneousLowerBounds(policies, quality, { ...rows, seed })
      if (bounds.some((bound, i) => bound > -shares[i]!)) missed++
      bounds.forEach((bound, i) => assert.isAbove(bound, -shares[i]! - 0.08))
    }
    assert.isAtMost(missed / 150, 0.1)
  })
})

describe("certifySegments", () => {
  it("certifies the good segment and not the bad one", () => {
    const policy = losing(0.001)
    for (let row = 0; row < 500; row++) if (row % 5 === 0) policy[row] = 0
    const range = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, i) => from + i)
    const verdicts = certifySegments({ name: "p", quality: policy }, { quality }, rows, [
      { segment: "bad", rows: range(0, 500), groups: groupRows(500) },
      { segment: "good", rows: range(500, 2_000), groups: groupRows(1_500) },
      { segment: "tiny", rows: range(0, 1), groups: groupRows(1) }
    ])
    assert.deepStrictEqual(verdicts.map((verdict) => verdict.p_value <= 0.1), [false, true, false])
    assert.deepStrictEqual(verdicts.map((verdict) => verdict.nEffective), [500, 1_500, 1])
  })
})

describe("families of tests", () => {
  const falling = (pValues: ReadonlyArray<number>, weights: ReadonlyArray<number>) =>
    fallback(pValues.map((p) => () => p), weights, 0.1).map(({ index, level }) => [index, level])

  it("stop at the first failure where the first has all of alpha", () => {
    assert.deepStrictEqual(falling([0.01, 0.1, 0.2, 0.001], [1, 0, 0, 0]), [[0, 0.1], [1, 0.1], [2, 0.1]])
  })

  it("go on from a share of alpha of one's own after a failure, and carry it down after a success", () => {
    assert.deepStrictEqual(falling([0.06, 0.001, 0.01, 0.2, 0.001], [0.5, 0, 0.5, 0, 0]), [[0, 0.05], [2, 0.05], [
      3,
      0.05
    ]])
    assert.deepStrictEqual(falling([0.01, 0.01, 0.1], [0.5, 0, 0.5]), [[0, 0.05], [1, 0.05], [2, 0.1]])
  })

  it("adjust as in Holm's worked example", () => {
    // p.adjust(c(0.01, 0.02, 0.03, 0.04), "holm") in R
    const expected = [0.04, 0.06, 0.06, 0.06]
    holm([0.01, 0.02, 0.03, 0.04]).forEach((p, i) => assert.closeTo(p, expected[i]!, 1e-12))
    holm([0.04, 0.01, 0.6]).forEach((p, i) => assert.closeTo(p, [0.08, 0.03, 0.6][i]!, 1e-12))
    assert.strictEqual(jointPValue([0.01, 0.2, 0.05]), 0.2)
  })
})

describe("latencyPValue", () => {
  const cap = { capMs: 100 }
  it("is the exact binomial tail", () => {
    const fast = new Float64Array(59).fill(10)
    assert.closeTo(latencyPValue(fast, cap, groupRows(59), 1), 0.95 ** 59, 1e-12)
    const one = Float64Array.from(fast, (ms, i) => i === 3 ? 500 : ms)
    assert.closeTo(latencyPValue(one, cap, groupRows(59), 1), 0.95 ** 59 + 59 * 0.05 * 0.95 ** 58, 1e-12)
  })

  it("counts a missing latency as too slow, a group once, and nothing as no evidence", () => {
    assert.strictEqual(latencyPValue(new Float64Array(100).fill(Number.NaN), cap, groupRows(100), 1), 1)
    const fast = new Float64Array(100).fill(10)
    assert.closeTo(latencyPValue(fast, cap, groupRows(100, Array.from(fast, (_, i) => i % 10)), 1), 0.95 ** 10, 1e-12)
    assert.strictEqual(latencyPValue([], cap, groupRows(0), 1), 1)
  })
})

describe("budgetPValue", () => {
  it("certifies spending well below the budget, and insists on a true cap", () => {
    const cost = Float64Array.from({ length: n }, (_, i) => i % 10 === 0 ? 0.05 : 0.001)
    const independent = observations(groupRows(n), 1)
    assert.isAtMost(budgetPValue(cost, { usdPerRequest: 0.008, capUsd: 0.06 }, independent, 0.1), 0.1)
    assert.isAbove(budgetPValue(cost, { usdPerRequest: 0.0059, capUsd: 0.06 }, independent, 0.1), 0.1)
    assert.throws(() => budgetPValue(cost, { usdPerRequest: 0.008, capUsd: 0.04 }, independent, 0.1), RangeError)
  })
})

describe("requestsNeeded", () => {
  it("is near the published figure: v = .1, eps = .02, alpha = .1 takes about 1,150", () => {
    const needed = requestsNeeded({ v: 0.1, mean: 0, eps: 0.02, alpha: 0.1, n: 0, power: 0.5 })
    assert.isAtLeast(needed!, 1_150)
    assert.isAtMost(needed!, 1_350)
    assert.isNull(requestsNeeded({ v: 0.1, mean: 0.03, eps: 0.02, alpha: 0.1, n: 0 }))
    assert.strictEqual(requestsNeeded({ v: 0.1, mean: 0, eps: 0.02, alpha: 0.1, n: 1e6 }), 0)
  })

  it("names a number at which the test passes about as often as it says", () => {
    for (const [v, drift] of [[0.1, 0], [0.02, 0.005], [0.3, -0.01], [0.001, 0]] as const) {
      const wanted = requestsNeeded({ v, mean: drift, eps: 0.02, alpha: 0.1, n: 0 })!
      let passed = 0
      for (let seed = 0; seed < 200; seed++) {
        const random = seededRandom(seed)
        const y = Float64Array.from({ length: wanted }, () => {
          const u = random.uniform()
          return u < (v + drift) / 2 ? 1 : u < v ? 0 : 0.5
        })
        if (bettingPValue(y, 0.51, 0.1) <= 0.1) passed++
      }
      assert.isAbove(passed / 200, 0.65, `v = ${v}`)
    }
  })
})
