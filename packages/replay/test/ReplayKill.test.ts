import { assert, describe, it } from "@effect/vitest"
import type { Config, Outcome } from "@spillway/domain"
import { OpenAiCompletions, simulatedServer } from "@spillway/providers"
import { layer, Store } from "@spillway/store"
import { Effect, Layer, Stream } from "effect"
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { replay } from "../src/Replay.ts"
import { journalPath } from "../src/ReplayOptions.ts"
import { answerBook, configFor, models, simulatedRequests } from "./SimulatedTraffic.ts"

const CONCURRENCY = 4

/** Runs a replay in a process of its own and kills it with SIGKILL after `calls` finished calls; gives the last count. */
const killedAfter = (calls: number, database: string, config: Config) =>
  Effect.callback<number>((resume) => {
    const script = join(import.meta.dirname, "replayChild.ts")
    const child = spawn(process.execPath, ["--conditions=@spillway/source", script, database, JSON.stringify(config)], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    let text = ""
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString()
      if (Number(text.trimEnd().split("\n").at(-1)) >= calls) child.kill("SIGKILL")
    })
    child.on("close", () => resume(Effect.succeed(Number(text.split("\n").at(-2)))))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

describe("kill -9 during a replay", () => {
  it.live("loses no finished call and pays none twice", () =>
    Effect.gen(function*() {
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "spillway-kill-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const database = join(directory, "spillway.duckdb")
      const journal = journalPath(database)
      const requests = simulatedRequests(500)
      const { stats, url } = yield* simulatedServer({ book: answerBook(requests), models, latencyScale: 0 })
      const config = configFor(url, { concurrency: CONCURRENCY })
      const inStore = <A, E>(effect: Effect.Effect<A, E, Store>) => Effect.provide(effect, layer(database))
      const stored = inStore(Effect.gen(function*() {
        const store = yield* Store
        return (yield* Stream.runCollect(store.outcomes())).flat()
      }))
      yield* inStore(Effect.gen(function*() {
        yield* (yield* Store).putRequests(requests)
      }))

      let finished = 0
      /** How often each call that is finished at a kill was charged at that time. */
      const charged = new Map<string, number>()
      // The second kill comes after the journal has been merged into the store once (512 outcomes).
      for (const calls of [150, 600]) {
        finished += yield* killedAfter(calls, database, config)
        const lines = readFileSync(journal, "utf8").split("\n").slice(1, -1)
        const journalled = lines.map((line) => JSON.parse(line) as Outcome)
        assert.isNotEmpty(journalled)
        const ids = [...yield* stored, ...journalled].map(({ request_id, tier }) => `${tier} ${request_id}`)
        for (const id of ids) charged.set(id, charged.get(id) ?? stats.charges.get(id)!)
        assert.isAtLeast(charged.size, finished)
      }
      assert.isAtLeast((yield* stored).length, 512)

      const report = yield* replay({ config, source: "spillway.yaml", journal, budgetUsd: 100 }).pipe(
        Effect.provide(Layer.mergeAll(layer(database), OpenAiCompletions.layer()))
      )
      const rows = yield* stored
      assert.strictEqual(rows.length, 1000)
      assert.strictEqual(report.answered, 1000 - charged.size)
      assert.isAbove(report.recovered.outcomes, 0)
      // What the store had of the killed replay counts too.
      assert.isAbove(report.recovered.spent_usd, 512 * Math.min(...rows.map(({ cost_usd }) => cost_usd!)))
      assert.isFalse(existsSync(journal))

      for (const [id, times] of charged) assert.strictEqual(stats.charges.get(id), times, `${id} was paid again`)
      assert.strictEqual(stats.charges.size, 1000)
      // Calls under way at a kill are lost.
      const paidTwice = [...stats.charges.values()].filter((times) => times > 1)
      assert.isAtMost(paidTwice.length, 2 * CONCURRENCY)
    }).pipe(Effect.scoped))
})
