import { assert, describe, it } from "vitest"
import { hull } from "../../src/search/Hull.ts"
import { coverByPrice } from "../../src/search/LambdaGrid.ts"
import { uniform } from "./problems.ts"

/** Points on a small grid, so that many are equal or in line. */
const pointsAt = (seed: number) => {
  const random = uniform(seed)
  return Array.from({ length: 1 + seed % 12 }, () => ({
    cost: Math.floor(6 * random()),
    quality: Math.floor(6 * random())
  }))
}

type Point = ReturnType<typeof pointsAt>[number]

/** Whether `p` is equalled or beaten by a mix of `a` and `b` at no more cost. All numbers are small integers. */
const beatenByMix = (p: Point, a: Point, b: Point): boolean =>
  a.cost < b.cost && a.cost <= p.cost && p.cost <= b.cost &&
  p.quality * (b.cost - a.cost) <= a.quality * (b.cost - p.cost) + b.quality * (p.cost - a.cost)

describe("hull", () => {
  it("is every point that no other point and no mix of two others equals, by trying all", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const points = pointsAt(seed)
      const expected = points.map((_, i) => i).filter((i) => {
        const p = points[i]!
        const others = points.filter((q) => q.cost !== p.cost || q.quality !== p.quality)
        const beaten = points.some((q, j) =>
          j !== i && q.cost <= p.cost && q.quality >= p.quality && (q.cost < p.cost || q.quality > p.quality || j < i)
        )
        return !beaten && !others.some((a) => others.some((b) => beatenByMix(p, a, b)))
      }).toSorted((i, j) => points[i]!.cost - points[j]!.cost)
      const found = hull(points.map((p) => p.cost), points.map((p) => p.quality))
      assert.deepStrictEqual(found, expected, `seed ${seed}: ${JSON.stringify(points)}`)
    }
  })
})

describe("prices that cover a frontier", () => {
  it("find all of a finite hull when points are allowed without end", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const points = pointsAt(seed)
      const search = (lambda: number) => ({
        lambda,
        ...points.reduce((best, p) => p.quality - lambda * p.cost > best.quality - lambda * best.cost ? p : best)
      })
      const found = coverByPrice(search, [1e-6, 1e6], { points: 100, gap: 0 })
      const expected = hull(points.map((p) => p.cost), points.map((p) => p.quality)).map((i) => points[i]!)
      assert.deepStrictEqual(
        found.map(({ cost, quality }) => ({ cost, quality })),
        expected,
        `seed ${seed}: ${JSON.stringify(points)}`
      )
    }
  })
})
