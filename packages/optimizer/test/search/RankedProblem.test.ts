import { assert, describe, it } from "@effect/vitest"
import { rankScores } from "../../src/search/RankedProblem.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

describe("rankScores", () => {
  it("puts an edge into the middle of a wide gap, however few the bins", () => {
    const { uniform } = seededRandom(2)
    for (const low of [290, 313, 387, 501]) {
      const score = Float64Array.from({ length: 1_000 }, (_, i) => (i < low ? 0 : 0.9) + 0.1 * uniform())
      const inner = [...rankScores(score, 16).edges].filter((edge) => edge > 0.1 && edge < 0.9)
      assert.strictEqual(inner.length, 1, `${low} low scores`)
      assert.closeTo(inner[0]!, 0.5, 0.01)
    }
  })

  it("keeps the order of scores, their ties, and bins of at most twice the even mass", () => {
    const { integer, uniform } = seededRandom(4)
    for (let draw = 0; draw < 50; draw++) {
      const n = 20 + integer(400), bins = 2 + integer(40), levels = draw % 2 === 0 ? 1e9 : 30
      const score = Float64Array.from({ length: n }, () => Math.floor(levels * uniform()) / levels)
      const ranking = rankScores(score, bins)
      assert.isAtMost(ranking.bins, bins)
      const mass = new Uint32Array(ranking.bins)
      for (let i = 0; i < n; i++) {
        const rank = ranking.rank[i]!
        mass[rank]! += 1
        assert.isTrue(score[i]! >= ranking.edges[rank]! && score[i]! < ranking.edges[rank + 1]!)
      }
      if (levels > 30) { for (const of of mass) assert.isAtMost(of, 2 * Math.ceil(n / bins)) }
    }
  })
})
