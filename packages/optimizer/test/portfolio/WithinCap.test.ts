import { assert, describe, it } from "vitest"
import { policyClasses } from "../../src/portfolio/PolicyClass.ts"
import { searchedRows } from "../../src/portfolio/SearchedRows.ts"
import { withinCap } from "../../src/portfolio/WithinCap.ts"
import { evaluatePlan } from "../../src/search/EvaluatePlan.ts"
import type { PlanShares } from "../../src/search/Hull.ts"
import { chainPlan } from "../../src/search/IndexedPlan.ts"
import type { Predictions, SearchProblem } from "../../src/search/SearchProblem.ts"
import {
  cappedLatency,
  judgedAfter,
  randomPredictions,
  randomProblem,
  subsets,
  thresholdsOfTier
} from "../search/problems.ts"

const PRICES = [0.2, 0.05, 0.01]

const classOf = (name: string) => policyClasses.find((policyClass) => policyClass.name === name)!

const outcomeOf = (problem: SearchProblem, plans: PlanShares, predictions: Predictions) =>
  plans.map(({ plan, share }) => ({ share, ...evaluatePlan(problem, plan, predictions) })).reduce(
    (sum, { cost, late, quality, share }) => ({
      quality: sum.quality + share * quality,
      cost: sum.cost + share * cost,
      late: sum.late + share * late
    }),
    { quality: 0, cost: 0, late: 0 }
  )

interface Outcome {
  readonly worth: number
  readonly late: number
}

/** The most that one outcome or a mix of two is worth that leaves no more rows late; undefined where none does. */
const bestMix = (outcomes: ReadonlyArray<Outcome>, mostLate: number): number | undefined => {
  const kept = outcomes.filter(({ late }) => late <= mostLate), broken = outcomes.filter(({ late }) => late > mostLate)
  const mixes = kept.flatMap((a) =>
    broken.map((b) => a.worth + (b.worth - a.worth) * (mostLate - a.late) / (b.late - a.late))
  )
  return kept.length === 0 ? undefined : Math.max(...kept.map(({ worth }) => worth), ...mixes)
}

describe("plans within a cap on latency", () => {
  it("of cascades are the best of all cascades and all mixes of two, by trying all", () => {
    let binding = 0
    for (let seed = 1; seed <= 60; seed++) {
      const levels = 2 + seed % 2, mostLate = [0, 0.05, 0.1, 0.3][seed % 4]!
      const problem = cappedLatency(randomProblem(seed, { n: 3 + seed % 20, tiers: 3, levels }), seed, mostLate)
      const predictions = randomPredictions(problem, seed)
      const rows = searchedRows(problem, predictions)
      const search = withinCap(classOf("cascade").search(rows), rows)
      for (const lambda of PRICES) {
        const outcomes = subsets(3).flatMap((chain) =>
          chain.slice(0, -1).reduce<ReadonlyArray<ReadonlyArray<number>>>(
            (known, tier) => known.flatMap((list) => thresholdsOfTier(problem, tier).map((t) => [...list, t])),
            [[]]
          ).map((thresholds) => {
            const { cost, late, quality } = evaluatePlan(problem, chainPlan(3, chain, thresholds))
            return { worth: quality - lambda * cost, late }
          })
        )
        const { keeps, mu, plans } = search(lambda)
        const found = outcomeOf(problem, plans, predictions)
        const best = bestMix(outcomes, mostLate), message = `seed ${seed}, price ${lambda}`
        assert.strictEqual(keeps, best !== undefined, message)
        if (best === undefined) continue
        assert.isAtMost(found.late, mostLate + 1e-9, message)
        assert.isAtMost(plans.length, 2)
        assert.closeTo(found.quality - lambda * found.cost, best, 1e-6, message)
        if (mu > 0) binding += 1
      }
    }
    assert.isAbove(binding, 30)
  })

  it("of every class keep the cap, whatever answers say of one another, and are those without it where it does not bind", () => {
    for (let seed = 1; seed <= 24; seed++) {
      const levels = 3 + seed % 4
      const problem = cappedLatency(
        judgedAfter(randomProblem(seed, { n: 40 + seed, tiers: 4, levels }), seed, levels),
        seed
      )
      const predictions = randomPredictions(problem, seed)
      const loose = { ...problem, latency: { ...problem.latency!, mostLate: 1 } }
      const { latency: _, ...uncapped } = problem
      for (const policyClass of policyClasses) {
        const searchOn = (on: SearchProblem) => {
          const rows = searchedRows(on, predictions)
          return withinCap(policyClass.search(rows), rows)
        }
        const capped = searchOn(problem), free = searchOn(uncapped), slack = searchOn(loose)
        for (const lambda of PRICES) {
          const message = `${policyClass.name}, seed ${seed}, price ${lambda}`
          const { keeps, mu, plans } = capped(lambda)
          const { late } = outcomeOf(problem, plans, predictions)
          if (keeps) assert.isAtMost(late, problem.latency!.mostLate + 1e-9, message)
          else assert.isAbove(late, problem.latency!.mostLate, message)
          assert.isAtLeast(mu, 0, message)
          assert.closeTo(plans.reduce((sum, { share }) => sum + share, 0), 1, 1e-12, message)
          assert.deepStrictEqual(slack(lambda), free(lambda), message)
        }
      }
    }
  })
})
