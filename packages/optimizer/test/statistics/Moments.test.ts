import { assert, describe, it } from "@effect/vitest"
import { groupMeans, groupRows } from "../../src/statistics/Groups.ts"
import { covariance, effectiveSampleSize, meanAndVariance } from "../../src/statistics/Moments.ts"
import { normalCdf, normalQuantile } from "../../src/statistics/Normal.ts"
import { quantiles } from "../../src/statistics/Quantile.ts"
import { seededRandom, shuffledIndices } from "../../src/statistics/SeededRandom.ts"

describe("moments", () => {
  it("agree with the textbook formulas", () => {
    const { mean, variance } = meanAndVariance([2, 4, 4, 4, 5, 5, 7, 9])
    assert.closeTo(mean, 5, 1e-12)
    assert.closeTo(variance, 32 / 7, 1e-12)
    assert.closeTo(covariance([1, 2, 3], [2, 4, 6]), 2, 1e-12)
    assert.closeTo(effectiveSampleSize([1, 1, 1, 1]), 4, 1e-12)
    assert.closeTo(effectiveSampleSize([3, 1]), 16 / 10, 1e-12)
    assert.strictEqual(effectiveSampleSize([0, 0]), 0)
  })
})

describe("normal", () => {
  it("has the tabulated quantiles", () => {
    assert.closeTo(normalQuantile(0.975), 1.959964, 2e-6)
    assert.closeTo(normalQuantile(0.95), 1.644854, 2e-6)
    assert.closeTo(normalQuantile(0.001), -3.090232, 5e-5)
    assert.closeTo(normalCdf(1), 0.8413447, 1e-6)
    assert.strictEqual(normalQuantile(0), -Infinity)
  })
})

describe("quantiles", () => {
  it("interpolate like NumPy and leave NaN out", () => {
    assert.deepStrictEqual(quantiles([4, Number.NaN, 1, 3, 2], [0, 0.25, 0.5, 0.9, 1]), [1, 1.75, 2.5, 3.7, 4])
    assert.isNaN(quantiles([], [0.5])[0])
  })
})

describe("seededRandom", () => {
  it("repeats by seed, fills [0, 1) and makes normals", () => {
    const [a, b] = [seededRandom(42), seededRandom(42)]
    const drawn = Array.from({ length: 5 }, a.uniform)
    assert.deepStrictEqual(drawn, Array.from({ length: 5 }, b.uniform))
    assert.notDeepEqual(drawn, Array.from({ length: 5 }, seededRandom(43).uniform))
    const normals = Float64Array.from({ length: 40_000 }, () => a.normal())
    const { mean, variance } = meanAndVariance(normals)
    assert.closeTo(mean, 0, 0.02)
    assert.closeTo(variance, 1, 0.03)
    const counts = new Float64Array(7)
    for (let i = 0; i < 70_000; i++) counts[a.integer(7)]!++
    for (const count of counts) assert.approximately(count, 10_000, 400)
  })

  it("shuffles every index exactly once", () => {
    assert.deepStrictEqual(Array.from(shuffledIndices(100, 3).toSorted()), Array.from({ length: 100 }, (_, i) => i))
    assert.notDeepEqual([...shuffledIndices(100, 3)], [...shuffledIndices(100, 4)])
  })
})

describe("groupRows", () => {
  it("numbers keys by first appearance and averages within", () => {
    const groups = groupRows(4, ["b", "a", "b", "c"])
    assert.deepStrictEqual([...groups.index], [0, 1, 0, 2])
    assert.deepStrictEqual([...groupMeans([1, 5, 2, 7], groups)], [1.5, 5, 7])
    assert.strictEqual(groupRows(3).count, 3)
  })
})
