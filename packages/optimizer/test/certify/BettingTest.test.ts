import { assert, describe, it } from "@effect/vitest"
import { bettingPValue, bettingUpperBound, maxLogWealth, predictableStakes } from "../../src/certify/BettingTest.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

/** The formula of Waudby-Smith and Ramdas, written out without blocks or early exits. */
const plainPValue = (y: ReadonlyArray<number>, m: number, alpha: number) => {
  const n = y.length
  let wealth = 1
  let peak = 1
  let sum = 0.5
  let squares = 0.25
  y.forEach((value, i) => {
    const t = i + 1
    const spread = squares / t
    const stake = Math.min(Math.sqrt(2 * Math.log(1 / alpha) / (n * spread)), 0.75 / (1 - m))
    wealth *= 1 - stake * (value - m)
    peak = Math.max(peak, wealth)
    sum += value
    squares += (value - sum / (t + 1)) ** 2
  })
  return 1 / peak
}

describe("bettingPValue", () => {
  it("equals the formula written out", () => {
    const random = seededRandom(4)
    for (let trial = 0; trial < 200; trial++) {
      const y = Array.from({ length: 1 + random.integer(300) }, () => random.integer(5) / 4 * random.uniform())
      const m = 0.02 + 0.96 * random.uniform()
      const expected = plainPValue(y, m, 0.1)
      assert.closeTo(bettingPValue(y, m, 0.1) / expected, 1, 1e-9)
    }
  })

  it("equals a worked example of two observations", () => {
    // alpha = 0.1, n = 2, m = 0.51: the first stake sqrt(2 ln 10 / (2 x 1/4)) = 3.03 is capped at 0.75 / 0.49.
    const cap = 0.75 / 0.49
    const first = 1 + cap * 0.51
    // mu_1 = (1/2 + 0) / 2, s2_1 = (1/4 + 1/16) / 2: the second stake is 3.84, capped too.
    assert.closeTo(bettingPValue([0, 0.5], 0.51, 0.1), 1 / (first * (1 + cap * 0.01)), 1e-12)
  })

  it("has p <= alpha with probability at most alpha where H0 holds at its edge", () => {
    const random = seededRandom(77)
    const trials = 4_000
    for (const share of [0.02, 0.1, 0.5]) {
      // D = +1 with `share`, -1 with the rest of a symmetric tenth, so that E[D] = eps exactly.
      const eps = share - 0.1 * share
      let rejected = 0
      for (let trial = 0; trial < trials; trial++) {
        const y = Array.from({ length: 300 }, () => {
          const u = random.uniform()
          return u < share ? 1 : u < 1.1 * share ? 0 : 0.5
        })
        if (bettingPValue(y, (eps + 1) / 2, 0.1) <= 0.1) rejected++
      }
      assert.isAtMost(rejected / trials, 0.1)
    }
  })

  it("answers the degenerate cases safely", () => {
    assert.strictEqual(bettingPValue([], 0.5, 0.1), 1)
    assert.isAbove(bettingPValue([0.5], 0.51, 0.1), 0.9)
    assert.strictEqual(bettingPValue([0, 0, 0], 0, 0.1), 1)
    assert.strictEqual(bettingPValue([1, 1], 1, 0.1), 1)
    assert.strictEqual(bettingPValue([1, 0.9], 1, 0.1), 0)
    assert.strictEqual(bettingPValue([1, 1], 1.2, 0.1), 0)
    assert.strictEqual(bettingPValue(Array.from({ length: 500 }, () => 1), 0.51, 0.1), 1)
  })

  it("certifies identical answers quickly: eps = .02 within 300 rows, eps = .01 within 500", () => {
    const same = (n: number) => new Float64Array(n).fill(0.5)
    assert.isAtMost(bettingPValue(same(300), 0.51, 0.1), 0.1)
    assert.isAtMost(bettingPValue(same(500), 0.505, 0.1), 0.1)
    assert.isAbove(bettingPValue(same(50), 0.51, 0.1), 0.1)
  })

  it("stays finite for a million rows", () => {
    const p = bettingPValue(new Float64Array(1_000_000).fill(0.5), 0.9, 0.1)
    assert.strictEqual(p, 0)
    assert.strictEqual(bettingPValue(new Float64Array(1_000_000).fill(0.9), 0.5, 0.1), 1)
  })
})

describe("maxLogWealth", () => {
  it("does not decrease in m, so that the test can be inverted", () => {
    const random = seededRandom(9)
    for (let trial = 0; trial < 50; trial++) {
      const y = Float64Array.from({ length: 200 }, () => random.integer(3) / 2)
      const stakes = predictableStakes(y, 0.1)
      let last = 0
      for (let m = 0.01; m < 1; m += 0.01) {
        const wealth = maxLogWealth(y, stakes, m)
        assert.isAtLeast(wealth, last - 1e-12)
        last = wealth
      }
    }
  })
})

describe("bettingUpperBound", () => {
  it("is the least mean that is rejected, and covers", () => {
    const random = seededRandom(6)
    let missed = 0
    for (let trial = 0; trial < 1_000; trial++) {
      const y = Float64Array.from({ length: 150 }, () => random.uniform() < 0.3 ? 1 : 0.5)
      const bound = bettingUpperBound(y, 0.1)
      assert.isAtMost(bettingPValue(y, bound, 0.1), 0.1 + 1e-9)
      assert.isAbove(bettingPValue(y, bound - 1e-6, 0.1), 0.1)
      if (bound < 0.65) missed++
    }
    assert.isAtMost(missed / 1_000, 0.1)
    assert.strictEqual(bettingUpperBound([], 0.1), 1)
    assert.strictEqual(bettingUpperBound([1], 0.1), 1)
  })
})
