import { assert, describe, it } from "@effect/vitest"
import { aiqCode, aiqPaper, gainOverZero, oracleGapClosed } from "../../src/metrics/Aiq.ts"
import { areaUnderHull, costOnHull, type CurvePoint } from "../../src/metrics/CostQualityCurve.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

/** Table 1 of RouterBench (arXiv 2403.12031): performance and cost of the eleven models by data set. */
const ROUTERBENCH: Record<string, { readonly zero: number; readonly models: ReadonlyArray<[number, number]> }> = {
  MMLU: {
    zero: 0.763,
    models: [
      [0.568, 0.122],
      [0.562, 0.081],
      [0.733, 0.245],
      [0.569, 0.317],
      [0.743, 0.326],
      [0.72, 0.408],
      [0.384, 0.327],
      [0.647, 0.367],
      [0.475, 3.269],
      [0.619, 3.27],
      [0.828, 4.086]
    ]
  },
  MBPP: {
    zero: 0.66,
    models: [
      [0.364, 0.011],
      [0.349, 0.006],
      [0.573, 0.023],
      [0.465, 0.021],
      [0.333, 0.031],
      [0.651, 0.044],
      [0.55, 0.064],
      [0.302, 0.039],
      [0.527, 0.607],
      [0.605, 0.77],
      [0.682, 1.235]
    ]
  },
  Winogrande: {
    zero: 0.778,
    models: [
      [0.512, 0.04],
      [0.562, 0.027],
      [0.677, 0.081],
      [0.617, 0.104],
      [0.748, 0.107],
      [0.63, 0.134],
      [0.512, 0.108],
      [0.504, 0.121],
      [0.57, 1.077],
      [0.446, 1.081],
      [0.858, 1.346]
    ]
  },
  ARC: {
    zero: 0.877,
    models: [
      [0.66, 0.068],
      [0.642, 0.046],
      [0.844, 0.137],
      [0.644, 0.177],
      [0.882, 0.182],
      [0.855, 0.228],
      [0.821, 0.183],
      [0.794, 0.205],
      [0.889, 1.829],
      [0.546, 1.833],
      [0.921, 2.286]
    ]
  }
}

const pointsOf = (name: string): ReadonlyArray<CurvePoint> =>
  ROUTERBENCH[name]!.models.map(([quality, cost]) => ({ quality, cost }))

describe("AIQ", () => {
  for (const [name, { zero }] of Object.entries(ROUTERBENCH)) {
    it(`gives the published zero router of ${name}`, () => {
      assert.closeTo(aiqCode(pointsOf(name)), zero, 1e-3)
    })
  }

  it("divides the same area by the range (paper) or by the greatest cost (code)", () => {
    // Hull of MMLU: (.081, .562), (.245, .733), (.326, .743), (4.086, .828).
    const area = 0.164 * (0.562 + 0.733) / 2 + 0.081 * (0.733 + 0.743) / 2 + 3.76 * (0.743 + 0.828) / 2
    assert.closeTo(aiqPaper(pointsOf("MMLU")), area / (4.086 - 0.081), 1e-12)
    assert.closeTo(aiqCode(pointsOf("MMLU")), area / 4.086, 1e-12)
  })

  it("relates gains to the zero router and the oracle", () => {
    // Figure 4 for MMLU: zero .763, KNN .773, cascade without judge errors .901.
    assert.closeTo(gainOverZero(0.773, 0.763), 0.01, 1e-12)
    assert.closeTo(oracleGapClosed(0.773, 0.763, 0.901), 0.01 / 0.138, 1e-12)
    assert.isNaN(oracleGapClosed(0.8, 0.8, 0.8))
  })

  it("is flat right of the hull and nothing left of it", () => {
    const points = [{ cost: 2, quality: 0.4 }, { cost: 4, quality: 0.8 }, { cost: 5, quality: 0.1 }]
    assert.closeTo(areaUnderHull(points, { from: 1, to: 6 }), 2 * 0.6 + 2 * 0.8, 1e-12)
    assert.closeTo(areaUnderHull(points, { from: 3, to: 3.5 }), 0.5 * 0.65, 1e-12)
    assert.strictEqual(areaUnderHull(points, { from: 0, to: 1 }), 0)
  })

  it("equals the average of the best mix at every cost", () => {
    const random = seededRandom(4)
    for (let trial = 0; trial < 20; trial++) {
      const points = Array.from({ length: 8 }, () => ({ cost: 1 + random.uniform(), quality: random.uniform() }))
      const from = Math.min(...points.map((p) => p.cost)), to = Math.max(...points.map((p) => p.cost))
      const steps = 1_500
      let sum = 0
      for (let i = 0; i < steps; i++) {
        const cost = from + (i + 0.5) / steps * (to - from)
        let best = 0
        for (const a of points) {
          for (const b of points) {
            if (a.cost > cost) continue
            const share = b.cost > cost ? (cost - a.cost) / (b.cost - a.cost) : 0
            best = Math.max(best, a.quality + share * (b.quality - a.quality))
          }
        }
        sum += best
      }
      assert.closeTo(aiqPaper(points), sum / steps, 2e-3)
    }
  })

  it("is not defined for one point or equal costs", () => {
    assert.isNaN(aiqPaper([{ cost: 1, quality: 0.5 }]))
    assert.isNaN(aiqCode([{ cost: 1, quality: 0.5 }, { cost: 1, quality: 0.7 }]))
    assert.isNaN(aiqPaper([]))
  })

  it("takes the better of two points of equal cost, whatever their order", () => {
    const points = [{ cost: 1, quality: 0.2 }, { cost: 1, quality: 0.4 }, { cost: 3, quality: 0.8 }]
    assert.closeTo(aiqPaper(points), 0.6, 1e-12)
    assert.closeTo(aiqPaper(points.toReversed()), 0.6, 1e-12)
  })
})

describe("costOnHull", () => {
  it("interpolates between neighbours", () => {
    const points = [{ cost: 1, quality: 0.5 }, { cost: 3, quality: 0.9 }]
    assert.closeTo(costOnHull(points, 0.8), 2.5, 1e-12)
    assert.strictEqual(costOnHull(points, 0.3), 1)
    assert.strictEqual(costOnHull(points, 0.9), 3)
    assert.isNaN(costOnHull(points, 0.91))
    assert.isNaN(costOnHull([], 0.5))
  })
})
