import { assert, describe, it } from "@effect/vitest"
import { objectiveChecks } from "../../src/evaluate/ObjectiveChecks.ts"

const point = { quality: 0.88, cost_usd: 0.002, latency_p95_ms: 900 }

describe("objectiveChecks", () => {
  it("holds every condition against what was measured", () => {
    const checks = objectiveChecks(
      {
        floor: 0.98,
        absolute_floor: 0.85,
        confidence: 0.9,
        budget_usd_per_request: 0.001,
        budget_usd_per_month: 300,
        requests_per_month: 100_000,
        p95_ms: 1_000
      },
      point,
      0.9
    )
    assert.deepStrictEqual(checks.map(({ met, name }) => [name, met]), [
      ["floor", false],
      ["absolute_floor", true],
      ["budget_usd_per_request", false],
      ["budget_usd_per_month", true],
      ["p95_ms", true]
    ])
    assert.closeTo(checks[0]!.limit, 0.882, 1e-12)
    assert.closeTo(checks[3]!.measured!, 200, 1e-9)
  })

  it("keeps a condition that is met exactly", () => {
    assert.isTrue(objectiveChecks({ floor: 1, confidence: 0.9 }, point, 0.88)[0]!.met)
  })

  it("does not take an unknown latency for a kept cap", () => {
    const [check] = objectiveChecks({ confidence: 0.9, p95_ms: 1_000 }, { ...point, latency_p95_ms: null }, 0.9)
    assert.deepStrictEqual(check, { name: "p95_ms", limit: 1_000, measured: null, met: false })
  })

  it("asks for nothing that the objective does not", () => {
    assert.deepStrictEqual(objectiveChecks({ confidence: 0.9 }, point, 0.9), [])
  })
})
