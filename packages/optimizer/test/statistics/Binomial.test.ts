import { assert, describe, it } from "@effect/vitest"
import { betaQuantile, binomialAtMost, clopperPearson, incompleteBeta } from "../../src/statistics/Binomial.ts"

describe("binomialAtMost", () => {
  it("equals the sum of the probabilities", () => {
    for (const [n, p] of [[1, 0.3], [7, 0.05], [40, 0.5], [120, 0.97]] as const) {
      let sum = 0
      let term = (1 - p) ** n
      for (let k = 0; k <= n; k++) {
        sum += term
        assert.closeTo(binomialAtMost(k, n, p), Math.min(1, sum), 1e-11)
        term *= (n - k) / (k + 1) * p / (1 - p)
      }
    }
    assert.strictEqual(binomialAtMost(-1, 5, 0.2), 0)
  })

  it("keeps its digits for huge n", () => {
    assert.closeTo(binomialAtMost(50_000, 1_000_000, 0.05), 0.5010, 5e-4)
    assert.isBelow(binomialAtMost(48_000, 1_000_000, 0.05), 1e-18)
  })
})

describe("clopperPearson", () => {
  it("gives the tabulated interval of 4 in 20", () => {
    const [low, high] = clopperPearson(4, 20, 0.95)
    assert.closeTo(low, 0.0573, 5e-5)
    assert.closeTo(high, 0.4366, 5e-5)
  })

  it("puts exactly half of the error on each side", () => {
    const [low, high] = clopperPearson(13, 57, 0.9)
    assert.closeTo(1 - binomialAtMost(12, 57, low), 0.05, 1e-9)
    assert.closeTo(binomialAtMost(13, 57, high), 0.05, 1e-9)
  })

  it("has the closed form 1 - (alpha/2)^(1/n) at no success, and is [0, 1] without data", () => {
    assert.closeTo(clopperPearson(0, 10, 0.95)[1], 1 - 0.025 ** 0.1, 1e-12)
    assert.strictEqual(clopperPearson(0, 10, 0.95)[0], 0)
    assert.strictEqual(clopperPearson(10, 10, 0.95)[1], 1)
    assert.deepStrictEqual(clopperPearson(0, 0, 0.95), [0, 1])
  })
})

describe("incompleteBeta", () => {
  it("knows the uniform, the square and its own symmetry", () => {
    assert.closeTo(incompleteBeta(0.3, 1, 1), 0.3, 1e-14)
    assert.closeTo(incompleteBeta(0.3, 2, 1), 0.09, 1e-14)
    assert.closeTo(incompleteBeta(0.2, 3.5, 7.25), 1 - incompleteBeta(0.8, 7.25, 3.5), 1e-13)
    assert.closeTo(incompleteBeta(betaQuantile(0.37, 5, 2), 5, 2), 0.37, 1e-12)
  })
})
