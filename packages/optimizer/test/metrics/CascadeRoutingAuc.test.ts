import { assert, describe, it } from "@effect/vitest"
import { cascadeRoutingAuc } from "../../src/metrics/CascadeRoutingAuc.ts"
import type { CurvePoint } from "../../src/metrics/CostQualityCurve.ts"

const points = (...pairs: ReadonlyArray<readonly [number, number]>): ReadonlyArray<CurvePoint> =>
  pairs.map(([cost, quality]) => ({ cost, quality }))

// By hand from `area_under_curve` and `auc_all` of eth-sri/cascade-routing.
describe("cascadeRoutingAuc", () => {
  it("takes trapezoids without a hull, flat right of the last point", () => {
    const models = points([1, 0.5], [5, 0.85])
    assert.closeTo(cascadeRoutingAuc(points([1, 0.5], [2, 0.7], [4, 0.8]), models), (0.6 + 1.5 + 0.8) / 4, 1e-12)
    assert.closeTo(cascadeRoutingAuc(points([4, 0.2], [1, 0.5], [2, 0.7]), models), (0.6 + 0.9 + 0.2) / 4, 1e-12)
  })

  it("starts at the least baseline quality where the curve begins later", () => {
    const models = points([1, 0.5], [3, 0.6], [5, 0.45])
    assert.closeTo(cascadeRoutingAuc(points([2, 0.7], [4, 0.8]), models), (0.575 + 1.5 + 0.8) / 4, 1e-12)
  })

  it("interpolates at the ends of the range", () => {
    const models = points([1, 0.5], [5, 0.6])
    assert.closeTo(cascadeRoutingAuc(points([0, 0.4], [2, 0.6], [6, 0.8]), models), (0.55 + 3 * 0.675) / 4, 1e-12)
  })

  it("extrapolates where all points are dearer or all are cheaper than the range", () => {
    const models = points([1, 0.3], [5, 0.9])
    assert.closeTo(cascadeRoutingAuc(points([6, 0.6], [8, 0.7]), models), (0.3 + 0.55) / 2, 1e-12)
    // At 1 the line through both is .8, at 5 the curve is flat at the last point.
    assert.closeTo(cascadeRoutingAuc(points([0, 0.6], [0.5, 0.7]), models), (0.8 + 0.7) / 2, 1e-12)
  })

  it("survives one point, equal costs and repeated points", () => {
    const models = points([1, 0.5], [3, 0.7])
    assert.closeTo(cascadeRoutingAuc(points([2, 0.9]), models), (0.7 + 0.9) / 2, 1e-12)
    assert.closeTo(cascadeRoutingAuc(points([0.5, 0.9]), models), 0.9, 1e-12)
    assert.closeTo(
      cascadeRoutingAuc(points([1, 0.5], [1, 0.5], [2, 0.6], [2, 0.8], [3, 0.8]), models),
      (0.55 + 0.8) / 2,
      1e-12
    )
    assert.isNaN(cascadeRoutingAuc(points([1, 0.5]), points([1, 0.5], [1, 0.6])))
    assert.isNaN(cascadeRoutingAuc([], models))
  })
})
