import { assert, describe, it } from "@effect/vitest"
import type { Calibrator } from "@spillway/domain"
import { calibrate, upperBound } from "@spillway/policy"
import { random } from "../tables.ts"

const isotonic: Calibrator = { kind: "isotonic", x: [-1, 0, 0, 2], y: [0.1, 0.2, 0.6, 0.9] }

describe("calibrate", () => {
  it("is the logistic function for Platt", () => {
    assert.approximately(calibrate({ kind: "platt", a: 2, b: -1 }, 0.5), 0.5, 1e-12)
    assert.approximately(calibrate({ kind: "platt", a: 1, b: 0 }, 2), 1 / (1 + Math.exp(-2)), 1e-12)
  })

  it("is Kull's formula for beta", () => {
    const p = 1 / (1 + Math.exp(-0.7))
    const direct = 1 / (1 + Math.exp(-(0.8 * Math.log(p) - 1.7 * Math.log(1 - p) + 0.3)))
    assert.approximately(calibrate({ kind: "beta", a: 0.8, b: 1.7, c: 0.3 }, 0.7), direct, 1e-12)
    assert.approximately(calibrate({ kind: "beta", a: 1, b: 1, c: 0 }, 0.7), p, 1e-12)
  })

  it("interpolates between knots, is constant outside and jumps at a double knot", () => {
    const at = (x: number) => calibrate(isotonic, x)
    assert.deepStrictEqual([-9, -1, -0.5, 0, 1, 2, 9].map((x) => Number(at(x).toFixed(9))), [
      0.1,
      0.1,
      0.15,
      0.6,
      0.75,
      0.9,
      0.9
    ])
    assert.isBelow(at(-1e-9), 0.2 + 1e-9)
  })

  it("is monotone and clamped whatever the parameters", () => {
    const next = random(1)
    const ascending = (n: number, scale: number) =>
      Array.from({ length: n }, () => next() * scale).toSorted((a, b) => a - b)
    for (let run = 0; run < 200; run++) {
      const n = 1 + Math.floor(next() * 6)
      const calibrators: ReadonlyArray<Calibrator> = [
        { kind: "platt", a: next() * 5, b: next() * 4 - 2 },
        { kind: "beta", a: next() * 3, b: next() * 3, c: next() * 4 - 2 },
        { kind: "isotonic", x: ascending(n, 4).map((x) => x - 2), y: ascending(n, 1) }
      ]
      const scores = [-1e6, -800, ...ascending(20, 8).map((x) => x - 4), 800, 1e6]
      for (const calibrator of calibrators) {
        const values = scores.map((score) => calibrate(calibrator, score))
        for (let i = 0; i < values.length; i++) {
          assert.isTrue(values[i]! >= 1e-6 && values[i]! <= 1 - 1e-6)
          if (i > 0) assert.isAtLeast(values[i]!, values[i - 1]! - 1e-15)
        }
      }
    }
  })

  it("finds the first greater edge", () => {
    assert.deepStrictEqual([0, 1, 1.5, 2, 3, 4].map((x) => upperBound([1, 2, 2, 3], x)), [0, 1, 1, 3, 4, 4])
    assert.strictEqual(upperBound([], 1), 0)
  })
})
