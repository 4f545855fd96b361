import { assert, describe, it } from "@effect/vitest"
import { type RequestView, requestView } from "@spillway/policy"
import { Effect, Stream } from "effect"
import { readHere, readInThread } from "../../src/data/ReadRequests.ts"
import { syntheticTraffic, THREE_TIERS } from "../SyntheticTraffic.ts"

const HASH_BITS = 12
const views = syntheticTraffic(700, THREE_TIERS).requests
  .map((request, i) => requestView(i % 3 === 0 ? { ...request, task: "untasked" } : request))
const chunks = Stream.fromIterable(Array.from({ length: 7 }, (_, i) => views.slice(100 * i, 100 * (i + 1))))

describe("requests read in a thread", () => {
  it.effect("have the features that they have without it", () =>
    Effect.gen(function*() {
      const here = yield* readHere(chunks, views.length, HASH_BITS)
      const there = yield* readInThread(chunks, views.length, HASH_BITS)
      assert.deepStrictEqual(there, here)
      assert.strictEqual(there.hashed.n, views.length)
      assert.deepStrictEqual(
        Array.from(there.words!.rows),
        views.flatMap(({ task }, i) => task === "untasked" ? [i] : [])
      )
    }))

  it.effect("fail with what the stream fails with", () =>
    Effect.gen(function*() {
      const broken: Stream.Stream<ReadonlyArray<RequestView>, string> = Stream.concat(chunks, Stream.fail("no disk"))
      assert.strictEqual(yield* Effect.flip(readInThread(broken, views.length, HASH_BITS)), "no disk")
    }))

  it.effect("die with what the thread dies of", () =>
    Effect.gen(function*() {
      const unreadable = { ...views[0]!, text: 1 as unknown as string }
      const exit = yield* Effect.exit(readInThread(Stream.make([unreadable]), 1, HASH_BITS))
      assert.include(String(exit), "not a function")
    }))
})
