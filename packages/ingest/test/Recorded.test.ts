import { assert, describe, it } from "@effect/vitest"
import { importFiles } from "@spillway/ingest"
import { layerMemory, Store } from "@spillway/store"
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const data = process.env["SPILLWAY_DATA"] ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url))

/** Imports a recorded data set, outcomes before requests; skips with a message where it is not there. */
const recorded = (set: string, check: (store: typeof Store.Service) => Effect.Effect<void, unknown, Store>) =>
  it.live(`imports ${set}`, (test) => {
    const files = ["outcomes.jsonl.gz", "requests.jsonl.gz"].map((name) => join(data, set, name))
    const missing = files.find((file) => !existsSync(file))
    if (missing !== undefined) return Effect.sync(() => test.skip(`no recorded data at ${missing}; set SPILLWAY_DATA`))
    return Effect.gen(function*() {
      const report = yield* importFiles(files)
      assert.deepStrictEqual(report.files.map(({ skipped }) => skipped), [0, 0])
      assert.deepStrictEqual(report.missing_requests, { count: 0, examples: [] })
      yield* check(yield* Store)
    }).pipe(Effect.provide(layerMemory, { local: true }))
  })

describe("recorded data", () => {
  recorded("bfcl", (store) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* store.counts, { requests: 1700, outcomes: 27_200, grades: 27_200, tasks: 12 })
      const matrix = yield* store.matrix()
      assert.strictEqual(matrix.tiers.length, 16)
      for (const column of [...matrix.quality, ...matrix.costUsd, ...matrix.latencyMs]) {
        assert.isFalse(column.some(Number.isNaN))
      }
      const tier = matrix.tiers.indexOf("claude-3-5-sonnet-20240620")
      const row = matrix.requestIds.indexOf("bfcl-simple_0")
      assert.deepStrictEqual(
        [matrix.quality[tier]![row], matrix.costUsd[tier]![row], matrix.latencyMs[tier]![row]],
        [1, 0.001338, 1177.5]
      )
    }))

  recorded("mmlu-pro", (store) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* store.counts, { requests: 11_826, outcomes: 153_738, grades: 153_738, tasks: 14 })
      const matrix = yield* store.matrix()
      assert.deepStrictEqual([...matrix.signals.keys()], ["mean_token_prob", "verbal"])
      assert.isTrue(matrix.latencyMs.every((column) => column.every(Number.isNaN)))
      const again = yield* importFiles([join(data, "mmlu-pro", "outcomes.jsonl.gz")])
      assert.deepStrictEqual(again.files[0]!.outcomes, { inserted: 0, updated: 0, unchanged: 153_738 })
    }))
})
