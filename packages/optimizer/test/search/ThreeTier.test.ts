import { assert, describe, it } from "vitest"
import { rankScores } from "../../src/search/RankedProblem.ts"
import { bestPairOfCuts } from "../../src/search/ThreeTier.ts"
import { uniform } from "./problems.ts"

describe("the best pair of cuts", () => {
  it("is that of trying all pairs, whatever the three choices are worth", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = uniform(seed), n = 1 + seed % 18, levels = 1 + seed % 6
      const column = () => Float64Array.from({ length: n }, () => random() - 0.5)
      const ranking = () => rankScores(Float64Array.from({ length: n }, () => Math.floor(levels * random())))
      const first = ranking(), second = ranking()
      const accept1 = column(), accept2 = column(), otherwise = column()
      const sumAt = (a: number, b: number) =>
        accept1.reduce(
          (sum, value, i) => sum + (first.rank[i]! >= a ? value : second.rank[i]! >= b ? accept2[i]! : otherwise[i]!),
          0
        )
      const sums = Array.from({ length: first.bins + 1 }, (_, a) => a)
        .flatMap((a) => Array.from({ length: second.bins + 1 }, (_, b) => sumAt(a, b)))
      const found = bestPairOfCuts(first, second, accept1, accept2, otherwise)
      assert.closeTo(found.sum, Math.max(...sums), 1e-9, `seed ${seed}`)
      assert.closeTo(sumAt(found.first, found.second), found.sum, 1e-9, `seed ${seed}`)
    }
  })
})
