import { assert, describe, it } from "@effect/vitest"
import { compile, type Policy, requestView } from "@spillway/policy"
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { assignClusters } from "../../src/clusters/AssignClusters.ts"
import { chooseClusters } from "../../src/clusters/ChooseClusters.ts"
import { type Dataset, headTaskOf, taskOf } from "../../src/data/Dataset.ts"
import { takeRows } from "../../src/data/TakeRows.ts"
import { optimizeDataset, type OptimizeOptions } from "../../src/OptimizeDataset.ts"
import { ALIKE, datasetOf, type Kind, KINDS, trafficOf } from "./KindsOfWork.ts"

const allRows = (data: Dataset) => Uint32Array.from({ length: data.n }, (_, row) => row)
const options: OptimizeOptions = {
  objective: { floor: 0.9, confidence: 0.9 },
  policy: "auto",
  seed: 1,
  dataSha256: "",
  version: "test",
  now: () => 0
}
const namesOf = (data: Dataset) => Array.from(allRows(data), (row) => taskOf(data, row))

describe("chooseClusters", () => {
  it("finds the kinds of work of requests without a task, each cluster of one kind and named by its words", async () => {
    const data = await datasetOf(trafficOf(KINDS, 800))
    const { clusters, data: found, verdict } = chooseClusters(data, allRows(data), 1)
    assert.isAtLeast(clusters.length, 4)
    assert.strictEqual(verdict!.requests, 800)
    assert.strictEqual(verdict!.found, clusters.length)
    assert.isTrue(verdict!.costs!.better)
    const kindOf = new Map<string, string>()
    namesOf(found).forEach((task, row) => {
      const kind = KINDS[row % KINDS.length]!.name
      assert.strictEqual(kindOf.get(task) ?? kind, kind, task)
      kindOf.set(task, kind)
    })
    assert.sameMembers([...new Set(kindOf.values())], KINDS.map(({ name }) => name))
    for (const { task } of clusters) assert.match(task, /^untasked\.[a-z]+(-[a-z]+){0,2}$/)
  })

  it("leaves requests with a task alone, and finds nothing where each has one", async () => {
    const half = await datasetOf(trafficOf(KINDS, 800, (kind, i) => i % 8 < 4 ? `given.${kind.name}` : "untasked"))
    const { data, verdict } = chooseClusters(half, allRows(half), 1)
    assert.strictEqual(verdict!.requests, 400)
    namesOf(data).forEach((task, row) =>
      assert.match(task, row % 8 < 4 ? new RegExp(`^given\\.${KINDS[row % 4]!.name}$`) : /^untasked\.[a-z]/)
    )
    const all = await datasetOf(trafficOf(KINDS, 400, ({ name }) => name))
    assert.isUndefined(all.words)
    const given = chooseClusters(all, allRows(all), 1)
    assert.strictEqual(given.data, all)
    assert.isUndefined(given.verdict)
    assert.deepStrictEqual(given.clusters, [])
  })

  it("keeps none where kinds differ in words only: the table is what it is without them", async () => {
    const data = await datasetOf(trafficOf(ALIKE, 800, undefined, 3))
    const { clusters, verdict } = chooseClusters(data, allRows(data), 1)
    assert.isAbove(verdict!.found, 1)
    assert.isFalse(verdict!.gains!.better)
    assert.isFalse(verdict!.costs!.better)
    assert.deepStrictEqual(clusters, [])
    const without = optimizeDataset({ ...data, words: undefined }, options)
    const withWords = optimizeDataset(data, options)
    assert.isFalse(withWords.report.clusters!.kept)
    assert.strictEqual(JSON.stringify(withWords.table), JSON.stringify(without.table))
  })

  it("uses clusters for costs only where only costs differ, and the heads then go by the tasks as given", async () => {
    const kinds = KINDS.map((kind): Kind => ({ ...kind, right: 0.7 }))
    const data = await datasetOf(trafficOf(kinds, 800, undefined, 5))
    const { clusters, data: found, verdict } = chooseClusters(data, allRows(data), 1)
    assert.isFalse(verdict!.gains!.better)
    assert.isTrue(verdict!.costs!.better)
    assert.isAbove(clusters.length, 1)
    for (const row of allRows(data)) {
      assert.strictEqual(headTaskOf(found, row), "untasked")
      assert.match(taskOf(found, row), /^untasked\./)
    }
    const { table } = optimizeDataset(data, options)
    const root = table.segments.find(({ task }) => task === "untasked")!
    const ofClusters = table.segments.filter(({ task }) => task.startsWith("untasked."))
    assert.sameMembers(ofClusters.map(({ task }) => task), table.clusters!.map(({ task }) => task))
    for (const segment of ofClusters) {
      assert.deepStrictEqual(segment.value, root.value)
      assert.isAbove(segment.n, 0)
    }
    assert.isAbove(new Set(ofClusters.map(({ cost_usd }) => cost_usd["large"])).size, 1)
  })

  it("uses clusters in the heads where words tell nothing one by one", async () => {
    // The small tier fails where an application's instructions do not fit the kind of text, whichever they are.
    const shop = "You serve the customers of a shop.", school = "Help pupils with mathematics at school."
    const [refund, prove] = KINDS
    const kinds = [[shop, refund!, 0.95], [shop, prove!, 0.3], [school, refund!, 0.3], [school, prove!, 0.95]] as const
    const data = await datasetOf(
      trafficOf(kinds.map(([system, kind, right]) => ({ ...kind, system, right, usd: 0.002 })), 1_200)
    )
    const { data: found, verdict } = chooseClusters(data, allRows(data), 1)
    assert.isTrue(verdict!.gains!.better)
    for (const row of allRows(data)) assert.strictEqual(headTaskOf(found, row), taskOf(found, row))
    const { table } = optimizeDataset(data, options)
    const gains = table.segments.filter(({ task }) => task.startsWith("untasked.")).map(({ value }) => value["small"]!)
    assert.isAbove(Math.max(...gains) - Math.min(...gains), 0.3)
  })

  it("finds none among few requests, or among requests that are all alike", async () => {
    for (const n of [20, 199]) {
      const few = await datasetOf(trafficOf(KINDS, n))
      const { clusters, verdict } = chooseClusters(few, allRows(few), 1)
      assert.deepStrictEqual([clusters.length, verdict!.found, verdict!.gains], [0, 0, undefined])
      const { clusters: reported } = optimizeDataset(few, options).report
      assert.deepStrictEqual({ ...reported, requests: 0 }, {
        requests: 0,
        found: 0,
        kept: false,
        gains: null,
        costs: null
      })
    }
    const traffic = trafficOf(KINDS, 400)
    const same = await datasetOf({
      ...traffic,
      requests: traffic.requests.map((request) => ({ ...request, messages: traffic.requests[0]!.messages }))
    })
    assert.strictEqual(chooseClusters(same, allRows(same), 1).verdict!.found, 0)
    // One prompt a kind is the same work many times over, not many requests.
    const repeated = await datasetOf({
      ...traffic,
      requests: traffic.requests.map((request, i) => ({ ...request, messages: traffic.requests[i % 4]!.messages }))
    })
    assert.strictEqual(chooseClusters(repeated, allRows(repeated), 1).verdict!.found, 0)
  })

  it("looks for none where there is one tier only", async () => {
    const traffic = trafficOf(KINDS, 400)
    const only = <A extends { readonly tier: string }>(of: ReadonlyArray<A>) =>
      of.filter(({ tier }) => tier === "large")
    const data = await datasetOf({ ...traffic, outcomes: only(traffic.outcomes), grades: only(traffic.grades) })
    const { report, table } = optimizeDataset(data, options)
    assert.isUndefined(table.clusters)
    assert.isUndefined(report.clusters)
  })

  it("compares gains also where the flagship costs nothing, or all tiers the same", async () => {
    for (const usd of [0, 0.01]) {
      const traffic = trafficOf(KINDS, 400)
      const data = await datasetOf({
        ...traffic,
        outcomes: traffic.outcomes.map((outcome) => ({ ...outcome, cost_usd: usd }))
      })
      const { verdict } = chooseClusters(data, allRows(data), 1)
      assert.isFalse(verdict!.costs!.better)
      assert.isTrue(Number.isFinite(verdict!.gains!.having))
    }
  })

  it("puts identical requests into one cluster", async () => {
    const traffic = trafficOf(KINDS, 800)
    const data = await datasetOf({
      ...traffic,
      requests: traffic.requests.map((request, i) => ({
        ...request,
        messages: traffic.requests[i < 400 ? i : i - 400]!.messages
      }))
    })
    const names = namesOf(chooseClusters(data, allRows(data), 1).data)
    for (let i = 0; i < 400; i++) assert.strictEqual(names[i], names[i + 400])
    assert.isAbove(new Set(names).size, 1)
  })

  it("reads no row but those to learn from, and assigns them all", async () => {
    const data = await datasetOf(trafficOf(KINDS, 800))
    const rows = allRows(data).subarray(0, 500)
    const { clusters, data: found } = chooseClusters(data, rows, 1)
    const scrambled = chooseClusters(
      {
        ...data,
        quality: data.quality.map((column) => column.map((y, row) => row < 500 ? y : 1 - y)),
        costUsd: data.costUsd.map((column) => column.map((usd, row) => row < 500 ? usd : 9)),
        words: { ...data.words!, ids: data.words!.ids.map((id, e) => e < data.words!.offsets[500]! ? id : e % 999) }
      },
      rows,
      1
    )
    assert.deepStrictEqual(scrambled.clusters, clusters)
    assert.isTrue(namesOf(found).every((task) => task.startsWith("untasked.")))
  })

  it("gives the same bytes for the same seed", async () => {
    const data = await datasetOf(trafficOf(KINDS, 600))
    const table = (seed: number) => JSON.stringify(optimizeDataset(data, { ...options, seed }).table)
    assert.strictEqual(table(4), table(4))
    assert.include(table(4), "\"clusters\":[{\"task\":\"untasked.")
  })

  it("assigns anew from the tasks as given, also of rows that were taken", async () => {
    const data = await datasetOf(trafficOf(KINDS, 800, (kind, i) => i % 2 === 0 ? "untasked" : kind.name))
    const { clusters, data: found } = chooseClusters(data, allRows(data), 1)
    assert.deepStrictEqual(namesOf(assignClusters(found)), namesOf(data))
    assert.deepStrictEqual(namesOf(assignClusters(assignClusters(found), clusters)), namesOf(found))
    const rows = Uint32Array.of(7, 6, 401, 2, 400)
    assert.deepStrictEqual(
      namesOf(assignClusters(takeRows(data, rows), clusters)),
      Array.from(rows, (row) => taskOf(found, row))
    )
    assert.isUndefined(takeRows(data, Uint32Array.of(1, 3)).words)
  })
})

