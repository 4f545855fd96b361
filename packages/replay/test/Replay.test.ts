import { assert, describe, it } from "@effect/vitest"
import type { Config, Outcome } from "@spillway/domain"
import { OpenAiCompletions, simulatedServer, type SimulatedServerOptions } from "@spillway/providers"
import { layerMemory, Store } from "@spillway/store"
import { ConfigProvider, Effect, Layer, Stream } from "effect"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Progress } from "../src/Progress.ts"
import { replay } from "../src/Replay.ts"
import { estimateReplay } from "../src/ReplayEstimate.ts"
import { type ReplayOptions } from "../src/ReplayOptions.ts"
import { answerBook, configFor, models, simulatedRequests } from "./SimulatedTraffic.ts"

const services = Layer.mergeAll(layerMemory, OpenAiCompletions.layer())

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "spillway-replay-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** A store with requests, a simulated provider that answers them, and the options to replay the ones on the other. */
const scene = Effect.fnUntraced(function*(
  count: number,
  server: Partial<SimulatedServerOptions> = {},
  provider: Partial<Config["providers"][string]> = {}
) {
  const requests = simulatedRequests(count)
  const store = yield* Store
  yield* store.putRequests(requests)
  const simulated = yield* simulatedServer({ book: answerBook(requests), models, latencyScale: 0, ...server })
  const options: ReplayOptions = {
    config: configFor(simulated.url, provider),
    source: "spillway.yaml",
    journal: join(yield* directory, "db.replay.ndjson")
  }
  return { options, stats: simulated.stats, store }
})

const outcomes = Effect.gen(function*() {
  const store = yield* Store
  const chunks = yield* Stream.runCollect(store.outcomes())
  return chunks.flat()
})
const cost = (rows: ReadonlyArray<Outcome>) => rows.reduce((sum, row) => sum + (row.cost_usd ?? 0), 0)

