import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chooseClusters } from "../../src/clusters/ChooseClusters.ts"
import { taskOf } from "../../src/data/Dataset.ts"
import { allRequests } from "../../src/plan/AllRequests.ts"
import { datasetOf, KINDS, trafficOf } from "../clusters/KindsOfWork.ts"
import { storeOf } from "../SyntheticTraffic.ts"

describe("allRequests", () => {
  it("takes a request without a task for its cluster's, as the costs of a table's heads do", async () => {
    const traffic = trafficOf(KINDS, 800)
    const data = await datasetOf(traffic)
    const rows = Uint32Array.from({ length: data.n }, (_, row) => row)
    const { clusters, data: found } = chooseClusters(data, rows, 1)
    assert.isNotEmpty(clusters)
    const { policyTask } = await Effect.runPromise(
      allRequests(undefined, data.tiers, clusters).pipe(Effect.provide(storeOf(traffic), { local: true }))
    )
    assert.deepStrictEqual(policyTask, Array.from(rows, (row) => taskOf(found, row)))
  })
})
