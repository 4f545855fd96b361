import { assert, describe, it } from "@effect/vitest"
import { SparseRowsBuilder } from "../../src/fit/SparseRows.ts"
import { kMeans } from "../../src/newTier/KMeans.ts"
import { randomProjection } from "../../src/newTier/RandomProjection.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

/** Points around four far corners of a square, in turn. */
const corners = (n: number, seed: number) => {
  const random = seededRandom(seed)
  return Float64Array.from({ length: 2 * n }, (_, j) => {
    const corner = Math.floor(j / 2) % 4
    return (j % 2 === 0 ? corner & 1 : corner >> 1) * 10 + random.normal()
  })
}

/** Within-cluster sum of squares, with the means of the clusters as their centers. */
const withinSquares = (points: Float64Array, dimensions: number, cluster: Uint32Array): number => {
  let total = 0
  for (const c of new Set(cluster)) {
    const rows = [...cluster.keys()].filter((i) => cluster[i] === c)
    for (let d = 0; d < dimensions; d++) {
      const mean = rows.reduce((sum, i) => sum + points[i * dimensions + d]!, 0) / rows.length
      total += rows.reduce((sum, i) => sum + (points[i * dimensions + d]! - mean) ** 2, 0)
    }
  }
  return total
}

describe("kMeans", () => {
  it("finds clusters that lie apart", () => {
    let found = 0
    for (let seed = 0; seed < 20; seed++) {
      const cluster = kMeans(corners(200, seed), 2, 4, seed)
      const names = [0, 1, 2, 3].map((corner) => cluster[corner])
      if (new Set(names).size === 4 && cluster.every((c, i) => c === names[i % 4])) found += 1
    }
    // A start with two centers in one corner is rare, and not mended.
    assert.isAtLeast(found, 18)
  })

  it("leaves every point with its nearest center, so no single move makes it better", () => {
    const random = seededRandom(8)
    const points = Float64Array.from({ length: 3 * 60 }, () => random.normal())
    const cluster = kMeans(points, 3, 5, 1)
    const before = withinSquares(points, 3, cluster)
    assert.isBelow(before, withinSquares(points, 3, new Uint32Array(60)))
    const centers = [0, 1, 2, 3, 4].map((c) =>
      [0, 1, 2].map((d) => {
        const rows = [...cluster.keys()].filter((i) => cluster[i] === c)
        return rows.reduce((sum, i) => sum + points[i * 3 + d]!, 0) / rows.length
      })
    )
    for (let i = 0; i < 60; i++) {
      const distances = centers.map((center) => center.reduce((sum, v, d) => sum + (points[i * 3 + d]! - v) ** 2, 0))
      assert.strictEqual(distances.indexOf(Math.min(...distances)), cluster[i])
    }
  })

  it("is the same for the same seed", () => {
    const points = corners(300, 3)
    assert.deepStrictEqual(kMeans(points, 2, 7, 11), kMeans(points, 2, 7, 11))
    assert.notDeepEqual(kMeans(points, 2, 7, 11), kMeans(points, 2, 7, 12))
  })

  it("makes no more clusters than there are distinct points", () => {
    const cluster = kMeans(Float64Array.from([1, 1, 1, 5, 5]), 1, 4, 1)
    assert.strictEqual(new Set(cluster).size, 2)
    assert.strictEqual(cluster[0], cluster[2])
    assert.notStrictEqual(cluster[0], cluster[4])
    assert.strictEqual(kMeans(new Float64Array(0), 3, 4, 1).length, 0)
  })
})

describe("randomProjection", () => {
  const rowsOf = (texts: ReadonlyArray<ReadonlyArray<number>>) => {
    const builder = new SparseRowsBuilder(1_024)
    for (const buckets of texts) {
      builder.add({
        indices: Uint32Array.from(buckets),
        values: new Float32Array(buckets.length).fill(1 / Math.sqrt(buckets.length)),
        length: buckets.length
      })
    }
    return builder.finish()
  }

  it("keeps the angles between rows, on average", () => {
    const random = seededRandom(4)
    const texts = Array.from({ length: 60 }, () => Array.from({ length: 40 }, (_, j) => j * 25 + random.integer(6)))
    const out = randomProjection(rowsOf(texts), 256, 1)
    const frequency = new Map<number, number>()
    for (const bucket of texts.flat()) frequency.set(bucket, (frequency.get(bucket) ?? 0) + 1)
    const rarity = (bucket: number) => Math.log(61 / frequency.get(bucket)!)
    const squares = (text: ReadonlyArray<number>) => text.reduce((sum, b) => sum + rarity(b) ** 2, 0)
    let error = 0, pairs = 0
    for (let a = 0; a < 60; a++) {
      for (let b = 0; b < a; b++) {
        let dot = 0
        for (let d = 0; d < 256; d++) dot += out[a * 256 + d]! * out[b * 256 + d]!
        const shared = texts[a]!.filter((bucket) => texts[b]!.includes(bucket))
        const cosine = squares(shared) / Math.sqrt(squares(texts[a]!) * squares(texts[b]!))
        error += (dot - cosine) ** 2
        pairs += 1
      }
    }
    assert.isBelow(Math.sqrt(error / pairs), 0.1)
  })

  it("gives rows of length 1, and 0 for a row without words", () => {
    const out = randomProjection(rowsOf([[1, 2, 3], [], [4]]), 64, 1)
    const length = (row: number) => Math.hypot(...out.subarray(row * 64, (row + 1) * 64))
    assert.closeTo(length(0), 1, 1e-12)
    assert.strictEqual(length(1), 0)
    assert.closeTo(length(2), 1, 1e-12)
  })
})
