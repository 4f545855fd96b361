import { assert, describe, it } from "@effect/vitest"
import { sphericalKMeans, type UnitRows } from "../../src/clusters/SphericalKMeans.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

/** Unit vectors of equal entries at some columns each. */
const rowsOf = (columns: number, entries: ReadonlyArray<ReadonlyArray<number>>): UnitRows => {
  const offsets = [0]
  for (const of of entries) offsets.push(offsets.at(-1)! + of.length)
  return {
    n: entries.length,
    columns,
    offsets: Uint32Array.from(offsets),
    columnOf: Uint32Array.from(entries.flatMap((of) => of.toSorted((a, b) => a - b))),
    values: Float64Array.from(entries.flatMap((of) => of.map(() => 1 / Math.sqrt(of.length))))
  }
}

/** Vectors of 8 columns out of the 20 of their kind, kinds in turn. */
const kinds = (n: number, count: number, seed: number) => {
  const random = seededRandom(seed)
  return rowsOf(
    20 * count,
    Array.from({ length: n }, (_, i) => {
      const drawn = new Set<number>()
      while (drawn.size < 8) drawn.add(20 * (i % count) + random.integer(20))
      return [...drawn]
    })
  )
}

describe("sphericalKMeans", () => {
  it("finds kinds that share no column, where there are clusters enough", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { assigned, clusters } = sphericalKMeans(kinds(300, 4, seed), 8, 1, seed)
      for (let c = 0; c < clusters; c++) {
        const within = [...assigned.keys()].filter((i) => assigned[i] === c).map((i) => i % 4)
        assert.isAtMost(new Set(within).size, 1, `seed ${seed}, cluster ${c}`)
      }
    }
  })

  it("has centroids of length 1, and every vector at the one of the greatest cosine", () => {
    const rows = kinds(200, 3, 5)
    const { assigned, centroids, clusters } = sphericalKMeans(rows, 5, 1, 5)
    const cosine = (row: number, c: number) => {
      let sum = 0
      for (let e = rows.offsets[row]!; e < rows.offsets[row + 1]!; e++) {
        sum += rows.values[e]! * centroids[rows.columnOf[e]! * clusters + c]!
      }
      return sum
    }
    for (let c = 0; c < clusters; c++) {
      let squares = 0
      for (let j = 0; j < rows.columns; j++) squares += centroids[j * clusters + c]! ** 2
      assert.approximately(squares, 1, 1e-9)
    }
    for (let row = 0; row < rows.n; row++) {
      const own = cosine(row, assigned[row]!)
      for (let c = 0; c < clusters; c++) assert.isAtMost(cosine(row, c), own + 1e-9)
    }
  })

  it("is the same for the same seed", () => {
    const rows = kinds(200, 4, 2)
    assert.deepStrictEqual(sphericalKMeans(rows, 6, 10, 3), sphericalKMeans(rows, 6, 10, 3))
  })

  it("gives up clusters that are too small, and puts their vectors elsewhere", () => {
    const random = seededRandom(1)
    for (let round = 0; round < 30; round++) {
      const least = random.integer(60)
      const { assigned, clusters } = sphericalKMeans(kinds(200, 5, round), 16, least, round)
      const sizes = Array.from({ length: clusters }, (_, c) => assigned.filter((of) => of === c).length)
      assert.strictEqual(sizes.reduce((a, b) => a + b, 0), 200)
      for (const size of sizes) assert.isAtLeast(size, least)
    }
    assert.strictEqual(sphericalKMeans(kinds(30, 2, 1), 4, 31, 1).clusters, 0)
  })

  it("makes one cluster of equal vectors, and none of nothing", () => {
    const equal = rowsOf(5, Array.from({ length: 40 }, () => [0, 2, 3]))
    const { assigned, clusters } = sphericalKMeans(equal, 8, 1, 1)
    assert.strictEqual(clusters, 1)
    assert.isTrue(assigned.every((c) => c === 0))
    assert.strictEqual(sphericalKMeans(rowsOf(5, []), 8, 1, 1).clusters, 0)
  })
})
