import { assert, describe, it } from "vitest"
import { evaluatePlan } from "../../src/search/EvaluatePlan.ts"
import { rankProblem } from "../../src/search/RankedProblem.ts"
import { cascadeFrontier, gainFrontier, twoTierPoints } from "../../src/search/TwoTier.ts"
import { chainValue, randomProblem, thresholdsOfTier, uniform } from "./problems.ts"

const problemAt = (seed: number) =>
  randomProblem(seed, { n: 1 + seed % 25, tiers: 3, levels: 1 + seed % 7, weighted: seed % 2 === 0, free: 0.1 })

describe("the frontier of two tiers", () => {
  it("holds the outcome of every threshold as a reader would find it row by row", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const problem = problemAt(seed)
      const { cost, quality, threshold } = cascadeFrontier(rankProblem(problem), 0, 2)
      assert.strictEqual(
        threshold.length,
        new Set(problem.score[0]).size + 1,
        "each distinct score once, and all or none"
      )
      threshold.forEach((t, c) => {
        const value = chainValue(problem, [0, 2], [t], 0.1)
        assert.closeTo(quality[c]! - 0.1 * cost[c]!, value, 1e-9, `seed ${seed}, threshold ${t}`)
        assert.closeTo(quality[c]!, chainValue(problem, [0, 2], [t], 0), 1e-9, `seed ${seed}, threshold ${t}`)
      })
    }
  })

  it("keeps on its hull the best threshold of every price", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const problem = problemAt(seed)
      const points = twoTierPoints(rankProblem(problem), 0, 2)
      for (const lambda of [0, 0.01, 0.05, 0.2, 1]) {
        const best = Math.max(...thresholdsOfTier(problem, 0).map((t) => chainValue(problem, [0, 2], [t], lambda)))
        const values = points.map(({ plan }) => {
          const { cost, quality } = evaluatePlan(problem, plan)
          return quality - lambda * cost
        })
        assert.closeTo(Math.max(...values), best, 1e-9, `seed ${seed}, price ${lambda}`)
      }
    }
  })

  it("holds the outcome of routing at every threshold of a predicted gain", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const problem = problemAt(seed), random = uniform(seed), weight = (i: number) => problem.weight?.[i] ?? 1
      const gain = Float64Array.from({ length: problem.n }, () => Math.floor(5 * random()) / 5)
      const { cost, quality, threshold } = gainFrontier(rankProblem(problem), 0, 2, gain)
      threshold.forEach((t, c) => {
        const tier = (i: number) => gain[i]! > t ? 2 : 0
        const meanOf = (columns: ReadonlyArray<Float64Array>) => {
          const total = gain.reduce((sum, _, i) => sum + weight(i), 0)
          return gain.reduce((sum, _, i) => sum + weight(i) * columns[tier(i)]![i]!, 0) / total
        }
        assert.closeTo(quality[c]!, meanOf(problem.quality), 1e-9, `seed ${seed}, threshold ${t}`)
        assert.closeTo(cost[c]!, meanOf(problem.cost), 1e-9, `seed ${seed}, threshold ${t}`)
      })
    }
  })
})