describe("replay", () => {
  it.live("answers every request on every tier once and accounts for every cent", () =>
    Effect.gen(function*() {
      const { options, stats, store } = yield* scene(40)
      const progress: Array<Progress> = []
      const report = yield* replay({ ...options, onProgress: (now) => progress.push(now) })
      const rows = yield* outcomes
      assert.strictEqual(rows.length, 80)
      assert.isTrue(
        rows.every(({ error, output, usage }) => error === undefined && output !== "" && usage !== undefined)
      )
      assert.deepInclude(report, { ended: "complete", calls: 80, retries: 0, answered: 80, failed: 0, left: 0 })
      assert.closeTo(report.spent_usd, cost(rows), 1e-12)
      assert.closeTo(report.spent_usd, stats.models["cheap"]!.cost_usd + stats.models["dear"]!.cost_usd, 1e-12)
      assert.strictEqual(progress.length, 80)
      assert.deepInclude(progress.at(-1)!, { done: 80, total: 80, failed: 0 })
      assert.isTrue([...stats.charges.values()].every((times) => times === 1))
      assert.isFalse(existsSync(options.journal))
      const runs = yield* store.query("SELECT command, ended_at IS NOT NULL AS ended FROM runs")
      assert.deepStrictEqual(runs, [{ command: "replay", ended: true }])

      const again = yield* replay(options)
      assert.deepInclude(again, { ended: "complete", calls: 0, answered: 0, spent_usd: 0 })
      assert.strictEqual(stats.charges.size, 80)
    }).pipe(Effect.scoped, Effect.provide(services)))

  it.live("retries what may succeed", () =>
    Effect.gen(function*() {
      const kinds = ["429", "503", "reset", "cut", "malformed"] as const
      const faults = kinds.map((kind) => ({ kind, rate: 0.15, attempts: 1, retryAfter: 0.01 }))
      const { options } = yield* scene(30, { faults }, { concurrency: 16 })
      const report = yield* replay(options)
      assert.deepInclude(report, { answered: 60, failed: 0, left: 0 })
      assert.isAbove(report.retries, 5)
      assert.strictEqual(report.calls, 60 + report.retries)
      const rows = yield* outcomes
      assert.strictEqual(rows.reduce((sum, { attempts }) => sum + attempts!, 0), report.calls)
      assert.closeTo(report.spent_usd, cost(rows), 1e-12)
    }).pipe(Effect.scoped, Effect.provide(services)))

  it.live("stores a request that no attempt answered as failed, and tries it again the next time", () =>
    Effect.gen(function*() {
      const faults = [{ kind: "500", rate: 0.2, models: ["cheap"], attempts: 2 } as const]
      const { options } = yield* scene(30, { faults }, { max_retries: 1 })
      const report = yield* replay(options)
      assert.isAbove(report.failed, 0)
      assert.deepStrictEqual(report.failed_by_reason, { server_error: report.failed })
      const failed = (yield* outcomes).filter(({ error }) => error !== undefined)
      assert.strictEqual(failed.length, report.failed)
      assert.isTrue(
        failed.every(({ attempts, output, tier }) => tier === "cheap" && attempts === 2 && output === undefined)
      )

      const retried = yield* replay({ ...options, config: configFor(options.config.providers["simulated"]!.base_url) })
      assert.deepInclude(retried, { answered: report.failed, failed: 0 })
      assert.isTrue((yield* outcomes).every(({ error }) => error === undefined))
    }).pipe(Effect.scoped, Effect.provide(services)))

  it.live("never spends more than the budget, and leaves complete rows", () =>
    Effect.gen(function*() {
      const { options, stats } = yield* scene(200, {}, { concurrency: 16 })
      const budgetUsd = 0.02
      const report = yield* replay({ ...options, budgetUsd })
      const charged = stats.models["cheap"]!.cost_usd + stats.models["dear"]!.cost_usd
      assert.strictEqual(report.ended, "budget")
      assert.isAtMost(charged, budgetUsd)
      assert.closeTo(report.spent_usd, charged, 1e-12)
      // At the end only one row more would not have fitted: 64 output tokens at most on both tiers.
      assert.isAbove(charged, budgetUsd - 0.005)
      assert.isAbove(report.left, 0)
      const [cheap, dear] = report.tiers
      assert.strictEqual(cheap!.answered, dear!.answered)
    }).pipe(Effect.scoped, Effect.provide(services)))

  it.live("stops a tier whose key is refused, and the others go on", () =>
    Effect.gen(function*() {
      const { options } = yield* scene(30, { apiKey: "right" })
      const one = options.config.providers["simulated"]!
      const config: Config = {
        ...options.config,
        providers: { good: { ...one, api_key_env: "GOOD_KEY" }, bad: { ...one, api_key_env: "BAD_KEY" } },
        tiers: options.config.tiers.map((tier) => ({ ...tier, provider: tier.name === "cheap" ? "bad" : "good" }))
      }
      const keys = ConfigProvider.layer(ConfigProvider.fromUnknown({ GOOD_KEY: "right", BAD_KEY: "sk-wrong-key" }))
      const report = yield* Effect.provide(replay({ ...options, config }), keys)
      const [cheap, dear] = report.tiers
      assert.strictEqual(report.ended, "stopped")
      assert.deepInclude(dear!, { answered: 30, left: 0 })
      assert.deepInclude(cheap!, { answered: 0, failed: 0, left: 30 })
      assert.include(cheap!.stopped, "refuses the key")
      assert.notInclude(JSON.stringify(report), "sk-wrong-key")
      assert.isBelow(cheap!.calls, 30)
      assert.strictEqual((yield* outcomes).length, 30)
    }).pipe(Effect.scoped, Effect.provide(services)))

  it.live("stops a tier after 20 failures in a row", () =>
    Effect.gen(function*() {
      const faults = [{ kind: "500", rate: 1, models: ["dear"] } as const]
      const { options } = yield* scene(60, { faults }, { max_retries: 0, concurrency: 4 })
      const report = yield* replay(options)
      const [cheap, dear] = report.tiers
      assert.deepInclude(cheap!, { answered: 60 })
      assert.include(dear!.stopped, "20 failures in a row")
      assert.isBelow(dear!.calls, 40)
      assert.strictEqual(dear!.failed + dear!.left, 60)
    }).pipe(Effect.scoped, Effect.provide(services)))

  it.live("keeps to a provider's rate limit", () =>
    Effect.gen(function*() {
      const limits = { requestsPerMinute: 1200 }
      const { options, stats } = yield* scene(20, { limits }, { requests_per_minute: 1200, concurrency: 16 })
      const report = yield* replay(options)
      assert.deepInclude(report, { answered: 40, failed: 0 })
      assert.strictEqual(stats.models["cheap"]!.limited + stats.models["dear"]!.limited, 0)
      // 20 at once, then 20 a second.
      assert.isAbove(report.seconds, 0.9)
    }).pipe(Effect.scoped, Effect.provide(services)))

  it.live("refuses what cannot be replayed, with the field and the mend", () =>
    Effect.gen(function*() {
      const { options } = yield* scene(1, {}, { api_key_env: "SPILLWAY_NO_SUCH_KEY" })
      const field = Effect.fnUntraced(function*(change: Partial<ReplayOptions>) {
        const error = yield* Effect.flip(replay({ ...options, ...change }))
        return error._tag === "BadInput" ? error.field ?? error.source : error
      })
      const { config } = options
      assert.strictEqual(yield* field({}), "providers.simulated.api_key_env")
      assert.strictEqual(yield* field({ tiers: ["none"] }), "tiers")
      assert.strictEqual(yield* field({ budgetUsd: 0 }), "--budget")
      assert.strictEqual(yield* field({ budgetUsd: Number.NaN }), "--budget")
      const [cheap, dear] = config.tiers
      const { price: _, ...unpriced } = dear!
      assert.strictEqual(
        yield* field({ config: { ...config, tiers: [cheap!, unpriced] }, budgetUsd: 1 }),
        "tiers[1].price"
      )
      const lost = { ...cheap!, provider: "nowhere" }
      assert.strictEqual(yield* field({ config: { ...config, tiers: [lost] } }), "tiers[0].provider")
      assert.deepStrictEqual(yield* outcomes, [])
    }).pipe(Effect.scoped, Effect.provide(services)))

  it.live("estimates before, from assumptions, and after, from what it saw", () =>
    Effect.gen(function*() {
      const { options, stats } = yield* scene(120)
      const before = yield* estimateReplay(options)
      assert.strictEqual(stats.charges.size, 0)
      assert.strictEqual(before.calls, 240)
      assert.isTrue(before.tiers.every(({ basis }) => basis === "assumed"))
      const first = yield* replay({ ...options, limit: 40 })
      const estimate = yield* estimateReplay(options)
      assert.strictEqual(estimate.calls, 160)
      assert.isTrue(estimate.tiers.every(({ basis }) => basis === "observed"))
      const { spent_usd } = yield* replay(options)
      assert.isAtLeast(before.high_usd!, first.spent_usd + spent_usd)
      assert.isAtMost(before.low_usd!, first.spent_usd + spent_usd)
      assert.isAtLeast(estimate.high_usd! * 1.02, spent_usd)
      assert.isAtMost(estimate.low_usd! / 1.02, spent_usd)
      assert.isBelow(estimate.high_usd! - estimate.low_usd!, before.high_usd! - before.low_usd!)
    }).pipe(Effect.scoped, Effect.provide(services)))
})
