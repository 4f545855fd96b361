import { assert, describe, it } from "@effect/vitest"
import { ibcLift } from "../../src/metrics/IbcLift.ts"
import { costSave, gapAtOracle, perfGain } from "../../src/metrics/LlmRouterBench.ts"
import { bestSingle, costAtShare, qnc } from "../../src/metrics/QualityNeutralCost.ts"
import { routerArenaScore } from "../../src/metrics/RouterArena.ts"
import { valueToBest, valueToReference } from "../../src/metrics/RouterEval.ts"

describe("RouterArena score", () => {
  // The leaderboard of November 2025: accuracy and USD per 1,000 requests (rounded to cents) against the score.
  const leaderboard: ReadonlyArray<readonly [string, number, number, number]> = [
    ["MIRT-BERT", 0.6688, 0.15, 66.89],
    ["Azure Router", 0.6809, 0.54, 66.66],
    ["NIRT-BERT", 0.6634, 0.21, 66.12],
    ["GPT-5", 0.7396, 10.02, 64.32]
  ]
  for (const [router, accuracy, cost, score] of leaderboard) {
    it(`gives the published score of ${router}`, () => {
      assert.closeTo(100 * routerArenaScore(accuracy, cost / 1_000), score, 0.02)
    })
  }

  it("is the accuracy at the cheapest and nothing at the dearest end of the scale", () => {
    assert.closeTo(routerArenaScore(0.8, 0.0044 / 1_000), 1.1 * 0.8 / 1.08, 1e-12)
    assert.strictEqual(routerArenaScore(0.8, 0.2), 0)
    assert.strictEqual(routerArenaScore(0.8, 5), 0)
    assert.strictEqual(routerArenaScore(0.8, 0), routerArenaScore(0.8, 0.0044 / 1_000))
    assert.strictEqual(routerArenaScore(0, 0.2), 0)
  })
})

describe("CostSave and PerfGain", () => {
  // Avengers-Pro against GPT-5-medium, as its authors print it: +7 % quality; as good at 27 % less.
  const best = { cost: 47.96, quality: 0.6225 }
  const models = [best, { cost: 5, quality: 0.5 }]
  const configurations = [
    { cost: 47.13, quality: 0.6666 },
    { cost: 35.05, quality: 0.6266 },
    { cost: 17.81, quality: 0.5624 }
  ]

  it("give the published figures", () => {
    assert.closeTo(perfGain(configurations, models), 0.07, 0.001)
    assert.closeTo(costSave(configurations, models), 0.27, 0.002)
  })

  it("are not defined, or negative, where no configuration is as good as the best model", () => {
    assert.isNaN(costSave([{ cost: 1, quality: 0.6 }], models))
    assert.closeTo(perfGain([{ cost: 1, quality: 0.56025 }], models), -0.1, 1e-12)
    assert.closeTo(costSave([{ cost: 50, quality: 0.7 }], [best]), 1 - 50 / 47.96, 1e-12)
  })
})

describe("Gap@O", () => {
  it("averages over data sets, not requests", () => {
    assert.closeTo(
      gapAtOracle([{ quality: 0.6, oracle: 0.8 }, { quality: 0.9, oracle: 1 }]),
      (0.25 + 0.1) / 2,
      1e-12
    )
    assert.closeTo(gapAtOracle([{ quality: 0, oracle: 0 }, { quality: 0.9, oracle: 1 }]), 0.1, 1e-12)
    assert.isNaN(gapAtOracle([{ quality: 0, oracle: 0 }]))
  })
})

describe("V_R and V_B", () => {
  it("are quality relative to a reference and to the best model", () => {
    assert.closeTo(valueToReference(0.72, 0.9), 0.8, 1e-12)
    assert.closeTo(valueToBest(0.72, 0.6), 1.2, 1e-12)
  })
})

describe("QNC and cost at a share of the flagship's quality", () => {
  const router = [{ cost: 1, quality: 0.5 }, { cost: 3, quality: 0.9 }]
  const flagship = { cost: 4, quality: 0.8 }

  it("interpolate on the hull and divide by the model's cost", () => {
    assert.closeTo(qnc(router, [flagship, { cost: 1, quality: 0.5 }]), 2.5 / 4, 1e-12)
    assert.closeTo(costAtShare(router, flagship, 0.95), 2.3 / 4, 1e-12)
    assert.closeTo(costAtShare(router, flagship, 1), 2.5 / 4, 1e-12)
  })

  it("are not defined where the quality is never reached", () => {
    assert.isNaN(qnc([{ cost: 1, quality: 0.5 }], [flagship]))
    assert.isNaN(costAtShare([{ cost: 1, quality: 0.5 }], flagship, 0.98))
  })

  it("take the cheapest of equally good models", () => {
    assert.deepStrictEqual(bestSingle([flagship, { cost: 2, quality: 0.8 }]), { cost: 2, quality: 0.8 })
  })
})

describe("IBC lift", () => {
  it("compares benefit per cost with that of always the large model", () => {
    const small = { cost: 1, quality: 0.4 }, large = { cost: 51, quality: 0.9 }
    // IBC_base = .5 / 50; a method at cost 26 with .75 has .35 / 25: 40 % more.
    assert.closeTo(ibcLift({ cost: 26, quality: 0.75 }, small, large), 40, 1e-9)
    assert.closeTo(ibcLift(large, small, large), 0, 1e-9)
    assert.isNaN(ibcLift(small, small, large))
    assert.isNaN(ibcLift({ cost: 26, quality: 0.75 }, small, { cost: 51, quality: 0.4 }))
    assert.isNaN(ibcLift({ cost: 26, quality: 0.75 }, small, { cost: 1, quality: 0.9 }))
  })
})
