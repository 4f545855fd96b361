import { assert, describe, it } from "@effect/vitest"
import type { Objective } from "@spillway/domain"
import { Effect } from "effect"
import { optimize } from "../src/Optimize.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "./SyntheticTraffic.ts"

const within = (objective: Objective) =>
  optimize({ objective, policy: "auto", seed: 1, version: "test", flagship: "large" })

const traffic = storeOf(syntheticTraffic(2_000, THREE_TIERS))

describe("a budget", () => {
  it.effect("is certified where a point keeps well within it, and buys what quality it can", () =>
    Effect.gen(function*() {
      const all = yield* within({ floor: 1, confidence: 0.9 })
      const dear = all.report.frontier.at(-1)!.cost_usd, cheap = all.report.frontier[0]!
      const { report, table } = yield* within({ budget_usd_per_request: 0.5 * dear, confidence: 0.9 })
      const served = report.frontier.find((p) => p.name === table.default_point)!
      assert.isTrue(table.certificate.certified, table.certificate.statement)
      assert.isAtMost(served.cost_usd, 0.5 * dear)
      assert.isAbove(served.quality, cheap.quality)
      assert.include(table.certificate.not_covered.join(), "requests dearer than")
    }).pipe(Effect.provide(traffic)))

  it.effect("that nothing keeps is not answered by the flagship, which breaks it most", () =>
    Effect.gen(function*() {
      const { table } = yield* within({ budget_usd_per_request: 1e-12, confidence: 0.9 })
      assert.isFalse(table.certificate.certified)
      assert.strictEqual(table.default_point, "cheapest")
      assert.include(table.certificate.statement, "Nothing is certified")
    }).pipe(Effect.provide(traffic)))

  it.effect("that nothing keeps certifies no task: no point was tested, and every task passed", () =>
    Effect.gen(function*() {
      const { table } = yield* within({ budget_usd_per_request: 1e-12, task_floor: 0.98, confidence: 0.9 })
      assert.strictEqual(table.default_point, "cheapest")
      assert.isTrue(table.certificate.segments!.every(({ certified, p_value }) => !certified && p_value > 0.1))
      assert.include(table.certificate.statement, "For no single task is at least 98 %")
    }).pipe(Effect.provide(traffic)))

  it.effect("and a floor are promised together", () =>
    Effect.gen(function*() {
      const all = yield* within({ floor: 1, confidence: 0.9 })
      const dear = all.report.frontier.at(-1)!.cost_usd
      const { report, table } = yield* within({ floor: 0.85, budget_usd_per_request: 0.8 * dear, confidence: 0.9 })
      const served = report.frontier.find((p) => p.name === table.default_point)!
      assert.isTrue(table.certificate.certified, table.certificate.statement)
      assert.isAtMost(served.cost_usd, 0.8 * dear)
      assert.isAtLeast(served.quality, 0.85 * report.frontier.at(-1)!.quality)
    }).pipe(Effect.provide(traffic)))
})