describe("what is served", () => {
  /** Every request of the sample without its task, on tiers whose quality and cost go by the true one. */
  const sample = () => {
    const path = new URL("../../../../datasets/sample/requests.jsonl.gz", import.meta.url)
    const requests = gunzipSync(readFileSync(path)).toString().trim().split("\n").slice(0, 1_200)
      .map((line) => JSON.parse(line) as ReturnType<typeof trafficOf>["requests"][number])
    const traffic = trafficOf(KINDS, requests.length)
    return {
      ...traffic,
      requests: requests.map((request, i) => ({
        ...request,
        request_id: `r${String(i).padStart(5, "0")}`,
        task: "untasked"
      }))
    }
  }

  it("puts each recorded request into the cluster that the optimizer put it in", async () => {
    const traffic = sample()
    const tasks = new Map<string, number>()
    const outcomes = traffic.outcomes.map((outcome) => {
      const system = String(traffic.requests[Number(outcome.request_id.slice(1))]!.messages[0]!.content)
      tasks.set(system, tasks.get(system) ?? tasks.size)
      return { ...outcome, cost_usd: outcome.cost_usd! * (1 + 5 * tasks.get(system)!) }
    })
    const data = await datasetOf({ ...traffic, outcomes })
    const { data: found, table } = optimizeDataset(data, options)
    assert.isAbove(table.clusters!.length, 3)
    const policy: Policy = compile(table)
    const position = new Map(found.requestIds.map((id, row) => [id, row]))
    for (const request of traffic.requests) {
      const session = policy.begin(requestView(request))
      assert.strictEqual(session.task, taskOf(found, position.get(request.request_id)!))
    }
  })
})
