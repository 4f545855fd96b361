import { assert, describe, it } from "@effect/vitest"
import type { RoutingTable } from "@spillway/domain"
import { compile, requestView } from "@spillway/policy"
import { Effect } from "effect"
import { applyTable } from "../src/ApplyTable.ts"
import { loadDataset } from "../src/data/LoadDataset.ts"
import { evaluate } from "../src/Evaluate.ts"
import { pointOutcomes } from "../src/evaluate/PointOutcomes.ts"
import { optimize, type OptimizeRequest } from "../src/Optimize.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "./SyntheticTraffic.ts"

const request: OptimizeRequest = {
  objective: { floor: 0.9, confidence: 0.9 },
  policy: "auto",
  seed: 1,
  version: "test",
  flagship: "large"
}

const point = (table: RoutingTable, name: string) => table.points.find((p) => p.name === name)!.expected

describe("optimize", () => {
  it.effect("finds a certified point that is cheaper than the flagship and keeps the floor", () =>
    Effect.gen(function*() {
      const { report, table } = yield* optimize(request)
      const served = point(table, table.default_point), flagship = point(table, "flagship")
      assert.isTrue(table.certificate.certified, table.certificate.statement)
      assert.isBelow(served.cost_usd, 0.8 * flagship.cost_usd)
      assert.isAtLeast(served.quality, 0.9 * flagship.quality)
      assert.isAbove(report.savings.saved_share, 0.2)
    }).pipe(Effect.provide(storeOf(syntheticTraffic(3_000, THREE_TIERS)))))

  it.effect("gives the same bytes for the same input and seed", () =>
    Effect.gen(function*() {
      const [a, b] = [yield* optimize(request), yield* optimize(request)]
      assert.strictEqual(JSON.stringify(a.table), JSON.stringify(b.table))
    }).pipe(Effect.provide(storeOf(syntheticTraffic(600, THREE_TIERS)))))

  it.effect("decides every request as the compiled policy does in the proxy", () =>
    Effect.gen(function*() {
      const traffic = syntheticTraffic(900, THREE_TIERS)
      const { table } = yield* optimize(request)
      const { data } = yield* loadDataset({ flagship: "large", hashBits: table.features.hash_bits })
      const rows = Uint32Array.from({ length: data.n }, (_, row) => row)
      const columns = applyTable(data, table, rows)
      const policy = compile(table)
      const answers = new Map(traffic.outcomes.map((o) => [`${o.request_id} ${o.tier}`, o]))
      const requests = new Map(traffic.requests.map((r) => [r.request_id, r]))
      for (const point of table.points) {
        const { name } = point
        const predicted = pointOutcomes(data, columns, rows, point)
        for (const row of rows) {
          const id = data.requestIds[row]!
          let session = policy.begin(requestView(requests.get(id)!), name)
          while (session.decision._tag === "Call") {
            const { output, signals } = answers.get(`${id} ${session.decision.tier}`)!
            session = session.answered({ output: output!, signals })
          }
          assert.strictEqual(session.decision.tier, data.tiers[predicted.accepted[row]!], `${id} at ${name}`)
        }
      }
    }).pipe(Effect.provide(storeOf(syntheticTraffic(900, THREE_TIERS)))))

  it.effect("evaluates a table on the rows it was asked for", () =>
    Effect.gen(function*() {
      const { table } = yield* optimize(request)
      const evaluation = yield* evaluate(table, { where: "task = 'math.word'", seed: 1 })
      assert.isAbove(evaluation.requests, 200)
      assert.deepStrictEqual(evaluation.frontier.map((p) => p.name), table.points.map((p) => p.name))
    }).pipe(Effect.provide(storeOf(syntheticTraffic(900, THREE_TIERS)))))
})
