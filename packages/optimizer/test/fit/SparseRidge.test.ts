import { assert, describe, it } from "@effect/vitest"
import { Matrix, solve } from "ml-matrix"
import type { RidgeInputs } from "../../src/fit/RidgeInputs.ts"
import { fitSparseRidge, predictRows } from "../../src/fit/SparseRidge.ts"
import { SparseRowsBuilder } from "../../src/fit/SparseRows.ts"
import { type SeededRandom, seededRandom } from "../../src/statistics/SeededRandom.ts"

const COLUMNS = 64
const DENSE = 3
const PENALTIES = [0.5, 2, 8]

const inputsOf = (n: number, random: SeededRandom): RidgeInputs => {
  const builder = new SparseRowsBuilder(COLUMNS, n)
  for (let i = 0; i < n; i++) {
    const indices = Uint32Array.from({ length: COLUMNS }, (_, j) => j).filter(() => random.uniform() < 0.2)
    const values = Float32Array.from(indices, () => random.uniform())
    builder.add({ indices, values, length: indices.length })
  }
  const dense = Float64Array.from({ length: n * DENSE }, () => 2 * random.uniform() - 1)
  return { hashed: builder.finish(), dense, denseColumns: DENSE }
}

const targetsOf = (rows: Uint32Array, count: number, random: SeededRandom) =>
  Array.from({ length: count }, () => Float64Array.from(rows, () => random.uniform()))

/** Intercept and weights by the normal equations; dense weights as a penalty of 1 / 0.2^2 on them leaves them. */
const solveDirectly = ({ dense, hashed }: RidgeInputs, rows: Uint32Array, target: Float64Array, penalty: number) => {
  const size = COLUMNS + DENSE + 1
  const normal = Matrix.zeros(size, size), right = Matrix.zeros(size, 1)
  rows.forEach((row, i) => {
    const x = new Float64Array(size)
    for (let e = hashed.offsets[row]!; e < hashed.offsets[row + 1]!; e++) x[hashed.indices[e]!] = hashed.values[e]!
    x.set(dense.subarray(row * DENSE, (row + 1) * DENSE), COLUMNS)
    x[size - 1] = 1
    for (let j = 0; j < size; j++) {
      right.set(j, 0, right.get(j, 0) + x[j]! * target[i]!)
      for (let k = 0; k < size; k++) normal.set(j, k, normal.get(j, k) + x[j]! * x[k]!)
    }
  })
  for (let j = 0; j < size - 1; j++) {
    normal.set(j, j, normal.get(j, j) + (j < COLUMNS ? penalty : penalty / 0.2 ** 2))
  }
  return solve(normal, right).to1DArray()
}

describe("sparse ridge", () => {
  it("solves the normal equations for every penalty, where a few iterations can", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed)
      const inputs = inputsOf(12, random)
      // Six rows less their mean span five dimensions, so conjugate gradients end before the last iteration.
      const rows = Uint32Array.of(0, 2, 3, 7, 8, 11)
      const targets = targetsOf(rows, 1 + seed % 7, random)
      fitSparseRidge(inputs, rows, targets, PENALTIES).forEach((byPenalty, t) =>
        byPenalty.forEach(({ dense, hashed, intercept }, p) => {
          const expected = solveDirectly(inputs, rows, targets[t]!, PENALTIES[p]!)
          const found = [...hashed, ...dense, intercept]
          found.forEach((w, j) => assert.closeTo(w, expected[j]!, 1e-9, `seed ${seed}, target ${t}, weight ${j}`))
        })
      )
    }
  })

  it("gives a target the same model to the last bit whatever stands beside it, also one without any residual", () => {
    const random = seededRandom(3)
    const inputs = inputsOf(200, random)
    const rows = Uint32Array.from({ length: 150 }, (_, i) => i)
    const targets = [...targetsOf(rows, 6, random), new Float64Array(rows.length).fill(0.25)]
    const together = fitSparseRidge(inputs, rows, targets, PENALTIES)
    targets.forEach((target, t) =>
      assert.deepStrictEqual(together[t], fitSparseRidge(inputs, rows, [target], PENALTIES)[0], `target ${t}`)
    )
    for (const { hashed, intercept } of together.at(-1)!) {
      assert.strictEqual(intercept, 0.25)
      assert.isTrue(hashed.every((w) => w === 0))
    }
  })

  it("predicts rows by all models at once", () => {
    const random = seededRandom(4)
    const inputs = inputsOf(60, random)
    const rows = Uint32Array.from({ length: 40 }, (_, i) => i), others = Uint32Array.of(41, 50, 59)
    const models = fitSparseRidge(inputs, rows, targetsOf(rows, 5, random), [1]).map(([model]) => model!)
    const seen: Array<number> = []
    predictRows(models, inputs, others, (row, predicted) => {
      seen.push(row)
      models.forEach(({ dense, hashed, intercept }, t) => {
        let sum = intercept
        const from = inputs.hashed.offsets[row]!, end = inputs.hashed.offsets[row + 1]!
        for (let e = from; e < end; e++) sum += inputs.hashed.values[e]! * hashed[inputs.hashed.indices[e]!]!
        dense.forEach((w, d) => sum += w * inputs.dense[row * DENSE + d]!)
        assert.closeTo(predicted[t]!, sum, 1e-12)
      })
    })
    assert.deepStrictEqual(seen, [...others])
  })
})
