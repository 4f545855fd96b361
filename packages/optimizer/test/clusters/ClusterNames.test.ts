import { assert, describe, it } from "@effect/vitest"
import { clusterNames } from "../../src/clusters/ClusterNames.ts"

const WORDS = ["refund", "invoice", "order", "proof", "of", "000", "", "返金", "late", "refund"]
const told = (...of: ReadonlyArray<readonly [id: number, weight: number]>) => of.map(([id, weight]) => ({ id, weight }))

describe("clusterNames", () => {
  it("takes the three heaviest words", () => {
    assert.deepStrictEqual(clusterNames([told([0, 4], [1, 3], [2, 2], [3, 1])], WORDS), [
      "untasked.refund-invoice-order"
    ])
  })

  it("passes over short words, numbers and unknown words", () => {
    assert.deepStrictEqual(clusterNames([told([4, 9], [5, 8], [6, 7], [7, 2], [3, 1])], WORDS), [
      "untasked.返金-proof"
    ])
  })

  it("gives a word to the cluster that it weighs most for, and to one only", () => {
    assert.deepStrictEqual(clusterNames([told([0, 4], [1, 3]), told([0, 5], [2, 1])], WORDS), [
      "untasked.invoice",
      "untasked.refund-order"
    ])
    assert.deepStrictEqual(clusterNames([told([0, 4]), told([9, 4])], WORDS), ["untasked.refund", "untasked.cluster-2"])
  })

  it("numbers clusters without a word to name", () => {
    assert.deepStrictEqual(clusterNames([[], told([5, 1])], WORDS), ["untasked.cluster-1", "untasked.cluster-2"])
  })
})
