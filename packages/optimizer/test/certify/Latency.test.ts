import { assert, describe, it } from "vitest"
import { EXCEED, latencyPValue, neededForLatency, passingShare } from "../../src/certify/Latency.ts"
import { binomialAtMost } from "../../src/statistics/Binomial.ts"
import { groupRows } from "../../src/statistics/Groups.ts"

/** The chance that the test passes on n requests, by trying every count of late ones. */
const chanceToPass = (n: number, share: number, alpha: number): number => {
  let chance = 0
  for (let late = 0; late <= n; late++) {
    const ms = Float64Array.from({ length: n }, (_, i) => i < late ? 2 : 1)
    if (latencyPValue(ms, { capMs: 1 }, groupRows(n), 1) > alpha) break
    chance = binomialAtMost(late, n, share)
  }
  return chance
}

describe("the share of late requests that passes", () => {
  it("does so with just the chance asked for, on few requests and many", () => {
    for (const n of [60, 150, 469, 1_000]) {
      for (const alpha of [0.01, 0.05]) {
        for (const power of [0.5, 0.8]) {
          const share = passingShare(n, alpha, power)
          if (share === undefined) {
            assert.strictEqual(chanceToPass(n, 0, alpha), 0, `${n} requests, alpha ${alpha}`)
            continue
          }
          assert.isBelow(share, EXCEED)
          assert.closeTo(chanceToPass(n, share, alpha), power, 1e-6, `${n} requests, alpha ${alpha}`)
        }
      }
    }
    assert.isUndefined(passingShare(40, 0.05, 0.5))
  })

  it("needs about as many requests as it passes on, and no number helps above the promise", () => {
    for (const n of [300, 1_000, 10_000]) {
      const needed = neededForLatency(passingShare(n, 0.05, 0.8)!, 0.05)
      assert.isAbove(needed, 0.85 * n)
      assert.isBelow(needed, 1.15 * n)
    }
    assert.strictEqual(neededForLatency(EXCEED, 0.05), Infinity)
  })
})
