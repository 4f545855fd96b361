import { assert, describe, it } from "@effect/vitest"
import { fitLogisticRidge, type LogisticModel } from "../../src/fit/LogisticRidge.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

const COLUMNS = 6

/** Columns that are rarely far off, and labels that are all but the same where none of the first two is. */
const lopsided = (n: number, seed: number) => {
  const random = seededRandom(seed)
  const x = Float64Array.from({ length: n * COLUMNS }, () => random.uniform() < 0.03 ? -6 : 0.2)
  const target = Float64Array.from({ length: n }, (_, i) => {
    const logOdds = 6 + 3 * x[i * COLUMNS]! + 3 * x[i * COLUMNS + 1]!
    return random.uniform() < 1 / (1 + Math.exp(-logOdds)) ? 1 : 0
  })
  return { x, target }
}

/** Greatest slope of the penalized log-loss at a model, where 0 is the best there is. */
const steepest = (x: Float64Array, target: Float64Array, penalty: number, { intercept, weights }: LogisticModel) => {
  const slopes = [...weights.map((w) => penalty * w), 0]
  target.forEach((y, i) => {
    const row = x.subarray(i * COLUMNS, (i + 1) * COLUMNS)
    const error = 1 / (1 + Math.exp(-row.reduce((z, v, j) => z + v * weights[j]!, intercept))) - y
    row.forEach((v, j) => slopes[j]! += error * v)
    slopes[COLUMNS]! += error
  })
  return Math.max(...slopes.map(Math.abs))
}

describe("logistic ridge", () => {
  it("finds the best weights, also where most labels are the same and whole Newton steps run back and forth", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { target, x } = lopsided(400, seed)
      for (const penalty of [0.1, 1, 100]) {
        const model = fitLogisticRidge(x, COLUMNS, target, penalty)
        assert.isBelow(steepest(x, target, penalty, model), 1e-6, `seed ${seed}, penalty ${penalty}`)
      }
    }
  })

  it("finds the same from another start, however far off", () => {
    const { target, x } = lopsided(300, 7)
    const direct = fitLogisticRidge(x, COLUMNS, target, 1)
    for (const from of [-30, 1, 30]) {
      const start = { intercept: from, weights: new Float64Array(COLUMNS).fill(from) }
      const { intercept, weights } = fitLogisticRidge(x, COLUMNS, target, 1, start)
      assert.closeTo(intercept, direct.intercept, 1e-6)
      weights.forEach((w, j) => assert.closeTo(w, direct.weights[j]!, 1e-6))
    }
  })

  it("stays half a label off certainty where all labels are the same", () => {
    const { x } = lopsided(50, 1)
    for (const label of [0, 1]) {
      const { intercept, weights } = fitLogisticRidge(x, COLUMNS, new Float64Array(50).fill(label), 1)
      assert.closeTo(1 / (1 + Math.exp(-intercept)), label === 1 ? 1 - 0.5 / 51 : 0.5 / 51, 1e-12)
      assert.isTrue(weights.every((w) => w === 0))
    }
  })
})
