import { assert, describe, it } from "@effect/vitest"
import { calibrate } from "@spillway/policy"
import { calibrateCrossFitted } from "../../src/fit/Calibration.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

describe("calibrateCrossFitted", () => {
  it("gives folds and the whole one shape, so that a threshold on the one means the same on the other", () => {
    const { integer, uniform } = seededRandom(7)
    // Between the bounds of two shapes: a fold learns from four fifths of the labels.
    for (const n of [220, 2_100]) {
      const right = Uint8Array.from({ length: n }, () => Number(uniform() < 0.7))
      const logOdds = Float64Array.from(right, (y) => (y === 1 ? 6 : -6) + 4 * uniform())
      const rows = Uint32Array.from(right.keys()), fold = Uint8Array.from(right, () => integer(5))
      const { calibrator, crossFitted } = calibrateCrossFitted(logOdds, (row) => right[row]!, rows, rows, fold, 5)
      for (const row of rows) {
        assert.closeTo(crossFitted[row]!, calibrate(calibrator, logOdds[row]!), 0.015, `${n} labels, row ${row}`)
      }
    }
  })

  it("rests no step on a few labels at the top: one label of the greatest score stood for half a probability", () => {
    const n = 2_001, rows = Uint32Array.from({ length: n }, (_, i) => i)
    const right = (row: number) => Number(row % 10 === 0)
    const logOdds = Float64Array.from(rows, (row) => row / n)
    const { calibrator } = calibrateCrossFitted(logOdds, right, rows, rows, Uint8Array.from(rows, (row) => row % 5), 5)
    assert.strictEqual(calibrator.kind, "isotonic")
    assert.isAtMost(calibrate(calibrator, 1), 0.2)
  })
})
