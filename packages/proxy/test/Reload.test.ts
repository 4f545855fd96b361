import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { answerJson, ask, completion, scriptedUpstream, startProxy, type TestProxy } from "./harness.ts"
import { configFor, testTable } from "./tables.ts"

const config = configFor("http://127.0.0.1:1/v1")

/** Asks until a condition holds; the test's time-out ends what never does. */
const until = (condition: () => Promise<boolean>) =>
  Effect.promise(async () => {
    while (!await condition()) await new Promise((resolve) => setImmediate(resolve))
  })

const readyz = async (proxy: TestProxy): Promise<any> => (await proxy.get("/readyz")).json()

/** Replaces the table's file, as `optimize` does. */
const replace = (proxy: TestProxy, content: string) => {
  fs.writeFileSync(`${proxy.tableFile}.new`, content)
  fs.renameSync(`${proxy.tableFile}.new`, proxy.tableFile)
}

describe("the table file", () => {
  it.live("takes over when it changes, and requests under way keep the old one", () =>
    Effect.gen(function*() {
      const asked = Promise.withResolvers<void>()
      const release = Promise.withResolvers<void>()
      const upstream = yield* scriptedUpstream(async (request, response) => {
        asked.resolve()
        await release.promise
        answerJson(response, completion(String(request.json["model"]), "yes"))
      })
      const proxy = yield* startProxy(configFor(upstream.url), { tablePollMs: 20 })
      const before = proxy.table().sha256
      const waiting = proxy.chat(ask("spillway"))
      yield* Effect.promise(() => asked.promise)
      replace(proxy, JSON.stringify({ ...testTable(), default_point: "flagship" }))
      yield* until(async () => proxy.table().sha256 !== before)
      release.resolve()
      const old = yield* Effect.promise(() => waiting)
      const fresh = yield* Effect.promise(() => proxy.chat(ask("spillway")))
      assert.deepStrictEqual([old, fresh].map(({ headers }) => headers.get("x-spillway-tier")), ["economy", "flagship"])
      assert.deepStrictEqual([old, fresh].map(({ headers }) => headers.get("x-spillway-table")), [
        before,
        proxy.table().sha256
      ])
    }))

  const bad: ReadonlyArray<readonly [string, string, RegExp]> = [
    ["is not JSON", "{", /not valid JSON/],
    ["lacks a field", JSON.stringify({ ...testTable(), points: undefined }), /points/],
    [
      "names an unknown tier",
      JSON.stringify({ ...testTable(), flagship: "none", tiers: [{ name: "none" }] }),
      /tiers\[0\].name: the configuration has no tier called none/
    ],
    [
      "was calibrated with other settings",
      JSON.stringify({
        ...testTable(),
        tiers: testTable().tiers.map(({ model, name }) => ({ model, name, settings: { seed: 1 } }))
      }),
      /tiers\[0\]: economy was calibrated with another model or other settings/
    ],
    [
      "cannot be compiled",
      JSON.stringify({ ...testTable(), default_point: "none" }),
      /default_point: unknown point "none"/
    ]
  ]
  for (const [what, content, reason] of bad) {
    it.live(`is refused where it ${what}, and the old one stays`, () =>
      Effect.gen(function*() {
        const proxy = yield* startProxy(config, { tablePollMs: 20 })
        const before = proxy.table()
        replace(proxy, content)
        yield* until(async () => (await readyz(proxy)).table.refused !== undefined)
        assert.match((yield* Effect.promise(() => readyz(proxy))).table.refused, reason)
        assert.strictEqual(proxy.table(), before)
        assert.include(
          yield* Effect.promise(async () => (await proxy.get("/metrics")).text()),
          "spillway_table_reloads_total{result=\"refused\"} 1"
        )
        replace(proxy, JSON.stringify(testTable()) + "\n")
        yield* until(async () => (await readyz(proxy)).table.refused === undefined)
        assert.notStrictEqual(proxy.table().sha256, before.sha256)
      }))
  }
})
