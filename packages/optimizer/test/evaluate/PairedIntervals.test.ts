import { assert, describe, it } from "@effect/vitest"
import type { Dataset } from "../../src/data/Dataset.ts"
import { pairedIntervals } from "../../src/evaluate/PairedIntervals.ts"
import { meanAndVariance } from "../../src/statistics/Moments.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

/** Two tiers on `groups` groups of `copies` equal requests each, and the point that always takes the cheap tier. */
const twoTiers = (groups: number, copies: number) => {
  const random = seededRandom(9)
  const n = groups * copies
  const group = Uint32Array.from({ length: n }, (_, row) => Math.floor(row / copies))
  const byGroup = (p: number) => {
    const drawn = Float64Array.from({ length: groups }, () => random.uniform() < p ? 1 : 0)
    return Float64Array.from(group, (g) => drawn[g]!)
  }
  const quality = [byGroup(0.6), byGroup(0.8)]
  const costUsd = [new Float64Array(n).fill(1), new Float64Array(n).fill(3)]
  // What the intervals read of a data set.
  const data = { n, tiers: ["small", "large"], flagship: 1, quality, costUsd, group } as unknown as Dataset
  const rows = Uint32Array.from({ length: n }, (_, row) => row)
  const always = (k: number) => ({
    quality: quality[k]!,
    costUsd: costUsd[k]!,
    latencyMs: new Float64Array(n),
    accepted: new Uint8Array(n).fill(k),
    shares: Float64Array.from([1 - k, k])
  })
  return { data, rows, points: [always(0), always(1)] }
}

describe("pairedIntervals", () => {
  for (const [groups, copies] of [[1_000, 1], [1_000, 4], [9_000, 1]] as const) {
    it(`have the width of ${groups} independent groups, whatever their size (${copies}) and however they are blocked`, () => {
      const { data, points, rows } = twoTiers(groups, copies)
      const { points: [cheap] } = pairedIntervals(data, rows, points, 1)
      const [low, high] = cheap!.quality_difference!
      const { mean, variance } = meanAndVariance(data.quality[0]!.map((y, row) => y - data.quality[1]![row]!))
      const expected = 2 * 1.96 * Math.sqrt(variance / groups)
      assert.closeTo((high - low) / expected, 1, 0.12)
      assert.closeTo((low + high) / 2, mean, 0.2 * expected)
      assert.closeTo(cheap!.saving![0], 2 / 3, 1e-12)
    })
  }

  it("find no gain in points that are the tiers themselves, whose mix is the zero router", () => {
    const { data, points, rows } = twoTiers(2_500, 1)
    const { gap } = pairedIntervals(data, rows, points, 1)
    for (const bound of [...gap.gain_over_zero!, ...gap.oracle_gap_closed!, ...gap.oracle_gap_closed_auc!]) {
      assert.closeTo(bound, 0, 1e-12)
    }
  })

  it("are null for a single group", () => {
    const { data, points, rows } = twoTiers(1, 5)
    const { gap, points: [cheap] } = pairedIntervals(data, rows, points, 1)
    assert.isNull(gap.oracle_gap_closed_auc)
    assert.isNull(cheap!.quality_difference)
  })
})
