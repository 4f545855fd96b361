import { assert, describe, it } from "vitest"
import { chainSearch, thresholdsOf } from "../../src/search/Coordinate.ts"
import { evaluatePlan } from "../../src/search/EvaluatePlan.ts"
import { hull } from "../../src/search/Hull.ts"
import { chainPlan } from "../../src/search/IndexedPlan.ts"
import { rankProblem } from "../../src/search/RankedProblem.ts"
import { subsetSearch } from "../../src/search/Subsets.ts"
import { cascadeFrontier } from "../../src/search/TwoTier.ts"
import { bruteForceChain, chainValue, randomProblem } from "./problems.ts"

const PRICES = [0, 0.01, 0.05, 0.2, 1]

describe("searches against brute force", () => {
  it("find the best threshold of two tiers at every price, with ties, weights and free calls", () => {
    for (let seed = 1; seed <= 150; seed++) {
      const problem = randomProblem(seed, {
        n: 1 + seed % 25,
        tiers: 2,
        levels: 1 + seed % 7,
        weighted: seed % 2 === 0,
        free: 0.2
      })
      const search = chainSearch(rankProblem(problem), [0, 1])
      const frontier = cascadeFrontier(rankProblem(problem), 0, 1)
      for (const lambda of PRICES) {
        const best = bruteForceChain(problem, [0, 1], lambda)
        assert.closeTo(search.solve(lambda).value, best, 1e-9, `chain, seed ${seed}, price ${lambda}`)
        const values = Array.from(frontier.quality, (q, c) => q - lambda * frontier.cost[c]!)
        assert.closeTo(Math.max(...values), best, 1e-9, `frontier, seed ${seed}, price ${lambda}`)
      }
    }
  })

  it("find the best pair of thresholds of three tiers", () => {
    for (let seed = 1; seed <= 150; seed++) {
      const problem = randomProblem(seed, {
        n: 2 + seed % 14,
        tiers: 3,
        levels: 2 + seed % 5,
        weighted: seed % 3 === 0
      })
      const search = chainSearch(rankProblem(problem), [0, 1, 2])
      for (const lambda of PRICES) {
        assert.closeTo(
          search.solve(lambda).value,
          bruteForceChain(problem, [0, 1, 2], lambda),
          1e-9,
          `seed ${seed}, price ${lambda}`
        )
      }
    }
  })

  it("find a subset of tiers that is no worse than any chain of one or two", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const problem = randomProblem(seed, { n: 3 + seed % 12, tiers: 4, levels: 4 })
      const search = subsetSearch(rankProblem(problem))
      for (const lambda of PRICES) {
        const found = search.solve(lambda)
        for (let a = 0; a < 4; a++) {
          for (let b = a; b < 4; b++) {
            const chain = a === b ? [a] : [a, b]
            assert.isAtLeast(
              found.value,
              bruteForceChain(problem, chain, lambda) - 1e-9,
              `seed ${seed}, ${chain.join()}`
            )
          }
        }
      }
    }
  })

  it("value their own thresholds as a reader would row by row, and as the plan does", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const problem = randomProblem(seed, { n: 20, tiers: 4, levels: 6 })
      const ranked = rankProblem(problem)
      const found = subsetSearch(ranked).solve(0.05)
      const thresholds = thresholdsOf(ranked, found)
      assert.closeTo(found.value, chainValue(problem, found.tiers, thresholds, 0.05), 1e-9, `seed ${seed}`)
      const { cost, quality } = evaluatePlan(problem, chainPlan(4, found.tiers, thresholds))
      assert.closeTo(found.value, quality - 0.05 * cost, 1e-9, `plan, seed ${seed}`)
    }
  })
})

describe("hull", () => {
  it("keeps just the points that no mix of others beats", () => {
    assert.deepStrictEqual(hull([0, 1, 2, 3, 4], [0, 3, 2, 4, 4]), [0, 1, 3])
    assert.deepStrictEqual(hull([1], [1]), [0])
  })
})
