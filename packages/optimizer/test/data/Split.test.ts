import { assert, describe, it } from "@effect/vitest"
import { orderedRows } from "../../src/data/RowOrder.ts"
import { splitByGroupAndTime } from "../../src/data/Split.ts"

describe("the split", () => {
  it("certifies on the newest rows, and not on rows without a time in their place", () => {
    const ts = Float64Array.of(5, NaN, 1, 4, NaN, 2, NaN, 3)
    const group = Uint32Array.from(ts.keys())
    const { certify, develop } = splitByGroupAndTime(group, orderedRows({ n: ts.length, group, ts }, { seed: 1 }), 0.25)
    assert.deepStrictEqual([...certify], [3, 0])
    assert.lengthOf(develop, ts.length - certify.length)
  })
})
