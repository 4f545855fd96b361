import { assert, describe, it } from "@effect/vitest"
import { observations } from "../../src/certify/Observations.ts"
import { qualityLowerBound, qualityPValue, type QualityTarget } from "../../src/certify/Quality.ts"
import { groupRows } from "../../src/statistics/Groups.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

const alpha = 0.1

/** Right-or-wrong grades: the flagship is right with .8; the policy keeps, loses or gains an answer. */
const draw = (n: number, lost: number, gained: number, seed: number) => {
  const random = seededRandom(seed)
  const flagship = Float64Array.from({ length: n }, () => random.uniform() < 0.8 ? 1 : 0)
  const policy = flagship.map((right) => {
    const u = random.uniform()
    return right === 1 ? (u < lost ? 0 : 1) : (u < gained ? 1 : 0)
  })
  return { policy, flagship }
}

describe("qualityPValue", () => {
  it("holds its level at the edge of every kind of promise", () => {
    // E[D] = .8 x .05 - .2 x .05 = .03, E[policy] = .77 = .9625 x .8.
    const targets: ReadonlyArray<QualityTarget> = [
      { _tag: "Difference", epsilon: 0.03 },
      { _tag: "Relative", floor: 0.9625 },
      { _tag: "Absolute", floor: 0.77 }
    ]
    for (const target of targets) {
      let wrong = 0
      for (let seed = 0; seed < 1_000; seed++) {
        const rows = observations(groupRows(400), seed)
        if (qualityPValue(target, draw(400, 0.05, 0.05, seed), rows, alpha) <= alpha) wrong++
      }
      assert.isAtMost(wrong / 1_000, alpha, target._tag)
      assert.isAbove(wrong, 0, target._tag)
    }
  })

  it("certifies a good policy of each kind", () => {
    const quality = draw(3_000, 0.01, 0.03, 1)
    const rows = observations(groupRows(3_000), 1)
    assert.isAtMost(qualityPValue({ _tag: "Difference", epsilon: 0.02 }, quality, rows, alpha), alpha)
    assert.isAtMost(qualityPValue({ _tag: "Relative", floor: 0.98 }, quality, rows, alpha), alpha)
    assert.isAtMost(qualityPValue({ _tag: "Absolute", floor: 0.75 }, quality, rows, alpha), alpha)
  })

  it("does not take copies for evidence", () => {
    const { policy, flagship } = draw(60, 0, 0, 3)
    const copy = (values: Float64Array) => Float64Array.from({ length: 600 }, (_, i) => values[i % 60]!)
    const copies = { policy: copy(policy), flagship: copy(flagship) }
    const keys = Array.from({ length: 600 }, (_, i) => i % 60)
    const target: QualityTarget = { _tag: "Difference", epsilon: 0.02 }
    const honest = qualityPValue(target, copies, observations(groupRows(600, keys), 1), alpha)
    assert.isAbove(honest, alpha)
    assert.closeTo(honest, qualityPValue(target, { policy, flagship }, observations(groupRows(60), 1), alpha), 1e-12)
    assert.isAtMost(qualityPValue(target, copies, observations(groupRows(600), 1), alpha), alpha)
  })

  it("refuses missing grades and wrong lengths", () => {
    const rows = observations(groupRows(2), 1)
    const target: QualityTarget = { _tag: "Absolute", floor: 0.5 }
    assert.throws(() => qualityPValue(target, { policy: [1, Number.NaN], flagship: [1, 1] }, rows, alpha), RangeError)
    assert.throws(() => qualityPValue(target, { policy: [1], flagship: [1] }, rows, alpha), RangeError)
  })
})

describe("qualityLowerBound", () => {
  it("reaches the target exactly when the test certifies it", () => {
    for (let seed = 0; seed < 120; seed++) {
      const quality = draw(300 + 10 * seed, 0.02, 0.02, seed)
      const rows = observations(groupRows(quality.policy.length), seed)
      for (
        const [target, value] of [
          [{ _tag: "Difference", epsilon: 0.04 }, -0.04],
          [{ _tag: "Relative", floor: 0.95 }, 0.95],
          [{ _tag: "Absolute", floor: 0.72 }, 0.72]
        ] as const
      ) {
        const certified = qualityPValue(target, quality, rows, alpha) <= alpha
        assert.strictEqual(qualityLowerBound(target, quality, rows, alpha) >= value - 1e-9, certified, target._tag)
      }
    }
  })

  it("covers the truth", () => {
    let missed = 0
    for (let seed = 0; seed < 400; seed++) {
      const rows = observations(groupRows(500), seed)
      const bound = qualityLowerBound({ _tag: "Relative", floor: 0.98 }, draw(500, 0.05, 0.05, seed), rows, alpha)
      if (bound > 0.9625) missed++
    }
    assert.isAtMost(missed / 400, alpha)
  })

  it("says the least that can be said without data", () => {
    const rows = observations(groupRows(0), 1)
    const nothing = { policy: [], flagship: [] }
    assert.strictEqual(qualityLowerBound({ _tag: "Difference", epsilon: 0.02 }, nothing, rows, alpha), -1)
    assert.strictEqual(qualityLowerBound({ _tag: "Relative", floor: 0.98 }, nothing, rows, alpha), 0)
    assert.strictEqual(qualityLowerBound({ _tag: "Absolute", floor: 0.5 }, nothing, rows, alpha), 0)
  })
})
