import { assert, describe, it } from "@effect/vitest"
import { fitBeta, fitBetaMixture, mixtureCdf } from "../../bench/targets/BetaMixture.ts"
import { gridSearch } from "../../bench/targets/GridSearch.ts"
import { minimizeInBox } from "../../bench/targets/MinimizeInBox.ts"
import { fitRationalModel } from "../../bench/targets/RationalTuning.ts"
import { betaQuantile } from "../../src/statistics/Binomial.ts"
import { quantiles } from "../../src/statistics/Quantile.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

// The references that the benchmark of the optimizer compares with are worth nothing if they are weak by mistake.

const random = seededRandom(7)

/** Calibrated confidences, as grades follow them, of tiers that share so much of what makes a request hard. */
const calibratedTiers = (n: number, tiers: number, shared: number) => {
  const hardness = Float64Array.from({ length: n }, () => random.normal())
  const confidence = Array.from(
    { length: tiers },
    (_, k) => hardness.map((h) => 1 / (1 + Math.exp(-(0.3 + 0.5 * k - shared * h - 0.7 * random.normal()))))
  )
  return { confidence, grades: confidence.map((column) => column.map((p) => random.uniform() < p ? 1 : 0)) }
}

/** Mean loss of a chain: 1 - value + price * cost. */
const lossOf = (
  confidence: ReadonlyArray<Float64Array>,
  value: ReadonlyArray<Float64Array>,
  paid: ReadonlyArray<number>,
  thresholds: ReadonlyArray<number>,
  price: number
): number => {
  const n = confidence[0]!.length
  let sum = 0
  for (let i = 0; i < n; i++) {
    let at = 0
    while (at < thresholds.length && confidence[at]![i]! <= thresholds[at]!) at++
    sum += 1 - value[at]![i]! + price * paid[at]!
  }
  return sum / n
}

describe("references of the benchmark", () => {
  it("beta distributions are recovered from a sample, alone and mixed", () => {
    const sample = (a: number, b: number, n: number) =>
      Array.from({ length: n }, (_, i) => betaQuantile((i + 0.5) / n, a, b))
    const { a, b } = fitBeta(sample(3, 1.5, 400), 0, 1)
    assert.closeTo(a, 3, 0.1)
    assert.closeTo(b, 1.5, 0.05)
    const values = [...sample(2, 8, 200), ...sample(12, 3, 300)]
    const mixture = fitBetaMixture(values.map((v) => 0.2 + 0.6 * v), 0.2, 0.8)
    for (const v of [0.1, 0.3, 0.5, 0.7, 0.9]) {
      const below = values.filter((x) => x <= v).length / values.length
      assert.closeTo(mixtureCdf(mixture, 0.2 + 0.6 * v), below, 0.02)
    }
  })

  it("a minimum in a box is found, inside and on its edge", () => {
    const bowl = (center: ReadonlyArray<number>) => (at: ReadonlyArray<number>) =>
      at.reduce((sum, v, j) => sum + (j + 1) * (v - center[j]!) ** 2, 0)
    const inside = minimizeInBox(bowl([0.3, 0.8, 0.5]), [0.5, 0.5, 0.5], [0, 0, 0], [1, 1, 1])
    ;[0.3, 0.8, 0.5].forEach((v, j) => assert.closeTo(inside.at[j]!, v, 1e-3))
    const edge = minimizeInBox(bowl([2, 0.5]), [0.5, 0.5], [0, 0], [1, 1])
    assert.closeTo(edge.at[0]!, 1, 1e-3)
    assert.closeTo(edge.at[1]!, 0.5, 2e-3)
  })

  it("the grid search finds what trying every combination finds", () => {
    for (let round = 0; round < 5; round++) {
      const { confidence, grades } = calibratedTiers(60, 3, 1)
      const paid = [1, 3, 9]
      const found = gridSearch(confidence, grades, paid)
      const steps = Array.from({ length: 40 }, (_, i) => 0.01 + i * 0.025)
      const [first, second] = confidence.map((column) => quantiles(column, steps))
      for (const price of [0.001, 0.01, 0.03, 0.1, 0.3]) {
        const loss = (t: ReadonlyArray<number>) => lossOf(confidence, grades, paid, t, price)
        const all = Math.min(...first!.flatMap((t0) => second!.map((t1) => loss([t0, t1]))))
        // Candidates closer in cost than a four-hundredth of the range are not told apart.
        assert.closeTo(Math.min(...found.map(loss)), all, price * 8 / 400 + 1e-12)
      }
    }
  })

  // Of chains of three and more the model forgets what it knew before the last tier, so it is right only where that tells
  // nothing: where confidences are independent.
  it("rational tuning comes close to the best thresholds of samples that its model suits", () => {
    const check = (confidence: ReadonlyArray<Float64Array>, cost: ReadonlyArray<number>) => {
      let sum = 0
      const paid = cost.map((usd) => sum += usd)
      const tuned = fitRationalModel(confidence).tune(confidence.map((_, k) => k), cost)
      const grid = gridSearch(confidence, confidence, paid)
      for (const price of [0, 1e-5, 1e-4, 3e-4, 1e-3]) {
        const best = (of: ReadonlyArray<ReadonlyArray<number>>) =>
          Math.min(...of.map((t) => lossOf(confidence, confidence, paid, t, price)))
        assert.isBelow(best(tuned), best(grid) + 0.004, `${confidence.length} tiers at ${price}`)
      }
    }
    check(calibratedTiers(300, 2, 1).confidence, [100, 900])
    check(calibratedTiers(300, 3, 0).confidence, [100, 300, 900])
  })
})
