import { assert, describe, it } from "@effect/vitest"
import { compile, requestView } from "@spillway/policy"
import { Effect } from "effect"
import { applyTable } from "../../src/ApplyTable.ts"
import { pointOutcomes } from "../../src/evaluate/PointOutcomes.ts"
import { optimize, type OptimizeRequest } from "../../src/Optimize.ts"
import { mean } from "../../src/statistics/Moments.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"
import { storeOf, type SyntheticTier, syntheticTraffic } from "../SyntheticTraffic.ts"

const request: OptimizeRequest = {
  objective: { floor: 0.9, confidence: 0.9 },
  policy: "cascade",
  seed: 1,
  version: "test",
  flagship: "large"
}

/** The small tier either knows an answer or does not, and its confidence tells. */
const TIERS: ReadonlyArray<SyntheticTier> = [
  { name: "small", usd: 0.0001, right: (d) => d < 0.6 ? 0.95 : 0.15, telling: 1 },
  { name: "middle", usd: 0.0006, right: (d) => d < 0.8 ? 0.95 : 0.3, telling: 1 },
  { name: "large", usd: 0.002, right: () => 0.96, telling: 0 }
]

/**
 * Requests and answers whose text says nothing of their difficulty, in tasks named by the request's number. In a task that
 * `lies` names, a confident answer is the worse one.
 */
const traffic = (n: number, taskOf: (i: number) => string, lies: (task: string) => boolean) => {
  const { grades, outcomes, requests } = syntheticTraffic(n, TIERS)
  const random = seededRandom(2)
  const text = () => Array.from({ length: 12 }, () => random.integer(1_000)).join(" ")
  const task = new Map(requests.map((r, i) => [r.request_id, taskOf(i)]))
  return {
    grades,
    requests: requests.map((r) => ({
      ...r,
      task: task.get(r.request_id)!,
      messages: [{ role: "user" as const, content: text() }]
    })),
    outcomes: outcomes.map((o) => {
      const p = o.signals!["p_true"] as number
      return { ...o, output: "done", signals: { p_true: lies(task.get(o.request_id)!) ? 1 - p : p } }
    })
  }
}

const opposite = traffic(
  3_000,
  (i) => i % 3 === 0 ? "lookup.odd" : `support.${"abcd"[i % 4]!}`,
  (task) => task === "lookup.odd"
)

describe("plans of tasks", () => {
  it.effect("help where tasks behave in opposite ways, on requests that were not learned from", () =>
    Effect.gen(function*() {
      const { certify, columns, data, measured, table } = yield* optimize(request)
      const own = table.points.filter(({ segments }) => Object.keys(segments).length > 0)
      assert.isAtLeast(own.length, 3)
      assert.includeMembers(own.flatMap(({ segments }) => Object.keys(segments)), ["lookup.odd", "support"])
      // At the price that either set of plans was searched at, a dollar is worth the slope of the frontier.
      const gains = own.map((point) => {
        const lambda = measured.find(({ name }) => name === point.name)!.candidate.lambda!
        const worth = (of: typeof point) => {
          const { costUsd, quality } = pointOutcomes(data, columns.certify, certify, of)
          return mean(quality) - lambda * mean(costUsd)
        }
        return worth(point) - worth({ ...point, segments: {} })
      })
      assert.isAbove(mean(gains), 0.005)
      for (const gain of gains) assert.isAbove(gain, -0.005)
    }).pipe(Effect.provide(storeOf(opposite))))

  it.effect("serve every request as the compiled policy does in the proxy, and unseen tasks by their ancestor's", () =>
    Effect.gen(function*() {
      const { certify, data, table } = yield* optimize(request)
      const columns = applyTable(data, table, certify)
      const policy = compile(table)
      const requests = new Map(opposite.requests.map((r) => [r.request_id, r]))
      const answers = new Map(opposite.outcomes.map((o) => [`${o.request_id} ${o.tier}`, o]))
      assert.isTrue(table.points.some(({ segments }) => "lookup.odd" in segments))
      for (const point of table.points) {
        const { accepted } = pointOutcomes(data, columns, certify, point)
        certify.forEach((row, i) => {
          const id = data.requestIds[row]!
          let session = policy.begin(requestView(requests.get(id)!), point.name)
          while (session.decision._tag === "Call") {
            const { output, signals } = answers.get(`${id} ${session.decision.tier}`)!
            session = session.answered({ output: output!, signals })
          }
          assert.strictEqual(session.decision.tier, data.tiers[accepted[i]!], `${id} at ${point.name}`)
        })
        const unseen = requestView({ ...opposite.requests[0]!, task: "lookup.odd.new" })
        assert.strictEqual(
          policy.plans(unseen, point.name)[0]!.segment,
          "lookup.odd" in point.segments ? "lookup.odd" : undefined
        )
      }
    }).pipe(Effect.provide(storeOf(opposite))))

  it.effect("are not given to tasks that behave alike", () =>
    Effect.gen(function*() {
      const { report, table } = yield* optimize(request)
      const given = table.points.flatMap(({ segments }) => Object.keys(segments))
      assert.deepStrictEqual(given, [])
      assert.isFalse(report.tasks.some((task) => task.own_plan))
    }).pipe(Effect.provide(storeOf(traffic(2_400, (i) => `task.${i % 4}`, () => false)))))
})
