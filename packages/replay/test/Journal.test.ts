import { assert, describe, it } from "@effect/vitest"
import type { Outcome } from "@spillway/domain"
import { layerMemory, Store } from "@spillway/store"
import { Effect, Exit, Stream } from "effect"
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { recoverJournal, withJournal } from "../src/Journal.ts"
import { simulatedRequests } from "./SimulatedTraffic.ts"

const requests = simulatedRequests(2000)
const outcome = (i: number): Outcome => ({
  request_id: requests[i]!.request_id,
  tier: "cheap",
  output: `answer ${i}\nüñ`,
  cost_usd: 0.25
})
const path = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "spillway-journal-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true }))
).pipe(Effect.map((directory) => join(directory, "db.replay.ndjson")))

const stored = Effect.gen(function*() {
  const store = yield* Store
  const chunks = yield* Stream.runCollect(store.outcomes())
  return chunks.flat()
})

describe("Journal", () => {
  it.live("has every outcome on disk when append ends, and all in the store when it closes", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests(requests)
      const file = yield* path
      yield* withJournal(
        file,
        Effect.fnUntraced(function*(journal) {
          yield* journal.append(outcome(0))
          assert.include(readFileSync(file, "utf8"), JSON.stringify(outcome(0)))
          // More than one batch: the journal starts again in between.
          yield* Effect.forEach(Array.from({ length: 1200 }, (_, i) => outcome(i)), journal.append, { concurrency: 50 })
          assert.isBelow(readFileSync(file, "utf8").split("\n").length, 1000)
        })
      )
      assert.isFalse(existsSync(file))
      assert.deepStrictEqual(yield* stored, Array.from({ length: 1200 }, (_, i) => outcome(i)))
    }).pipe(Effect.provide(layerMemory)))

  it.live("keeps what is finished when the work is interrupted or fails", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests(requests)
      const file = yield* path
      const exit = yield* Effect.exit(
        withJournal(file, (journal) => Effect.andThen(journal.append(outcome(3)), Effect.interrupt))
      )
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(yield* stored, [outcome(3)])
      assert.isFalse(existsSync(file))
    }).pipe(Effect.provide(layerMemory)))

  it.live("takes in what a killed replay left, without its torn last line", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests(requests)
      const file = yield* path
      writeFileSync(file, `{"format":"spillway.replay-journal/1","spent_usd":1.5}\n`)
      appendFileSync(file, `${JSON.stringify(outcome(1))}\n${JSON.stringify(outcome(2))}\n{"request_id":"r0`)
      assert.deepStrictEqual(yield* recoverJournal(file), { outcomes: 2, spent_usd: 2 })
      assert.deepStrictEqual(yield* stored, [outcome(1), outcome(2)])
      assert.isFalse(existsSync(file))
      assert.deepStrictEqual(yield* recoverJournal(file), { outcomes: 0, spent_usd: 0 })
    }).pipe(Effect.provide(layerMemory)))

  it.live("says which line of a foreign file is wrong, and leaves the file", () =>
    Effect.gen(function*() {
      const file = yield* path
      writeFileSync(file, `{"format":"spillway.replay-journal/1","spent_usd":0}\n${JSON.stringify(outcome(1))}\n{}\n`)
      const error = yield* Effect.flip(recoverJournal(file))
      assert.strictEqual(error._tag === "BadInput" ? error.line : undefined, 3)
      writeFileSync(file, "hello\n")
      const other = yield* Effect.flip(recoverJournal(file))
      assert.strictEqual(other._tag === "BadInput" ? other.line : undefined, 1)
      assert.isTrue(existsSync(file))
      assert.deepStrictEqual(yield* stored, [])
    }).pipe(Effect.provide(layerMemory)))
})
