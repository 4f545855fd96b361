import { DuckDBInstance } from "@duckdb/node-api"
import { assert, describe, it } from "@effect/vitest"
import { layer, Store } from "@spillway/store"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "spillway-store-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const counts = Effect.flatMap(Store, (store) => store.counts)
const messageOf = (path: string, options?: { readonly readOnly?: boolean }) =>
  Effect.map(Effect.flip(Effect.provide(counts, layer(path, options), { local: true })), (error) => error.message)

const sql = (path: string, ...statements: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const instance = await DuckDBInstance.create(path)
    const connection = await instance.connect()
    for (const statement of statements) await connection.run(statement)
    connection.closeSync()
    instance.closeSync()
  })

const request = (i: number) => ({ request_id: `r${i}`, task: "t", messages: [{ role: "user", content: "x" }] })

/** Runs `test/fixtures/<name>` in a process of its own; resolves with its first line of output. */
const child = (name: string, path: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const file = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
      const process = spawn(globalThis.process.execPath, ["--conditions=@spillway/source", file, path], {
        stdio: ["ignore", "pipe", "inherit"]
      })
      await once(process.stdout, "data")
      return process
    }),
    (process) =>
      Effect.promise(async () => {
        if (process.exitCode !== null || process.signalCode !== null) return
        process.kill("SIGKILL")
        await once(process, "exit")
      })
  )

describe("opening", () => {
  it.live("keeps what was written, and opens for reading only", () =>
    Effect.gen(function*() {
      const path = join(yield* directory, "a.duckdb")
      yield* Effect.flatMap(Store, (store) => store.putRequests([request(1)])).pipe(
        Effect.provide(layer(path), { local: true })
      )
      assert.deepStrictEqual(readdirSync(join(path, "..")), ["a.duckdb"])
      yield* Effect.gen(function*() {
        const store = yield* Store
        assert.strictEqual((yield* store.counts).requests, 1)
        assert.strictEqual((yield* store.matrix({ where: "true" })).requestIds.length, 1)
        const error = yield* Effect.flip(store.putRequests([request(2)]))
        assert.strictEqual(error._tag, "Failure")
        assert.match(error.message, /read-only mode.*Open the database for writing/)
      }).pipe(Effect.provide(layer(path, { readOnly: true }), { local: true }))
    }))

  it.live("says what is wrong with a path", () =>
    Effect.gen(function*() {
      const home = yield* directory
      writeFileSync(join(home, "notes.txt"), "These are my notes. ".repeat(1000))
      yield* sql(join(home, "other.duckdb"), "CREATE TABLE mine (x INTEGER)")
      assert.match(yield* messageOf(home), /is a directory\. Give the path of a database file/)
      assert.match(yield* messageOf(join(home, "none", "a.duckdb")), /no directory .*none\. Create the directory/)
      assert.match(
        yield* messageOf(join(home, "none.duckdb"), { readOnly: true }),
        /no such database\. Run `spillway import`/
      )
      assert.isFalse(existsSync(join(home, "none.duckdb")))
      assert.match(yield* messageOf(join(home, "notes.txt")), /notes\.txt: not a DuckDB database\. Give/)
      assert.match(yield* messageOf(join(home, "other.duckdb")), /database of another program\. Give/)
    }))

  it.live("refuses a schema of a newer version, and leaves it alone", () =>
    Effect.gen(function*() {
      const path = join(yield* directory, "a.duckdb")
      yield* Effect.provide(counts, layer(path), { local: true })
      yield* sql(path, "INSERT INTO migrations VALUES (1000, '2030-01-01')")
      assert.match(
        yield* messageOf(path),
        /schema version 1000; this Spillway knows versions up to \d+\. Upgrade Spillway/
      )
    }))

  it.live("names the process that holds the file", () =>
    Effect.gen(function*() {
      const path = join(yield* directory, "a.duckdb")
      const holder = yield* child("hold.ts", path)
      assert.match(
        yield* messageOf(path),
        new RegExp(`process ${holder.pid} \\(.*node.*\\) holds the database\\. Wait`)
      )
    }))

  it.live("loses no committed batch and keeps no half of one when killed", () =>
    Effect.gen(function*() {
      const path = join(yield* directory, "a.duckdb")
      const writer = yield* child("append.ts", path)
      let committed = -1
      writer.stdout.on("data", (lines: Buffer) => {
        committed = Number(lines.toString().trim().split("\n").at(-1))
        if (committed >= 5) writer.kill("SIGKILL")
      })
      yield* Effect.promise(() => once(writer, "exit"))
      assert.strictEqual(writer.signalCode, "SIGKILL")
      yield* Effect.gen(function*() {
        const store = yield* Store
        const batches = yield* store.query(
          `SELECT tier, count(*) AS outcomes, (SELECT count(*) FROM grades g WHERE g.tier = o.tier) AS grades
           FROM outcomes o GROUP BY tier`
        )
        assert.isAtLeast(batches.length, committed + 1)
        assert.isAtMost(batches.length, committed + 3)
        for (const batch of batches) assert.deepStrictEqual([batch["outcomes"], batch["grades"]], [3000, 3000])
      }).pipe(Effect.provide(layer(path), { local: true }))
    }))
})
