import { assert, describe, it } from "vitest"
import { cascadeRoutingSearch } from "../../src/search/CascadeRouting.ts"
import { chainSearch, thresholdsOf } from "../../src/search/Coordinate.ts"
import { evaluatePlan } from "../../src/search/EvaluatePlan.ts"
import { chainPlan, chainStages, type IndexedPlan, routePlan, singlePlan } from "../../src/search/IndexedPlan.ts"
import { rankProblem } from "../../src/search/RankedProblem.ts"
import { routeCascadePoint } from "../../src/search/RouteCascade.ts"
import { routeSearch } from "../../src/search/RouteSearch.ts"
import type { Predictions, SearchProblem } from "../../src/search/SearchProblem.ts"
import { subsetSearch } from "../../src/search/Subsets.ts"
import { cascadeFrontier, gainFrontier } from "../../src/search/TwoTier.ts"
import {
  cappedLatency,
  judgedAfter,
  randomPredictions,
  randomProblem,
  subsets,
  thresholdsOfTier,
  uniform
} from "./problems.ts"

const PRICES = [0.01, 0.05, 0.2]
const LATE_PRICES = [0, 0.1, 0.4, 2, 1_000]
const ENTRY_MULTIPLES = [0.25, 0.5, 1, 2, 4, 8]

const problemAt = (seed: number, tiers: number, most = 14): SearchProblem => {
  const levels = 2 + seed % 4
  const problem = randomProblem(seed, { n: 2 + seed % most, tiers, levels, weighted: seed % 3 === 0, free: 0.1 })
  return cappedLatency(seed % 2 === 0 ? judgedAfter(problem, seed, levels) : problem, seed)
}

const worthOf = (problem: SearchProblem, plan: IndexedPlan, lambda: number, mu: number, predictions?: Predictions) => {
  const { cost, late, quality } = evaluatePlan(problem, plan, predictions)
  return quality - lambda * cost - mu * late
}

/** Thresholds of a tier that act differently, whatever came before it. */
const everyThreshold = (problem: SearchProblem, tier: number): ReadonlyArray<number> => [
  ...new Set([
    ...thresholdsOfTier(problem, tier),
    ...problem.after?.[tier]?.flatMap((judged) => judged === undefined ? [] : [...judged.score]) ?? []
  ])
]

const everyThresholds = (problem: SearchProblem, chain: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> =>
  chain.slice(0, -1).reduce<ReadonlyArray<ReadonlyArray<number>>>(
    (known, tier) => known.flatMap((list) => everyThreshold(problem, tier).map((t) => [...list, t])),
    [[]]
  )

const bestOfChain = (problem: SearchProblem, chain: ReadonlyArray<number>, lambda: number, mu: number): number =>
  Math.max(
    ...everyThresholds(problem, chain).map((thresholds) =>
      worthOf(problem, chainPlan(problem.tiers, chain, thresholds), lambda, mu)
    )
  )

describe("being late", () => {
  it("is that all calls together take longer than the cap, row by row; what takes an unknown time is late", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const problem = problemAt(seed, 3)
      const plan = chainPlan(3, [0, 1, 2], [0.5, 0.5])
      const { late, rows } = evaluatePlan(problem, plan)
      let sum = 0, total = 0
      for (let i = 0; i < problem.n; i++) {
        const ms = [0, 1, 2].filter((k) => (rows.called[i]! >> k & 1) === 1).map((k) => problem.latency!.ms[k]![i]!)
        const isLate = ms.some(Number.isNaN) || ms.reduce((a, b) => a + b, 0) > problem.latency!.capMs
        const w = problem.weight?.[i] ?? 1
        sum += isLate ? w : 0
        total += w
        assert.strictEqual(rows.late[i], isLate ? 1 : 0, `seed ${seed}, row ${i}`)
      }
      assert.closeTo(late, sum / total, 1e-12)
    }
  })

  it("is known of every threshold of two tiers", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { after: _, ...problem } = problemAt(seed, 3), random = uniform(seed)
      const ranked = rankProblem(problem)
      const cascades = cascadeFrontier(ranked, 0, 2)
      cascades.threshold.forEach((t, c) => {
        const { late } = evaluatePlan(problem, chainPlan(3, [0, 2], [t]))
        assert.closeTo(cascades.late[c]!, late, 1e-9, `seed ${seed}, threshold ${t}`)
      })
      const gain = Float64Array.from({ length: problem.n }, () => Math.floor(5 * random()) / 5)
      const routes = gainFrontier(ranked, 0, 2, gain)
      const zero = problem.cost.map((column) => new Float64Array(column.length))
      const predictions = { quality: [zero[0]!, zero[1]!, gain], cost: [zero[0]!, zero[1]!, gain.map(() => 1)] }
      routes.threshold.forEach((t, c) => {
        if (!Number.isFinite(t)) return
        const plan = { ...routePlan(3, t, [0, 2]) }
        assert.closeTo(routes.late[c]!, evaluatePlan(problem, plan, predictions).late, 1e-9, `seed ${seed}, ${t}`)
      })
    }
  })
})

