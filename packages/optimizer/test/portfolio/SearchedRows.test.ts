import { assert, describe, it } from "vitest"
import { policyClasses } from "../../src/portfolio/PolicyClass.ts"
import { searchedRows } from "../../src/portfolio/SearchedRows.ts"
import { judgedAfter, randomPredictions, randomProblem } from "../search/problems.ts"

const PRICES = [1, 0.2, 0.05, 0.01]

describe("rows that policy classes share", () => {
  it("bring each class to the plans that it finds on rows of its own, whichever asks first", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const levels = 3 + seed % 5
      const plain = randomProblem(seed, { n: 20 + seed, tiers: 4, levels })
      const problem = seed % 2 === 0 ? judgedAfter(plain, seed, levels) : plain
      const predictions = randomPredictions(problem, seed)
      const shared = searchedRows(problem, predictions)
      for (const policyClass of seed % 3 === 0 ? policyClasses.toReversed() : policyClasses) {
        const together = policyClass.search(shared), alone = policyClass.search(searchedRows(problem, predictions))
        for (const lambda of PRICES) {
          assert.deepStrictEqual(
            together(lambda, 0),
            alone(lambda, 0),
            `${policyClass.name}, seed ${seed}, price ${lambda}`
          )
        }
      }
    }
  })
})
