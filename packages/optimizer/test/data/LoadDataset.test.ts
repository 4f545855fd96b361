import { assert, describe, it } from "@effect/vitest"
import { agreement } from "@spillway/policy"
import { Effect } from "effect"
import { loadDataset } from "../../src/data/LoadDataset.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "../SyntheticTraffic.ts"

const hashedRow = (
  { indices, offsets, values }: { indices: Uint32Array; offsets: Float64Array; values: Float32Array },
  i: number
) => Array.from(indices.subarray(offsets[i]!, offsets[i + 1]!), (index, j) => [index, values[offsets[i]! + j]!])

describe("a dataset", () => {
  const traffic = syntheticTraffic(500, THREE_TIERS)

  it.effect("of a sample holds for each request what the whole holds, and says how many it is of", () =>
    Effect.gen(function*() {
      const whole = yield* loadDataset({ hashBits: 12 })
      const part = yield* loadDataset({ hashBits: 12, sample: { size: 120, seed: 3 } })
      assert.deepStrictEqual(whole.warnings, [])
      assert.match(part.warnings[0]!, /^a sample of 120 of 500 requests is used/)
      assert.strictEqual(part.data.n, 120)
      part.data.requestIds.forEach((id, i) => {
        const row = whole.data.requestIds.indexOf(id)
        assert.strictEqual(part.data.taskNames[part.data.task[i]!], whole.data.taskNames[whole.data.task[row]!])
        assert.deepStrictEqual(hashedRow(part.data.hashed, i), hashedRow(whole.data.hashed, row))
        for (let k = 0; k < 3; k++) {
          assert.strictEqual(part.data.quality[k]![i], whole.data.quality[k]![row])
          assert.strictEqual(part.data.costUsd[k]![i], whole.data.costUsd[k]![row])
          part.data.evidence[k]!.columns.forEach((column, j) =>
            assert.strictEqual(column[i], whole.data.evidence[k]!.columns[j]![row])
          )
          part.data.agreement[k]!.forEach((column, p) =>
            assert.strictEqual(column[i], whole.data.agreement[k]![p]![row])
          )
        }
      })
    }).pipe(Effect.provide(storeOf(traffic))))

  it.effect("compares the answers of each pair of tiers, and only where both answered", () => {
    const silent = (id: string, tier: string) => tier === "middle" && id.endsWith("7")
    const outcomes = traffic.outcomes.map((o) => {
      if (!silent(o.request_id, o.tier)) return o
      const { output: _, ...rest } = o
      return { ...rest, error: "timeout" }
    })
    const answer = new Map(outcomes.map((o) => [`${o.request_id} ${o.tier}`, o.output]))
    return Effect.gen(function*() {
      const { data } = yield* loadDataset({})
      assert.deepStrictEqual(data.tiers, ["small", "middle", "large"])
      let missing = 0
      data.requestIds.forEach((id, i) => {
        for (const [k, p] of [[1, 0], [2, 0], [2, 1]] as const) {
          const own = answer.get(`${id} ${data.tiers[k]}`), earlier = answer.get(`${id} ${data.tiers[p]}`)
          const found = data.agreement[k]![p]![i]!
          if (own === undefined || earlier === undefined) {
            missing += 1
            assert.isNaN(found)
          } else assert.strictEqual(found, agreement(own, earlier))
        }
        const chars = data.evidence[1]!.columns[data.evidence[1]!.names.indexOf("answer:log_chars")]![i]!
        assert.strictEqual(Number.isNaN(chars), silent(id, "middle"))
      })
      assert.strictEqual(missing, 2 * traffic.requests.filter((r) => silent(r.request_id, "middle")).length)
    }).pipe(Effect.provide(storeOf({ ...traffic, outcomes })))
  })
})
