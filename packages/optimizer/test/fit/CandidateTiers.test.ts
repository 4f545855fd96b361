import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { loadDataset } from "../../src/data/LoadDataset.ts"
import { candidateTiers } from "../../src/fit/CandidateTiers.ts"
import { storeOf, syntheticTraffic } from "../SyntheticTraffic.ts"

/** Tiers of the given chance to be right, each dearer than the one before. */
const tiersOf = (right: ReadonlyArray<number>) =>
  right.map((chance, k) => ({
    name: `t${String(k).padStart(2, "0")}`,
    usd: 0.0001 * 1.3 ** k,
    right: () => chance,
    telling: 0.5
  }))

const candidatesOf = (right: ReadonlyArray<number>, flagship: string) =>
  Effect.gen(function*() {
    const { data } = yield* loadDataset({ flagship })
    return candidateTiers(data, Uint32Array.from(data.requestIds.keys()))
  }).pipe(Effect.provide(storeOf(syntheticTraffic(200, tiersOf(right)))))

describe("candidate tiers", () => {
  it.effect("are all where they are at most eight", () =>
    Effect.gen(function*() {
      const found = yield* candidatesOf(Array.from({ length: 8 }, (_, k) => 0.9 - 0.1 * k), "t07")
      assert.deepStrictEqual(found, [0, 1, 2, 3, 4, 5, 6, 7])
    }))

  it.effect("keep the cheapest and the flagship, however poor, and drop the tiers that fall shortest", () =>
    Effect.gen(function*() {
      // Tiers 1, 3, 5, ... are much worse than a mix of their neighbours; the cheapest and the flagship are worst of all.
      const right = Array.from(
        { length: 14 },
        (_, k) => k === 0 || k === 13 ? 0.05 : k % 2 === 1 ? 0.15 : 0.5 + 0.03 * k
      )
      const found = yield* candidatesOf(right, "t13")
      assert.strictEqual(found.length, 8)
      assert.includeMembers([...found], [0, 13, 2, 4, 6, 8, 10, 12])
      assert.deepStrictEqual(found, found.toSorted((a, b) => a - b))
    }))

  it.effect("keep a flagship that is not the dearest, and are the same each time, also when all tiers are equal", () =>
    Effect.gen(function*() {
      const right = Array.from({ length: 16 }, () => 1)
      const [a, b] = [yield* candidatesOf(right, "t09"), yield* candidatesOf(right, "t09")]
      assert.deepStrictEqual(a, b)
      assert.strictEqual(a.length, 8)
      assert.includeMembers([...a], [0, 9])
    }))
})
