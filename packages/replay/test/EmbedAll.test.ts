import { assert, describe, it } from "@effect/vitest"
import type { Request } from "@spillway/domain"
import { CompletionError, type Embedder } from "@spillway/providers"
import { layerMemory, Store } from "@spillway/store"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { embedAll } from "../src/index.ts"

const request = (i: number, content: string): Request => ({
  request_id: `r${String(i).padStart(4, "0")}`,
  task: "t",
  messages: [{ role: "system", content: "Be brief." }, { role: "user", content }]
})
const texts = (n: number) => Array.from({ length: n }, (_, i) => request(i, `text number ${i}`))

const vectorOf = (text: string) => Float32Array.of(Math.cos(text.length), Math.sin(text.length))

/** An embedder that notes its calls; `fail` says which fail. Each character costs one US dollar. */
const embedder = (
  fail: (texts: ReadonlyArray<string>, call: number) => CompletionError | undefined = () => undefined,
  vector: (text: string) => Float32Array = vectorOf
) => {
  const calls: Array<ReadonlyArray<string>> = []
  const one: Embedder = {
    of: { model: "m", max_chars: 40 },
    batch: 4,
    concurrency: 2,
    embed: (texts) =>
      Effect.suspend(() => {
        calls.push(texts)
        const error = fail(texts, calls.length)
        if (error !== undefined) return Effect.fail(error)
        return Effect.succeed({ vectors: texts.map(vector), usd: texts.join("").length })
      })
  }
  return { ...one, calls }
}

const withRequests = <A, E>(requests: ReadonlyArray<Request>, use: Effect.Effect<A, E, Store>) =>
  Effect.flatMap(Store, (store) => Effect.andThen(store.putRequests(requests), use)).pipe(
    Effect.provide(layerMemory, { local: true })
  )

const stored = (of: Embedder["of"]) =>
  Effect.flatMap(
    Store,
    (store) =>
      Effect.map(
        Stream.runCollect(store.vectors(of)),
        (chunks) => new Map(chunks.flatMap(({ row, vector }) => Array.from(row, (r, j) => [r, vector[j]!] as const)))
      )
  )

describe("embedAll", () => {
  it.effect("embeds each prompt once, without instructions and cut to both ends, and nothing the next time", () =>
    withRequests(
      [
        ...texts(10),
        request(10, "text number 3"),
        request(11, "  "),
        request(12, `${"a".repeat(60)}${"z".repeat(60)}`)
      ],
      Effect.gen(function*() {
        const one = embedder()
        const progress: Array<number> = []
        const report = yield* embedAll({ embedder: one, onProgress: ({ done, total }) => progress.push(done / total) })
        const asked = one.calls.flat()
        assert.deepStrictEqual(
          asked.toSorted(),
          [...texts(10).map((_, i) => `text number ${i}`), `${"a".repeat(20)}${"z".repeat(20)}`].toSorted()
        )
        assert.isTrue(one.calls.every((call) => call.length <= 4))
        const { run_id: _run, seconds: _seconds, ...rest } = report
        assert.deepStrictEqual(rest, {
          model: "m",
          max_chars: 40,
          dimensions: 2,
          requests: 13,
          embedded: 12,
          added: 11,
          without_text: 1,
          refused: {},
          cost_usd: asked.join("").length
        })
        assert.strictEqual(progress.at(-1), 1)
        const vectors = yield* stored(one.of)
        assert.deepStrictEqual(vectors.get(3), vectorOf("text number 3"))
        assert.deepStrictEqual(vectors.get(10), vectors.get(3))
        assert.isFalse(vectors.has(11))
        const again = yield* embedAll({ embedder: one })
        assert.deepStrictEqual([again.added, again.embedded, again.cost_usd], [0, 12, 0])
        assert.strictEqual(one.calls.flat().length, 11)
        assert.strictEqual((yield* embedAll({ embedder: one, again: true })).added, 11)
      })
    ))

  it.effect("passes over the prompts that the model refuses, not over the others of their call", () =>
    withRequests(
      texts(10),
      Effect.gen(function*() {
        const refuse = embedder((texts) =>
          texts.some((text) => text.endsWith("5"))
            ? new CompletionError({ reason: "rejected", status: 400, detail: "too long" })
            : undefined
        )
        const report = yield* embedAll({ embedder: refuse })
        assert.deepStrictEqual([report.added, report.embedded, report.refused], [9, 9, {
          "rejected (400): too long": 1
        }])
        assert.isFalse((yield* stored(refuse.of)).has(5))
      })
    ))

  it.effect("does not go through all texts where it is the model or the way to ask that is refused", () =>
    withRequests(
      texts(600),
      Effect.gen(function*() {
        const refusing = (status: number) =>
          embedder(() => new CompletionError({ reason: "rejected", status, detail: "not here" }))
        const unknown = refusing(404), all = refusing(400)
        assert.match(
          (yield* Effect.flip(embedAll({ embedder: unknown }))).message,
          /^embedding with m: rejected \(404\): not here\. What came/
        )
        assert.isAtMost(unknown.calls.length, 4)
        assert.match((yield* Effect.flip(embedAll({ embedder: all }))).message, /rejected \(400\): not here/)
        assert.isAtMost(all.calls.length, 200)
      })
    ))

  it.effect("waits and tries again what may succeed later", () =>
    withRequests(
      texts(4),
      Effect.gen(function*() {
        const flaky = embedder((_, call) =>
          call <= 3 ? new CompletionError({ reason: "rate_limited", status: 429, detail: "slow down" }) : undefined
        )
        const fiber = yield* Effect.forkChild(embedAll({ embedder: flaky }))
        while (flaky.calls.length < 4) {
          yield* TestClock.adjust("10 seconds")
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        }
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual((yield* Fiber.join(fiber)).added, 4)
      })
    ))

  it.effect("stops at a failure that waiting does not mend, keeps what came, and goes on from there", () =>
    withRequests(
      texts(600),
      Effect.gen(function*() {
        const store = yield* Store
        const dying = embedder((_, call) =>
          call > 100 ? new CompletionError({ reason: "unauthorized", status: 401, detail: "who?" }) : undefined
        )
        const error = yield* Effect.flip(embedAll({ embedder: dying }))
        assert.strictEqual(
          error.message,
          "embedding with m: unauthorized (401): who?. What came is stored: run it again to go on"
        )
        assert.strictEqual((yield* store.embedded(dying.of)).embedded, 400)
        assert.isBelow(dying.calls.length, 110)
        const [run] = yield* store.query("SELECT detail->>'stopped' AS stopped FROM runs WHERE command = 'embed'")
        assert.strictEqual(run!["stopped"], error.message)
        const well = embedder()
        assert.strictEqual((yield* embedAll({ embedder: well })).embedded, 600)
        assert.strictEqual(well.calls.flat().length, 200)
      })
    ))

  it.effect("refuses vectors of another length than the stored ones", () =>
    withRequests(
      texts(8),
      Effect.gen(function*() {
        yield* embedAll({ embedder: embedder(), limit: 4 })
        const other = embedder(undefined, () => Float32Array.of(1, 0, 0))
        const error = yield* Effect.flip(embedAll({ embedder: other }))
        assert.match(
          error.message,
          /^m: it gives vectors of 3 values, and there are some of 2\. .*spillway embed --again$/
        )
        assert.strictEqual((yield* stored(other.of)).size, 4)
      })
    ))
})
