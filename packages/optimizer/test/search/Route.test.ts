import { assert, describe, it } from "vitest"
import { evaluatePlan } from "../../src/search/EvaluatePlan.ts"
import { routePlan } from "../../src/search/IndexedPlan.ts"
import { routeFrontier, routePoints } from "../../src/search/Route.ts"
import { randomPredictions, randomProblem, uniform } from "./problems.ts"

const ALL = [0, 1, 2]

const problemAt = (seed: number) => {
  const problem = randomProblem(seed, { n: 1 + seed % 20, tiers: 3, levels: 4, weighted: seed % 2 === 0 })
  return { problem, predictions: randomPredictions(problem, seed), tiers: seed % 3 === 0 ? [0, 2] : ALL }
}

describe("route frontier", () => {
  it("holds at each of its prices what routing at that price does", () => {
    for (let seed = 1; seed <= 80; seed++) {
      const { predictions, problem, tiers } = problemAt(seed)
      const { cost, lambda, quality } = routeFrontier(problem, predictions, tiers)
      lambda.forEach((price, j) => {
        const measured = evaluatePlan(problem, routePlan(3, price, tiers), predictions)
        assert.closeTo(quality[j]!, measured.quality, 1e-9, `seed ${seed}, price ${price}`)
        assert.closeTo(cost[j]!, measured.cost, 1e-9, `seed ${seed}, price ${price}`)
      })
    }
  })

  it("holds the route of every price that is tried", () => {
    for (let seed = 1; seed <= 80; seed++) {
      const { predictions, problem, tiers } = problemAt(seed)
      const { cost, quality } = routeFrontier(problem, predictions, tiers)
      const random = uniform(seed)
      for (let t = 0; t < 40; t++) {
        const measured = evaluatePlan(problem, routePlan(3, 10 ** (4 * random() - 3), tiers), predictions)
        const found = cost.findIndex((c, j) =>
          Math.abs(c - measured.cost) + Math.abs(quality[j]! - measured.quality) < 1e-9
        )
        assert.isAtLeast(found, 0, `seed ${seed}`)
      }
    }
  })

  it("keeps of them those on the hull, cheapest first", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { predictions, problem, tiers } = problemAt(seed)
      const { cost, quality } = routeFrontier(problem, predictions, tiers)
      const points = routePoints(problem, predictions, tiers)
      for (const lambda of [0, 0.01, 0.1, 1, 10]) {
        const worth = (q: number, c: number) => q - lambda * c
        const all = Math.max(...cost.map((c, j) => worth(quality[j]!, c)))
        assert.closeTo(Math.max(...points.map((p) => worth(p.quality, p.cost))), all, 1e-9, `seed ${seed}`)
      }
    }
  })
})
