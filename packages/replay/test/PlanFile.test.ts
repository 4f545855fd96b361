import { assert, describe, it } from "@effect/vitest"
import { OpenAiCompletions, simulatedServer } from "@spillway/providers"
import { layerMemory, Store } from "@spillway/store"
import { Effect, Layer, Stream } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readPlan } from "../src/PlanFile.ts"
import { replay } from "../src/Replay.ts"
import { estimateReplay } from "../src/ReplayEstimate.ts"
import type { ReplayOptions } from "../src/ReplayOptions.ts"
import { answerBook, configFor, models, simulatedRequests } from "./SimulatedTraffic.ts"

const services = Layer.mergeAll(layerMemory, OpenAiCompletions.layer())
const line = (request_id: string, tier: string) => JSON.stringify({ request_id, tier, expected_usd: null })

/** Options of a replay of `count` stored requests against a simulated provider. */
const scene = Effect.fnUntraced(function*(count: number) {
  const requests = simulatedRequests(count)
  yield* (yield* Store).putRequests(requests)
  const simulated = yield* simulatedServer({ book: answerBook(requests), models, latencyScale: 0 })
  const directory = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "spillway-plan-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true }))
  )
  return {
    config: configFor(simulated.url, { concurrency: 1 }),
    source: "spillway.yaml",
    journal: join(directory, "db.replay.ndjson")
  }
})

const planOf = Effect.fnUntraced(function*(...lines: ReadonlyArray<string>) {
  return { source: "plan.jsonl", calls: yield* readPlan("plan.jsonl", `${lines.join("\n")}\n`) }
})

describe("readPlan", () => {
  it.effect("gives the calls by request, in the order of the file", () =>
    Effect.gen(function*() {
      const calls = yield* readPlan("plan.jsonl", [line("b", "x"), "", line("a", "x"), line("b", "y")].join("\n"))
      assert.deepStrictEqual([...calls].map(([id, tiers]) => [id, [...tiers]]), [["b", ["x", "y"]], ["a", ["x"]]])
    }))

  it.effect("names the line and the field that is wrong", () =>
    Effect.gen(function*() {
      const missing = yield* Effect.flip(readPlan("plan.jsonl", `${line("a", "x")}\n{"request_id":"b"}`))
      assert.strictEqual(missing.line, 2)
      assert.strictEqual(missing.field, "tier")
      const broken = yield* Effect.flip(readPlan("plan.jsonl", "{"))
      assert.strictEqual(broken.line, 1)
    }))
})

describe("replay of a plan", () => {
  it.live("makes the plan's calls and no others, in its order, and counts what is answered already", () =>
    Effect.gen(function*() {
      const options = yield* scene(10)
      const plan = yield* planOf(line("r00007", "dear"), line("r00002", "dear"), line("r00002", "cheap"))
      const estimate = yield* estimateReplay({ ...options, plan })
      assert.strictEqual(estimate.calls, 3)
      const report = yield* replay({ ...options, plan })
      assert.deepInclude(report, { ended: "complete", answered: 3, left: 0 })
      const chunks = yield* Stream.runCollect((yield* Store).outcomes())
      assert.deepStrictEqual(
        chunks.flat().map(({ request_id, tier }) => `${request_id} ${tier}`),
        ["r00002 cheap", "r00002 dear", "r00007 dear"]
      )
      const again = yield* replay({ ...options, plan })
      assert.strictEqual(again.calls, 0)
    }).pipe(Effect.scoped, Effect.provide(services)))

  it.live("answers the first of the plan where a limit ends it, not the oldest", () =>
    Effect.gen(function*() {
      const options = yield* scene(10)
      const plan = yield* planOf(line("r00007", "cheap"), line("r00002", "cheap"), line("r00005", "cheap"))
      yield* replay({ ...options, plan, limit: 1 })
      const chunks = yield* Stream.runCollect((yield* Store).outcomes())
      assert.deepStrictEqual(chunks.flat().map(({ request_id }) => request_id), ["r00007"])
    }).pipe(Effect.scoped, Effect.provide(services)))

  it.live("refuses what is not there, and narrows to the tiers that are asked for", () =>
    Effect.gen(function*() {
      const options: ReplayOptions = yield* scene(3)
      const field = Effect.fnUntraced(function*(...lines: ReadonlyArray<string>) {
        const error = yield* Effect.flip(replay({ ...options, plan: yield* planOf(...lines) }))
        return error._tag === "BadInput" ? `${error.source} ${error.field}` : error
      })
      assert.strictEqual(yield* field(line("r00001", "none")), "plan.jsonl tier")
      assert.strictEqual(yield* field(line("nobody", "cheap")), "plan.jsonl request_id")
      const plan = yield* planOf(line("r00001", "cheap"), line("r00001", "dear"))
      const report = yield* replay({ ...options, plan, tiers: ["dear"] })
      assert.strictEqual(report.answered, 1)
    }).pipe(Effect.scoped, Effect.provide(services)))
})
