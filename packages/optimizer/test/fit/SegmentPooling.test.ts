import { assert, describe, it } from "@effect/vitest"
import { poolByTask, pooledMean } from "../../src/fit/SegmentPooling.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

const rows = (n: number) => Uint32Array.from({ length: n }, (_, i) => i)

describe("poolByTask", () => {
  it("pools tasks of one constant value, whatever rounding makes of their variance", () => {
    for (const value of [0.1, 0.0001, 1 / 3, 1e6 + 0.1]) {
      for (const n of [7, 60, 420, 600, 4999]) {
        const pooled = poolByTask(() => "math.sum", new Float64Array(n).fill(value), rows(n))
        for (const task of ["", "math", "math.sum", "other"]) {
          assert.approximately(pooledMean(pooled, task), value, 1e-9 * value, `${n} rows of ${value}, task "${task}"`)
        }
      }
    }
  })

  it("keeps every mean between the least and the greatest value", () => {
    const { uniform: random } = seededRandom(5)
    for (let draw = 0; draw < 200; draw++) {
      const n = 2 + Math.floor(random() * 60)
      const tasks = Array.from({ length: n }, () => ["a", "a.b", "a.b.c", "d", ""][Math.floor(random() * 5)]!)
      const values = Float64Array.from({ length: n }, () => random() < 0.5 ? 0.2 : Math.round(random() * 3) / 3)
      const pooled = poolByTask((row) => tasks[row]!, values, rows(n))
      for (const { mean } of pooled.values()) {
        assert.isAtLeast(mean, Math.min(...values) - 1e-12)
        assert.isAtMost(mean, Math.max(...values) + 1e-12)
      }
    }
  })
})
