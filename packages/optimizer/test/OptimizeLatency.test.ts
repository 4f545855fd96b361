import { assert, describe, it } from "@effect/vitest"
import type { Objective } from "@spillway/domain"
import { Effect } from "effect"
import { optimize } from "../src/Optimize.ts"
import { shareLate } from "../src/search/SearchProblem.ts"
import { seededRandom } from "../src/statistics/SeededRandom.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "./SyntheticTraffic.ts"

const within = (objective: Objective) =>
  optimize({ objective, policy: "auto", seed: 1, version: "test", flagship: "large" })

/** Mean milliseconds: at 800 the share of answers that take longer is about .007, .06 and .22. */
const SLOW = { small: 160, middle: 285, large: 525 }

/** Traffic with exponential latencies; `known` says which are. */
const traffic = (known: (tier: string) => boolean = () => true) => {
  const { outcomes, ...rest } = syntheticTraffic(1_600, THREE_TIERS)
  const random = seededRandom(3)
  return storeOf({
    ...rest,
    outcomes: outcomes.map((outcome) => {
      const ms = -SLOW[outcome.tier as keyof typeof SLOW] * Math.log(1 - random.uniform())
      const { latency_ms, ...unknown } = { ...outcome, latency_ms: ms }
      return known(outcome.tier) ? { ...unknown, latency_ms } : unknown
    })
  })
}

const CAP = 800

describe("a cap on latency", () => {
  it.effect("that binds is searched for: a point keeps it and the floor that no point found without it keeps", () =>
    Effect.gen(function*() {
      const objective = { floor: 0.7, confidence: 0.9 }
      const free = yield* within(objective), capped = yield* within({ ...objective, p95_ms: CAP })
      const flagship = free.measured.find(({ name }) => name === "flagship")!.candidate
      const inTime = (optimized: typeof free) =>
        optimized.measured.filter(({ candidate, developed }) =>
          shareLate(developed.latencyMs, CAP) <= 0.05 && candidate.quality >= 0.7 * flagship.quality
        )
      assert.strictEqual(inTime(free).length, 0)
      assert.isAbove(inTime(capped).length, 0)
      assert.isTrue(capped.table.certificate.certified, capped.table.certificate.statement)
      assert.include(capped.table.certificate.statement, "at least 95 % of requests take at most 800 ms")
      const served = capped.measured.find(({ name }) => name === capped.table.default_point)!
      assert.isAtMost(shareLate(served.outcomes.latencyMs, CAP), 0.05)
      assert.isAbove(capped.report.savings.saved_share, 0.05)
      // All points but the ends keep it where they were searched.
      const { measured } = capped
      for (const { candidate, name } of measured.filter(({ name }) => name !== "flagship")) {
        assert.isAtMost(candidate.late, 0.05, name)
      }
    }).pipe(Effect.provide(traffic())))

  it.effect("that does not bind changes no plan", () =>
    Effect.gen(function*() {
      const objective = { floor: 0.9, confidence: 0.9 }
      const free = yield* within(objective), capped = yield* within({ ...objective, p95_ms: 60_000 })
      const plansOf = ({ table }: typeof free) =>
        table.points.map(({ name, plans, segments }) => ({ name, plans, segments }))
      assert.deepStrictEqual(plansOf(capped), plansOf(free))
      assert.strictEqual(capped.table.default_point, free.table.default_point)
    }).pipe(Effect.provide(traffic())))

  it.effect("that the flagship breaks is said where the flagship is served, with the best point in time", () =>
    Effect.gen(function*() {
      const { report, table } = yield* within({ floor: 0.999, confidence: 0.9, p95_ms: CAP })
      assert.isFalse(table.certificate.certified)
      assert.strictEqual(table.default_point, "flagship")
      const { statement } = table.certificate
      assert.match(statement, /The flagship itself breaks the cap: .* took it longer than 800 ms\./)
      const named = /Of the points that kept it there, "(.*)" is the best\./.exec(statement)![1]
      const point = report.frontier.find(({ name }) => name === named)!
      assert.isAtMost(point.latency_p95_ms!, 1.2 * CAP)
      assert.isAbove(point.quality, report.frontier.find(({ name }) => name === "cheapest")!.quality)
    }).pipe(Effect.provide(traffic())))

  it.effect("that no tier can keep is not searched for, and is said to be kept by none", () =>
    Effect.gen(function*() {
      const objective = { floor: 0.7, confidence: 0.9 }
      const free = yield* within(objective), { table } = yield* within({ ...objective, p95_ms: 0.01 })
      assert.isFalse(table.certificate.certified)
      assert.include(table.certificate.statement, "No point kept the cap there.")
      assert.deepStrictEqual(table.points.map(({ plans }) => plans), free.table.points.map(({ plans }) => plans))
    }).pipe(Effect.provide(traffic())))

  it.effect("counts what has no latency as late, and says so", () =>
    Effect.gen(function*() {
      const { measured, table, warnings } = yield* within({ floor: 0.6, confidence: 0.9, p95_ms: CAP })
      assert.include(
        warnings,
        "1600 outcomes have no latency, among them all of middle; each counts as later than 800 ms"
      )
      assert.isTrue(table.certificate.certified, table.certificate.statement)
      const served = measured.find(({ name }) => name === table.default_point)!
      assert.isAtMost(served.outcomes.shares[1]!, 0.05)
    }).pipe(Effect.provide(traffic((tier) => tier !== "middle"))))

  it.effect("alone with a budget is answered by the best point that kept both where it was searched", () =>
    Effect.gen(function*() {
      const dear = (yield* within({ floor: 0.9, confidence: 0.9 })).report.frontier.at(-1)!.cost_usd
      // So sure that no test of so few requests passes.
      const objective = { budget_usd_per_request: 0.3 * dear, confidence: 1 - 1e-12, p95_ms: CAP }
      const { measured, table } = yield* within(objective)
      assert.isFalse(table.certificate.certified)
      assert.include(table.certificate.statement, "kept within the budget and the cap on latency")
      const served = measured.find(({ name }) => name === table.default_point)!
      assert.isAtMost(served.candidate.cost, 0.3 * dear)
      assert.isAtMost(shareLate(served.developed.latencyMs, CAP), 0.05)
      assert.isAbove(served.candidate.quality, measured.find(({ name }) => name === "cheapest")!.candidate.quality)
    }).pipe(Effect.provide(traffic())))
})
