import { assert, describe, it } from "vitest"
import { thresholdsOf } from "../../src/search/Coordinate.ts"
import { evaluatePlan } from "../../src/search/EvaluatePlan.ts"
import { chainPlan } from "../../src/search/IndexedPlan.ts"
import { rankProblem } from "../../src/search/RankedProblem.ts"
import type { SearchProblem } from "../../src/search/SearchProblem.ts"
import { subsetSearch } from "../../src/search/Subsets.ts"
import { bruteForceChain, judgedAfter, randomProblem, subsets, thresholdsOfTier } from "./problems.ts"

const PRICES = [1, 0.2, 0.05, 0.01, 0]

/** Thresholds of a tier that act differently, after any tier. */
const allThresholds = (problem: SearchProblem, tier: number): Array<number> => {
  const after = problem.after?.[tier]?.flatMap((judged) => judged === undefined ? [] : [...judged.score]) ?? []
  return [...new Set([...thresholdsOfTier(problem, tier), ...after])]
}

/** The best value of a chain by trying every combination of thresholds on the plan itself. */
const bestOfPlans = (problem: SearchProblem, chain: ReadonlyArray<number>, lambda: number): number => {
  const visit = (thresholds: ReadonlyArray<number>): number => {
    if (thresholds.length < chain.length - 1) {
      return Math.max(...allThresholds(problem, chain[thresholds.length]!).map((t) => visit([...thresholds, t])))
    }
    const { cost, quality } = evaluatePlan(problem, chainPlan(problem.tiers, chain, thresholds))
    return quality - lambda * cost
  }
  return visit([])
}

describe("branch and bound over subsets of tiers", () => {
  it("finds what trying every subset of the candidates finds, and leaves them never", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const candidates = [[0, 1, 3, 4], [0, 2, 4], [1, 2, 3], [4], [0, 1, 2, 3, 4]][seed % 5]!
      const problem = {
        ...randomProblem(seed, {
          n: 3 + seed % 9,
          tiers: 5,
          levels: 1 + seed % 3,
          weighted: seed % 2 === 0,
          free: 0.1
        }),
        candidates
      }
      const search = subsetSearch(rankProblem(problem), 3)
      const chains = subsets(5).filter((chain) => chain.length <= 3 && chain.every((k) => candidates.includes(k)))
      for (const lambda of PRICES) {
        const found = search.solve(lambda)
        assert.includeMembers(candidates, [...found.tiers], `seed ${seed}`)
        const best = Math.max(...chains.map((chain) => bruteForceChain(problem, chain, lambda)))
        assert.closeTo(found.value, best, 1e-9, `seed ${seed}, price ${lambda}`)
      }
    }
  })

  it("does so where answers are judged by what came before them", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const levels = 2 + seed % 2
      const problem = judgedAfter(randomProblem(seed, { n: 3 + seed % 8, tiers: 3, levels }), seed, levels)
      const ranked = rankProblem(problem)
      const search = subsetSearch(ranked)
      for (const lambda of PRICES) {
        const found = search.solve(lambda)
        const best = Math.max(...subsets(3).map((chain) => bestOfPlans(problem, chain, lambda)))
        assert.closeTo(found.value, best, 1e-9, `seed ${seed}, price ${lambda}`)
        const { cost, quality } = evaluatePlan(problem, chainPlan(3, found.tiers, thresholdsOf(ranked, found)))
        assert.closeTo(found.value, quality - lambda * cost, 1e-9, `plan, seed ${seed}`)
        const outcome = search.evaluate(found)
        assert.closeTo(found.value, outcome.quality - lambda * outcome.cost, 1e-9, `evaluate, seed ${seed}`)
      }
    }
  })

  it("cuts branches that cannot win: a tier that is dear and useless is not searched with every other", () => {
    const problem = randomProblem(1, { n: 50, tiers: 6, levels: 10 })
    const poor = { ...problem, quality: problem.quality.map((column, k) => k === 0 ? column.map(() => 2) : column) }
    assert.strictEqual(subsetSearch(rankProblem(poor)).solve(0.1).searched, 1)
  })
})