describe("searches with a price of being late, against brute force", () => {
  it("find the best thresholds of two and three tiers, and say how many rows are late", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const problem = problemAt(seed, 3)
      const ranked = rankProblem(problem)
      for (const chain of [[1], [0, 2], [0, 1, 2]]) {
        const search = chainSearch(ranked, chain)
        for (const mu of LATE_PRICES) {
          const found = search.solve(0.05, mu)
          const message = `seed ${seed}, chain ${chain.join()}, price ${mu}`
          assert.closeTo(found.value, bestOfChain(problem, chain, 0.05, mu), 1e-9, message)
          const { cost, late, quality } = search.evaluate(found.cuts)
          assert.closeTo(found.value, quality - 0.05 * cost - mu * late, 1e-9, message)
          const plan = chainPlan(3, chain, thresholdsOf(ranked, found))
          assert.closeTo(found.value, worthOf(problem, plan, 0.05, mu), 1e-9, message)
        }
      }
    }
  })

  it("never lose by a sweep of a longer chain, and value its plan rightly", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const problem = problemAt(seed, 5, 40)
      const ranked = rankProblem(problem)
      for (const mu of LATE_PRICES) {
        const found = chainSearch(ranked, [0, 1, 2, 3, 4]).solve(0.05, mu)
        const plan = chainPlan(5, found.tiers, thresholdsOf(ranked, found))
        assert.closeTo(found.value, worthOf(problem, plan, 0.05, mu), 1e-9, `seed ${seed}, price ${mu}`)
        for (const share of [0, 0.5, 1]) {
          const cuts = found.cuts.map((_, j) => Math.round(share * ranked.ranking[j]!.bins))
          const start = chainPlan(5, found.tiers, thresholdsOf(ranked, { tiers: found.tiers, cuts }))
          if (share > 0) assert.isAtLeast(found.value, worthOf(problem, start, 0.05, mu) - 1e-9, `seed ${seed}`)
        }
      }
    }
  })

  it("find the best of all subsets of the tiers", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const problem = problemAt(seed, 4, 8)
      const search = subsetSearch(rankProblem(problem), 3)
      const chains = subsets(4).filter((chain) => chain.length <= 3)
      for (const lambda of PRICES.toReversed()) {
        for (const mu of LATE_PRICES) {
          const best = Math.max(...chains.map((chain) => bestOfChain(problem, chain, lambda, mu)))
          assert.closeTo(search.solve(lambda, mu).value, best, 1e-9, `seed ${seed}, prices ${lambda} and ${mu}`)
        }
      }
    }
  })

  it("find the best entry price and threshold of two tiers that rows enter by prediction", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const problem = problemAt(seed, 2, 20), predictions = randomPredictions(problem, seed)
      for (const lambda of PRICES) {
        for (const mu of LATE_PRICES) {
          const values = ENTRY_MULTIPLES.flatMap((multiple) =>
            everyThreshold(problem, 0).map((threshold) => {
              const entry = { lambda: multiple * lambda, tiers: [0, 1] }
              const plan = { kind: "route_cascade" as const, entry, stages: chainStages(2, [0, 1], [threshold]) }
              return worthOf(problem, plan, lambda, mu, predictions)
            })
          )
          const found = routeCascadePoint(rankProblem(problem), predictions, [0, 1], lambda, mu)
          assert.closeTo(found.value, Math.max(...values), 1e-9, `seed ${seed}, prices ${lambda} and ${mu}`)
        }
      }
    }
  })

  it("give the cascade routing plan that the value is of, which is worth no less than any single tier", () => {
    for (let seed = 1; seed <= 80; seed++) {
      const problem = problemAt(seed, 4, 30), predictions = randomPredictions(problem, seed)
      const search = cascadeRoutingSearch(rankProblem(problem), predictions)
      for (const mu of LATE_PRICES) {
        for (let tier = 0; tier < 4; tier++) {
          const start = singlePlan(4, tier)
          const { plan, value } = search.solve(0.05, start, mu)
          const message = `seed ${seed}, tier ${tier}, price ${mu}`
          assert.closeTo(value, worthOf(problem, plan, 0.05, mu, predictions), 1e-6, message)
          assert.isAtLeast(value, worthOf(problem, start, 0.05, mu) - 1e-6, message)
        }
      }
    }
  })

  it("give a stage of cascade routing the best step function where one step is all there is", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const { after: _, ...rest } = problemAt(seed, 3, 30)
      // Only the first answer can be tested, in two ranks, and all rows enter there.
      const problem = {
        ...rest,
        weight: undefined,
        score: [rest.score[0]!.map((s) => s < 0.5 ? 0 : 1), undefined, undefined]
      }
      const predictions = {
        quality: rest.quality.map((c) => c.map(() => 0.5)),
        cost: rest.cost.map((c, k) => c.map(() => k))
      }
      const start = singlePlan(3, 0)
      for (const mu of LATE_PRICES) {
        const actions = [null, 1, 2]
        const plans = actions.flatMap((low) =>
          actions.map((high): IndexedPlan => ({
            ...start,
            kind: "cascade_routing",
            stages: [{ edges: [0.5], next: [low, high] }, undefined, undefined]
          }))
        )
        const found = cascadeRoutingSearch(rankProblem(problem), predictions).solve(0.05, start, mu)
        const plain = worthOf(problem, start, 0.05, mu)
        const gainOf = (tier: number, i: number) => {
          const { capMs, ms } = problem.latency!
          const passes = ms[0]![i]! <= capMs && !(ms[0]![i]! + ms[tier]![i]! <= capMs)
          return problem.quality[tier]![i]! - 0.05 * problem.cost[tier]![i]! - problem.quality[0]![i]! -
            (passes ? mu : 0)
        }
        const squares = problem.quality[0]!.reduce(
          (sum, _, i) => sum + Math.max(Math.abs(gainOf(1, i)), Math.abs(gainOf(2, i))) ** 2,
          0
        )
        const stepPrice = 0.5 * Math.sqrt(squares) / problem.n
        const penalized = (plan: IndexedPlan) => {
          const next = plan.stages[0]?.next ?? [null]
          return worthOf(problem, plan, 0.05, mu, predictions) -
            (next.length > 1 && next[0] !== next[1] ? stepPrice : 0)
        }
        const best = Math.max(...plans.map(penalized))
        if (found.value > plain + 1e-9) {
          assert.closeTo(penalized(found.plan), best, 1e-6, `seed ${seed}, price ${mu}`)
        } else assert.isAtMost(best, plain + 1e-6, `seed ${seed}, price ${mu}`)
      }
    }
  })

  it("route as without a cap where being late costs nothing, and else trade lateness for worth", () => {
    let spared = 0
    for (let seed = 1; seed <= 60; seed++) {
      const problem = problemAt(seed, 4, 40), predictions = randomPredictions(problem, seed)
      const search = routeSearch(problem, predictions)
      const free = routePlan(4, 0.05, [0, 1, 2, 3])
      assert.deepStrictEqual(search(0.05, 0), free)
      let before = Infinity
      for (const mu of LATE_PRICES.slice(1)) {
        const plan = search(0.05, mu)
        assert.isAtLeast(
          worthOf(problem, plan, 0.05, mu, predictions),
          worthOf(problem, free, 0.05, mu, predictions) - 1e-9,
          `seed ${seed}, price ${mu}`
        )
        const { late } = evaluatePlan(problem, plan, predictions)
        assert.isAtMost(late, before + 1e-9, `seed ${seed}, price ${mu}`)
        before = late
      }
      spared += evaluatePlan(problem, free, predictions).late - before
    }
    assert.isAbove(spared / 60, 0.1)
  })
})
