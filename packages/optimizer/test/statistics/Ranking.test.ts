import { assert, describe, it } from "@effect/vitest"
import { aurc, auroc } from "../../src/statistics/Ranking.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

describe("auroc", () => {
  it("equals the count of won pairs, ties half", () => {
    const random = seededRandom(2)
    for (let trial = 0; trial < 30; trial++) {
      const scores = Float64Array.from({ length: 40 }, () => random.integer(8))
      const outcomes = scores.map(() => random.integer(2))
      let won = 0
      let pairs = 0
      scores.forEach((positive, i) =>
        scores.forEach((negative, j) => {
          if (outcomes[i] !== 1 || outcomes[j] !== 0) return
          pairs++
          won += positive > negative ? 1 : positive === negative ? 0.5 : 0
        })
      )
      assert.closeTo(auroc(scores, outcomes), won / pairs, 1e-12)
    }
  })

  it("is one half for a constant score and undefined for one class", () => {
    assert.strictEqual(auroc([1, 1, 1], [0, 1, 1]), 0.5)
    assert.isNaN(auroc([1, 2], [1, 1]))
  })
})

describe("aurc", () => {
  it("equals the mean selective risk by hand", () => {
    // Kept from the most confident: losses 0, 1, 0, 1 give risks 0, 1/2, 1/3, 1/2.
    assert.closeTo(aurc([0.9, 0.8, 0.7, 0.6], [0, 1, 0, 1]), (0 + 1 / 2 + 1 / 3 + 1 / 2) / 4, 1e-15)
  })

  it("does not depend on the order of tied rows", () => {
    assert.strictEqual(aurc([1, 1, 0], [1, 0, 0]), aurc([1, 1, 0], [0, 1, 0]))
    assert.closeTo(aurc([1, 1], [1, 0]), 0.5, 1e-15)
  })
})
