import { assert, describe, it } from "@effect/vitest"
import { clusterBootstrap } from "../../src/statistics/ClusterBootstrap.ts"
import { groupRows } from "../../src/statistics/Groups.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

const difference = (means: Float64Array) => [means[0]! - means[1]!]

describe("clusterBootstrap", () => {
  it("covers the true difference about as often as it says", () => {
    for (const method of ["bca", "percentile"] as const) {
      const random = seededRandom(11)
      let covered = 0
      const trials = 300
      for (let trial = 0; trial < trials; trial++) {
        const a = Float64Array.from({ length: 120 }, () => random.uniform() ** 3)
        const b = a.map((value) => value * 0.5 + (random.uniform() < 0.3 ? 0.2 : 0))
        const [interval] = clusterBootstrap({
          columns: [a, b],
          groups: groupRows(a.length),
          statistics: difference,
          seed: trial,
          confidence: 0.9,
          resamples: 400,
          method
        })
        const truth = 0.25 - (0.125 + 0.06)
        if (interval!.low <= truth && truth <= interval!.high) covered++
      }
      assert.isAbove(covered / trials, 0.85, method)
      assert.isBelow(covered / trials, 0.95, method)
    }
  })

  it("is as wide for ten copies of each row as for the rows alone", () => {
    const random = seededRandom(5)
    const rows = Float64Array.from({ length: 200 }, () => random.uniform())
    const copies = Float64Array.from({ length: 2_000 }, (_, i) => rows[Math.floor(i / 10)]!)
    const run = (column: Float64Array, keys: Array<number>) =>
      clusterBootstrap({
        columns: [column],
        groups: groupRows(column.length, keys),
        statistics: (m) => [m[0]!],
        seed: 1
      })[0]!
    const alone = run(rows, Array.from(rows, (_, i) => i))
    const copied = run(copies, Array.from(copies, (_, i) => Math.floor(i / 10)))
    assert.closeTo(copied.low, alone.low, 1e-9)
    assert.closeTo(copied.high, alone.high, 1e-9)
    assert.closeTo(alone.standardError, Math.sqrt(1 / 12 / 200), 0.002)
  })

  it("repeats by seed and admits that one group says nothing about spread", () => {
    const column = [0.2, 0.4, 0.9, 0.1]
    const run = (keys: Array<number>, seed: number) =>
      clusterBootstrap({ columns: [column], groups: groupRows(4, keys), statistics: (m) => [m[0]!], seed })[0]!
    assert.deepStrictEqual(run([1, 2, 3, 4], 9), run([1, 2, 3, 4], 9))
    assert.strictEqual(run([7, 7, 7, 7], 1).low, -Infinity)
  })

  it("corrects the skew that the percentile interval misses", () => {
    const random = seededRandom(3)
    const column = Float64Array.from({ length: 60 }, () => -Math.log(1 - random.uniform()))
    const run = (method: "bca" | "percentile") =>
      clusterBootstrap({ columns: [column], groups: groupRows(60), statistics: (m) => [m[0]!], seed: 2, method })[0]!
    assert.isAbove(run("bca").high, run("percentile").high)
    assert.isAbove(run("bca").low, run("percentile").low)
  })
})
