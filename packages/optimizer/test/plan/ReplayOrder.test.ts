import { assert, describe, it } from "@effect/vitest"
import { looksRandom } from "../../src/plan/MissingAtRandom.ts"
import { replayOrder } from "../../src/plan/ReplayOrder.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

const N = 2_000

const factsOf = (seed: number) => {
  const random = seededRandom(seed)
  return {
    task: Uint32Array.from({ length: N }, () => random.integer(5)),
    ts: Float64Array.from({ length: N }, (_, i) => i),
    chars: Float64Array.from({ length: N }, () => 100 * Math.exp(random.normal()))
  }
}

describe("looksRandom", () => {
  it("takes a random sample for one, nearly always", () => {
    let taken = 0
    for (let seed = 0; seed < 100; seed++) {
      const random = seededRandom(1_000 + seed)
      const inside = Uint8Array.from({ length: N }, () => random.uniform() < 0.2 ? 1 : 0)
      if (looksRandom(factsOf(seed), inside)) taken += 1
    }
    assert.isAtLeast(taken, 90)
  })

  it("sees requests chosen by task, by length or by time", () => {
    const facts = factsOf(1), random = seededRandom(2)
    const chosen = (leans: (row: number) => boolean) =>
      Uint8Array.from({ length: N }, (_, row) => random.uniform() < (leans(row) ? 0.3 : 0.15) ? 1 : 0)
    assert.isFalse(looksRandom(facts, chosen((row) => facts.task[row] === 0)))
    assert.isFalse(looksRandom(facts, chosen((row) => facts.chars[row]! > 150)))
    assert.isFalse(looksRandom(facts, chosen((row) => row < N / 2)))
  })

  it("does not trust a handful", () => {
    assert.isFalse(looksRandom(factsOf(1), Uint8Array.from({ length: N }, (_, row) => row % 100 === 0 ? 1 : 0)))
  })
})

describe("replayOrder", () => {
  const flags = (of: (row: number) => boolean) => Uint8Array.from({ length: N }, (_, row) => of(row) ? 1 : 0)
  const none = flags(() => false)

  it("gives every request with a missing call once, and no length or task an advantage", () => {
    const facts = factsOf(3)
    const missing = [flags((row) => row % 4 !== 0), flags((row) => row % 4 !== 0)]
    const { completed, rows } = replayOrder({ missing, failed: [none, none], meanUsd: [1, 2] }, facts, 1)
    assert.strictEqual(completed, 0)
    assert.strictEqual(rows.length, 1_500)
    assert.strictEqual(new Set(rows).size, 1_500)
    assert.isTrue(rows.every((row) => row % 4 !== 0))
    const first = Uint8Array.from({ length: N })
    for (const row of rows.subarray(0, 500)) first[row] = 1
    assert.isTrue(looksRandom(facts, first))
  })

  it("completes what was begun first, the cheaper set of missing tiers before, where it began at random", () => {
    const random = seededRandom(7)
    const kind = Array.from({ length: N }, () => random.integer(10))
    const missing = [flags((row) => kind[row]! > 1), flags((row) => kind[row] !== 1)]
    const { completed, rows } = replayOrder({ missing, failed: [none, none], meanUsd: [1, 5] }, factsOf(4), 1)
    // Kind 0 lacks the dear tier, kind 1 nothing, the others both.
    assert.strictEqual(completed, kind.filter((k) => k === 0).length)
    assert.isTrue(rows.subarray(0, completed).every((row) => kind[row] === 0))
    assert.isFalse(rows.some((row) => kind[row] === 1))
  })

  it("takes them like all others where long requests were begun, or where a call failed", () => {
    const facts = factsOf(5)
    const long = flags((row) => facts.chars[row]! > 150)
    const missing = [flags((row) => long[row] === 0), flags(() => true)]
    assert.strictEqual(replayOrder({ missing, failed: [none, none], meanUsd: [1, 5] }, facts, 1).completed, 0)
    const begun = flags((row) => row % 3 === 0)
    const lacking = { missing: [flags((row) => begun[row] === 0), flags(() => true)], meanUsd: [1, 5] }
    assert.isAbove(replayOrder({ ...lacking, failed: [none, none] }, facts, 1).completed, 600)
    assert.strictEqual(replayOrder({ ...lacking, failed: [none, begun] }, facts, 1).completed, 0)
  })

  it("is the same for the same seed, and another for another", () => {
    const calls = { missing: [flags(() => true)], failed: [none], meanUsd: [NaN] }
    const order = (seed: number) => [...replayOrder(calls, factsOf(1), seed).rows]
    assert.deepStrictEqual(order(1), order(1))
    assert.notDeepEqual(order(1), order(2))
  })
})
