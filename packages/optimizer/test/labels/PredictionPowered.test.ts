import { assert, describe, it } from "@effect/vitest"
import { pairedDifference, predictionPowered } from "../../src/labels/PredictionPowered.ts"
import { meanAndVariance } from "../../src/statistics/Moments.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

const TRUTH = 0.7

/** Right-or-wrong grades and a judge that is lenient: it passes nine in ten wrong answers and fails few right ones. */
const lenient = (n: number, goldShare: number, seed: number) => {
  const random = seededRandom(seed)
  const all = new Float64Array(n), judged = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    all[i] = random.uniform() < TRUTH ? 1 : 0
    judged[i] = random.uniform() < (all[i] === 1 ? 0.98 : 0.4) ? 1 : 0
  }
  return { all, judged, gold: all.map((y) => random.uniform() < goldShare ? y : NaN) }
}

const over = (reps: number, of: (seed: number) => number) => Array.from({ length: reps }, (_, seed) => of(seed))

describe("predictionPowered", () => {
  for (const tuning of ["none", "power"] as const) {
    it(`is unbiased and covers with a biased judge (${tuning})`, () => {
      const results = Array.from(
        { length: 600 },
        (_, seed) => predictionPowered(lenient(1_500, 0.15, seed), { alpha: 0.1, tuning })
      )
      const { mean, variance } = meanAndVariance(results.map((r) => r.estimate))
      assert.closeTo(mean, TRUTH, 4 * Math.sqrt(variance / results.length))
      const missed = results.filter((r) => r.low > TRUTH || r.high < TRUTH).length / results.length
      assert.isAtMost(missed, 0.14)
      assert.isAtLeast(missed, 0.06)
      const judge = over(200, (seed) => meanAndVariance(lenient(1_500, 0, seed).judged).mean)
      assert.isAbove(meanAndVariance(judge).mean, TRUTH + 0.08, "the judge alone is biased")
    })
  }

  it("is narrower than the sure grades alone, and with a judge that says nothing no wider", () => {
    const data = lenient(3_000, 0.1, 1)
    const alone = predictionPowered({ ...data, judged: new Float64Array(3_000) }, { alpha: 0.1, tuning: "power" })
    assert.strictEqual(alone.lambda, 0)
    assert.isBelow(predictionPowered(data, { alpha: 0.1, tuning: "power" }).standardError, 0.85 * alone.standardError)
    const random = seededRandom(2)
    const noise = { ...data, judged: data.judged.map(() => random.uniform() < 0.5 ? 1 : 0) }
    assert.isBelow(
      predictionPowered(noise, { alpha: 0.1, tuning: "power" }).standardError,
      1.02 * alone.standardError
    )
    assert.isAbove(predictionPowered(noise, { alpha: 0.1, tuning: "none" }).standardError, 1.2 * alone.standardError)
  })

  it("is the plain mean of everything where the judge is right, and of the unlabeled untuned", () => {
    const { all, gold } = lenient(2_000, 0.2, 3)
    const right = predictionPowered({ gold, judged: all }, { alpha: 0.1, tuning: "power" })
    assert.closeTo(right.estimate, meanAndVariance(all).mean, 2e-3)
    assert.closeTo(right.standardError, Math.sqrt(meanAndVariance(all).variance / 2_000), 2e-4)
    const rest = all.filter((_, i) => Number.isNaN(gold[i]!))
    assert.closeTo(
      predictionPowered({ gold, judged: all }, { alpha: 0.1, tuning: "none" }).estimate,
      meanAndVariance(rest).mean,
      1e-12
    )
  })

  it("is the plain mean where nothing is unlabeled, and nothing without gold", () => {
    const { all, judged } = lenient(500, 1, 4)
    for (const tuning of ["none", "power"] as const) {
      const plain = predictionPowered({ gold: all, judged }, { alpha: 0.1, tuning })
      assert.closeTo(plain.estimate, meanAndVariance(all).mean, 1e-12)
      assert.closeTo(plain.standardError, Math.sqrt(meanAndVariance(all).variance / 500), 1e-12)
      const none = predictionPowered({ gold: all.map(() => NaN), judged }, { alpha: 0.1, tuning })
      assert.isNaN(none.estimate)
      assert.strictEqual(none.gold, 0)
    }
  })

  it("covers a paired difference", () => {
    let missed = 0
    const reps = 400
    for (let seed = 0; seed < reps; seed++) {
      const random = seededRandom(seed)
      const dear = lenient(1_000, 1, 2 * seed + 1)
      const known = dear.all.map(() => random.uniform() < 0.2 ? 1 : NaN)
      // The cheap answer is wrong where the dear one is, and in one of ten cases more.
      const cheap = dear.all.map((y) => random.uniform() < 0.1 ? 0 : y)
      const judgedCheap = cheap.map((y) => random.uniform() < (y === 1 ? 0.98 : 0.4) ? 1 : 0)
      const interval = predictionPowered(
        pairedDifference(
          { gold: cheap.map((y, i) => y * known[i]!), judged: judgedCheap },
          { gold: dear.all.map((y, i) => y * known[i]!), judged: dear.judged }
        ),
        { alpha: 0.1, tuning: "power" }
      )
      if (interval.low > -0.07 || interval.high < -0.07) missed++
    }
    assert.isAtMost(missed / reps, 0.15)
    assert.isAtLeast(missed / reps, 0.05)
  })
})
