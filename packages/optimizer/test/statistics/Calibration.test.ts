import { assert, describe, it } from "@effect/vitest"
import { brier, expectedCalibrationError, logLoss, reliabilityBins } from "../../src/statistics/Calibration.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

describe("brier and logLoss", () => {
  it("equal the hand-computed values", () => {
    assert.closeTo(brier([0.1, 0.8, 0.4], [0, 1, 1]), (0.01 + 0.04 + 0.36) / 3, 1e-15)
    assert.closeTo(logLoss([0.1, 0.8, 0.4], [0, 1, 1]), -(Math.log(0.9) + Math.log(0.8) + Math.log(0.4)) / 3, 1e-12)
    assert.isBelow(logLoss([0, 1], [1, 0]), 35)
  })
})

describe("expectedCalibrationError", () => {
  it("equals the hand-computed value on two bins", () => {
    // Bins {.1, .2} with mean .15 and outcome .5, and {.8, .9} with mean .85 and outcome 1.
    assert.closeTo(expectedCalibrationError([0.9, 0.1, 0.8, 0.2], [1, 0, 1, 1], 2), (0.35 + 0.15) / 2, 1e-12)
  })

  it("keeps ties together, whatever the order of rows", () => {
    const p = [0.5, 0.5, 0.5, 0.5]
    assert.strictEqual(reliabilityBins(p, [1, 0, 0, 0]).length, 1)
    assert.closeTo(expectedCalibrationError(p, [1, 0, 0, 0]), 0.25, 1e-12)
    assert.strictEqual(expectedCalibrationError(p, [0, 0, 1, 0]), expectedCalibrationError(p, [1, 0, 0, 0]))
  })

  it("makes 15 bins of equal mass and is near zero for honest probabilities", () => {
    const random = seededRandom(8)
    const p = Float64Array.from({ length: 30_000 }, () => random.uniform())
    const y = p.map((value) => random.uniform() < value ? 1 : 0)
    const bins = reliabilityBins(p, y)
    assert.strictEqual(bins.length, 15)
    for (const bin of bins) assert.approximately(bin.n, 2_000, 1)
    assert.isBelow(expectedCalibrationError(p, y), 0.015)
  })
})
