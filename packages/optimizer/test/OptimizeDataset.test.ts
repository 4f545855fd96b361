import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { loadDataset } from "../src/data/LoadDataset.ts"
import { orderedRows } from "../src/data/RowOrder.ts"
import { optimize, type OptimizeRequest } from "../src/Optimize.ts"
import { optimizeDataset } from "../src/OptimizeDataset.ts"
import { seededRandom, shuffle } from "../src/statistics/SeededRandom.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "./SyntheticTraffic.ts"

const request: OptimizeRequest = {
  objective: { floor: 0.995, confidence: 0.95 },
  policy: "auto",
  seed: 1,
  version: "test",
  flagship: "large"
}

describe("with too few requests to certify a saving", () => {
  it.effect("learns from all of them, certifies nothing, serves the flagship and says how many more it takes", () =>
    Effect.gen(function*() {
      const { certify, report, table } = yield* optimize(request)
      assert.isFalse(report.held_out)
      assert.strictEqual(certify.length, 200)
      assert.deepInclude(table.provenance, { requests: 200, fit: 200, select: 200, certify: 0 })
      assert.strictEqual(table.default_point, "flagship")
      const { certified, more_requests_needed: more, point, sequence, statement } = table.certificate
      assert.isFalse(certified)
      assert.strictEqual(point, "flagship")
      assert.deepStrictEqual(sequence, [])
      assert.match(statement, /^Nothing is certified: of 200 requests too few could be set apart/)
      assert.isAbove(more!, 0)
      assert.include(statement, `About ${more} more graded requests`)
      assert.isAbove(table.points.length, 2, "points are still offered")
      assert.strictEqual(
        JSON.stringify((yield* optimize(request)).table),
        JSON.stringify(table),
        "same seed, same bytes"
      )
    }).pipe(Effect.provide(storeOf(syntheticTraffic(200, THREE_TIERS)))))

  it.effect("sets requests apart once they suffice, or where no quality is promised", () =>
    Effect.gen(function*() {
      const enough = yield* optimize({ ...request, objective: { floor: 0.8, confidence: 0.9 } })
      assert.isTrue(enough.report.held_out)
      assert.isTrue(enough.table.certificate.certified, enough.table.certificate.statement)
      const { certify, fit } = enough.table.provenance
      assert.strictEqual(certify, enough.certify.length)
      assert.strictEqual(certify + fit, 600)
      const budget = yield* optimize({ ...request, objective: { budget_usd_per_request: 0.001, confidence: 0.9 } })
      assert.isTrue(budget.report.held_out)
    }).pipe(Effect.provide(storeOf(syntheticTraffic(600, THREE_TIERS)))))
})

describe("whether a test is worth its requests", () => {
  it.effect("is decided without a look at the requests that would certify: permuting their grades changes nothing", () =>
    Effect.gen(function*() {
      const { data } = yield* loadDataset({ flagship: "large" })
      const options = { ...request, dataSha256: "", now: () => 0 }
      const newest = orderedRows(data, options).subarray(Math.ceil(0.7 * data.n))
      const shuffled = shuffle(newest.slice(), seededRandom(7))
      // Grades of the newest trade places, and tiers with them: the cheap is right where the dear was.
      const quality = data.quality.map((column, k) => {
        const other = data.quality[data.tiers.length - 1 - k]!, changed = column.slice()
        newest.forEach((row, i) => changed[row] = other[shuffled[i]!]!)
        return changed
      })
      const decisions = [0.99, 0.97, 0.95, 0.93, 0.91, 0.85].map((floor) => {
        const objective = { floor, confidence: 0.9 }
        const decide = (d: typeof data) =>
          optimizeDataset(d, { ...options, objective, policy: "route" }).report.held_out
        const decision = decide(data)
        assert.strictEqual(decide({ ...data, quality }), decision, `floor ${floor}`)
        return decision
      })
      assert.includeMembers(decisions, [true, false], "both decisions are met")
    }).pipe(Effect.provide(storeOf(syntheticTraffic(400, THREE_TIERS)))))
})
