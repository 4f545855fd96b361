import { assert, describe, it } from "vitest"
import { evaluatePlan } from "../../src/search/EvaluatePlan.ts"
import { chainStages } from "../../src/search/IndexedPlan.ts"
import { rankProblem } from "../../src/search/RankedProblem.ts"
import { routeEntries } from "../../src/search/Route.ts"
import { routeCascadePoint } from "../../src/search/RouteCascade.ts"
import { bruteForceChain, judgedAfter, randomPredictions, randomProblem, thresholdsOfTier } from "./problems.ts"

const PRICES = [0.01, 0.05, 0.2]
const ENTRY_MULTIPLES = [0.25, 0.5, 1, 2, 4, 8]

describe("route cascade", () => {
  it("finds the best entry price and threshold of two tiers", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const levels = 1 + seed % 5, chain = seed % 3 === 0 ? [0, 2] : [1, 2]
      const problem = randomProblem(seed, { n: 2 + seed % 20, tiers: 3, levels, weighted: seed % 2 === 0 })
      const predictions = randomPredictions(problem, seed)
      for (const lambda of PRICES) {
        const best = Math.max(...ENTRY_MULTIPLES.map((multiple) => {
          const entry = routeEntries(problem.n, { lambda: multiple * lambda, tiers: chain }, predictions)
          return bruteForceChain(problem, chain, lambda, (row) => chain.indexOf(entry[row]!))
        }))
        const found = routeCascadePoint(rankProblem(problem), predictions, chain, lambda)
        assert.closeTo(found.value, best, 1e-9, `seed ${seed}, price ${lambda}`)
      }
    }
  })

  it("does so where the second answer is judged by the first, and rows that enter at it are not", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const levels = 1 + seed % 5
      const problem = judgedAfter(randomProblem(seed, { n: 2 + seed % 20, tiers: 2, levels }), seed, levels)
      const predictions = randomPredictions(problem, seed)
      for (const lambda of PRICES) {
        const values = ENTRY_MULTIPLES.flatMap((multiple) =>
          thresholdsOfTier(problem, 0).map((threshold) => {
            const entry = { lambda: multiple * lambda, tiers: [0, 1] }
            const plan = { kind: "route_cascade" as const, entry, stages: chainStages(2, [0, 1], [threshold]) }
            const { cost, quality } = evaluatePlan(problem, plan, predictions)
            return quality - lambda * cost
          })
        )
        const found = routeCascadePoint(rankProblem(problem), predictions, [0, 1], lambda)
        assert.closeTo(found.value, Math.max(...values), 1e-9, `seed ${seed}, price ${lambda}`)
      }
    }
  })

  it("comes near the best of longer chains, and is worth what its plan is", () => {
    let shortfall = 0, problems = 0
    for (let seed = 1; seed <= 60; seed++) {
      const problem = randomProblem(seed, { n: 5 + seed % 12, tiers: 3, levels: 4 }), chain = [0, 1, 2]
      const predictions = randomPredictions(problem, seed)
      for (const lambda of PRICES) {
        const best = Math.max(...ENTRY_MULTIPLES.map((multiple) => {
          const entry = routeEntries(problem.n, { lambda: multiple * lambda, tiers: chain }, predictions)
          return bruteForceChain(problem, chain, lambda, (row) => entry[row]!)
        }))
        const { cost, plan, quality, value } = routeCascadePoint(rankProblem(problem), predictions, chain, lambda)
        assert.isAtMost(value, best + 1e-9, `seed ${seed}`)
        assert.closeTo(value, quality - lambda * cost, 1e-9, `seed ${seed}`)
        const measured = evaluatePlan(problem, plan, predictions)
        assert.closeTo(value, measured.quality - lambda * measured.cost, 1e-9, `plan, seed ${seed}`)
        shortfall += best - value
        problems += 1
      }
    }
    assert.isBelow(shortfall / problems, 0.001)
  })
})
