import { assert, describe, it } from "@effect/vitest"
import { errorCostAuc } from "../../src/metrics/ErrorCostAuc.ts"

describe("errorCostAuc", () => {
  it("is the mean error over the curve's range of costs", () => {
    // Errors .5, .3, .1 at costs 1, 2, 4: (1 * .4 + 2 * .2) / 3.
    const points = [{ cost: 4, quality: 0.9 }, { cost: 1, quality: 0.5 }, { cost: 2, quality: 0.7 }]
    assert.closeTo(errorCostAuc(points), 0.8 / 3, 1e-12)
  })

  it("does not depend on the unit of cost", () => {
    const points = [{ cost: 1, quality: 0.5 }, { cost: 2, quality: 0.7 }, { cost: 4, quality: 0.9 }]
    assert.closeTo(errorCostAuc(points.map((p) => ({ ...p, cost: 7 * p.cost + 3 }))), errorCostAuc(points), 1e-12)
  })

  it("is not defined for one point or equal costs", () => {
    assert.isNaN(errorCostAuc([{ cost: 1, quality: 0.5 }]))
    assert.isNaN(errorCostAuc([{ cost: 1, quality: 0.5 }, { cost: 1, quality: 0.6 }]))
    assert.isNaN(errorCostAuc([]))
  })
})
