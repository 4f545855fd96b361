import { assert, describe, it } from "@effect/vitest"
import { gapToOracle } from "../../src/evaluate/GapToOracle.ts"

const cheap = { cost: 1, quality: 0.5 }, dear = { cost: 3, quality: 0.7 }

describe("gapToOracle", () => {
  it("equals the areas by hand", () => {
    // Zero router: mean quality .6. Frontier: (.5 + .64) / 2 and (.64 + .7) / 2. Oracle: (.6 + .8) / 2 and .8.
    const gap = gapToOracle(
      [cheap, dear],
      [cheap, { cost: 2, quality: 0.64 }, dear],
      [{ cost: 1, quality: 0.6 }, { cost: 2, quality: 0.8 }]
    )
    assert.closeTo(gap.gain_over_zero, 0.62 - 0.6, 1e-12)
    assert.closeTo(gap.oracle_gap_closed, 0.02 / 0.15, 1e-12)
    assert.closeTo(gap.oracle_gap_closed_auc, 0.02 / 0.15, 1e-12)
  })

  it("hides by its hull what the area without a hull shows: points below the random mix", () => {
    const gap = gapToOracle([cheap, dear], [cheap, { cost: 2, quality: 0.5 }, dear], [{ cost: 1, quality: 0.8 }])
    assert.strictEqual(gap.oracle_gap_closed, 0)
    assert.closeTo(gap.oracle_gap_closed_auc, -0.05 / 0.2, 1e-12)
  })

  it("is not defined where all tiers cost the same or the oracle gains nothing", () => {
    const flat = { cost: 1, quality: 0.7 }
    assert.isNaN(gapToOracle([cheap, flat], [cheap, flat], [flat]).oracle_gap_closed)
    assert.isNaN(gapToOracle([cheap, dear], [cheap, dear], [cheap, dear]).oracle_gap_closed)
  })
})
