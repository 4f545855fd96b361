import { assert, describe, it } from "@effect/vitest"
import { isotonicRegression } from "../../src/statistics/Isotonic.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

/** The min-max formula: fit_i = max over a <= i of min over b >= i of the weighted mean of [a, b]. */
const minMax = (y: Float64Array, w: Float64Array) =>
  y.map((_, i) => {
    let best = -Infinity
    for (let a = 0; a <= i; a++) {
      let least = Infinity
      for (let b = i; b < y.length; b++) {
        let sum = 0
        let mass = 0
        for (let j = a; j <= b; j++) {
          sum += y[j]! * w[j]!
          mass += w[j]!
        }
        least = Math.min(least, sum / mass)
      }
      best = Math.max(best, least)
    }
    return best
  })

describe("isotonicRegression", () => {
  it("equals the min-max formula", () => {
    const random = seededRandom(1)
    for (let trial = 0; trial < 60; trial++) {
      const n = 1 + random.integer(14)
      const y = Float64Array.from({ length: n }, () => random.integer(6) / 5)
      const w = Float64Array.from({ length: n }, () => 0.1 + random.uniform())
      const fit = isotonicRegression(y, w)
      minMax(y, w).forEach((value, i) => assert.closeTo(fit[i]!, value, 1e-12))
    }
  })

  it("copes with nothing, one value and a falling line", () => {
    assert.deepStrictEqual([...isotonicRegression([])], [])
    assert.deepStrictEqual([...isotonicRegression([3])], [3])
    assert.deepStrictEqual([...isotonicRegression([3, 2, 1])], [2, 2, 2])
  })

  it("takes a million rows in linear time", () => {
    const fit = isotonicRegression(Float64Array.from({ length: 1_000_000 }, (_, i) => -i))
    assert.strictEqual(fit[0], -499_999.5)
    assert.strictEqual(fit[999_999], -499_999.5)
  })
})
