import { DuckDBInstance } from "@duckdb/node-api"
import { assert, describe, it } from "@effect/vitest"
import type { EmbeddingModel, Request } from "@spillway/domain"
import { layer, layerMemory, type NotEmbedded, Store, type Vectors } from "@spillway/store"
import { Effect, Stream } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const SMALL: EmbeddingModel = { model: "small (q8)", max_chars: 2_000 }

const request = (i: number, content = `prompt ${i}`): Request => ({
  request_id: `r${String(i).padStart(5, "0")}`,
  task: i % 2 === 0 ? "even" : "odd",
  messages: [{ role: "user", content }]
})

const missing = (of: EmbeddingModel, where?: string) =>
  Effect.flatMap(Store, (store) => Effect.map(Stream.runCollect(store.notEmbedded(of, { where })), (all) => all.flat()))

const vectors = (of: EmbeddingModel, where?: string) =>
  Effect.flatMap(
    Store,
    (store) => Effect.map(Stream.runCollect(store.vectors(of, { where })), (all: ReadonlyArray<Vectors>) => all)
  )

/** A vector whose values are not exact in decimal. */
const vectorOf = ({ request }: NotEmbedded, dimensions = 7) =>
  Float32Array.from({ length: dimensions }, (_, d) => Math.sin(Number(request.request_id.slice(1)) * 31 + d) / 3)

const embed = (of: EmbeddingModel, rows: ReadonlyArray<NotEmbedded>, dimensions?: number) =>
  Effect.flatMap(Store, (store) =>
    store.putEmbeddings(
      of,
      rows.map((row) => ({ prompt_sha: row.prompt_sha, vector: vectorOf(row, dimensions), cost_usd: 0.5 }))
    ))

describe("embeddings", () => {
  it.effect("give back every bit, in row order, over several chunks", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests(Array.from({ length: 5_000 }, (_, i) => request(i)))
      const rows = yield* missing(SMALL)
      assert.strictEqual(rows.length, 5_000)
      assert.deepStrictEqual(yield* embed(SMALL, rows), { inserted: 5_000, updated: 0, unchanged: 0 })
      assert.deepStrictEqual(yield* embed(SMALL, rows.slice(0, 10)), { inserted: 0, updated: 0, unchanged: 10 })
      const chunks = yield* vectors(SMALL)
      assert.deepStrictEqual(chunks.flatMap(({ row }) => [...row]), rows.map((_, i) => i))
      assert.deepStrictEqual(chunks.flatMap(({ vector }) => [...vector]), rows.map((row) => vectorOf(row)))
      assert.deepStrictEqual(yield* missing(SMALL), [])
      const odd = yield* vectors(SMALL, "task = 'odd'")
      assert.deepStrictEqual(odd.flatMap(({ row }) => [...row]), Array.from({ length: 2_500 }, (_, i) => i))
      assert.deepStrictEqual(odd[0]!.vector[1], vectorOf(rows[3]!))
    }).pipe(Effect.provide(layerMemory, { local: true })))

  it.effect("belong to a prompt, whoever asked it, and to one model", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests([request(1, "same"), request(2, "same"), request(3)])
      const rows = yield* missing(SMALL)
      assert.deepStrictEqual(rows.map((row) => row.request), [request(1, "same"), request(3)])
      yield* embed(SMALL, rows.slice(0, 1))
      assert.deepStrictEqual(yield* store.embedded(SMALL), {
        requests: 3,
        embedded: 2,
        prompts: 2,
        prompts_embedded: 1,
        dimensions: 7,
        mean_usd: 0.5
      })
      assert.strictEqual((yield* missing({ ...SMALL, model: "it's large" })).length, 2)
      assert.strictEqual((yield* missing({ ...SMALL, max_chars: 10 })).length, 2)
      // A request whose messages changed has another prompt, so its old vector is not taken for the new one's.
      yield* store.putRequests([request(2, "changed")])
      assert.deepStrictEqual((yield* vectors(SMALL)).flatMap(({ row }) => [...row]), [0])
      assert.deepStrictEqual((yield* missing(SMALL)).map((row) => row.request.request_id), ["r00002", "r00003"])
      yield* store.clearEmbeddings(SMALL)
      assert.strictEqual((yield* store.embedded(SMALL)).embedded, 0)
    }).pipe(Effect.provide(layerMemory, { local: true })))

  it.effect("refuse vectors of two lengths under one name", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests([request(1), request(2)])
      const rows = yield* missing(SMALL)
      yield* embed(SMALL, rows.slice(0, 1))
      yield* embed(SMALL, rows.slice(1), 9)
      const error = yield* Effect.flip(store.embedded(SMALL))
      assert.match(error.message, /small \(q8\) has vectors of 7 and of 9 values\. .*spillway embed --again/)
    }).pipe(Effect.provide(layerMemory, { local: true })))

  it.live("come into a file of the first schema without touching what is in it", () =>
    Effect.gen(function*() {
      const home = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "spillway-store-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      const path = join(home, "a.duckdb")
      yield* Effect.flatMap(Store, (store) => store.putRequests([request(1)])).pipe(
        Effect.provide(layer(path), { local: true })
      )
      yield* Effect.promise(async () => {
        const instance = await DuckDBInstance.create(path)
        const connection = await instance.connect()
        await connection.run("DROP TABLE embeddings")
        await connection.run("DELETE FROM migrations WHERE version > 1")
        connection.closeSync()
        instance.closeSync()
      })
      yield* Effect.gen(function*() {
        const rows = yield* missing(SMALL)
        assert.deepStrictEqual(rows.map((row) => row.request), [request(1)])
        yield* embed(SMALL, rows)
        assert.deepStrictEqual((yield* vectors(SMALL))[0]!.vector, [vectorOf(rows[0]!)])
      }).pipe(Effect.provide(layer(path), { local: true }))
    }))
})
