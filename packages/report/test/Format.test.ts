import { assert, describe, it } from "vitest"
import {
  exactPercent,
  latency,
  percent,
  price,
  pValue,
  qualityDifference,
  shares,
  usd,
  usdPerThousand
} from "../src/Format.ts"

describe("Format", () => {
  it("shows money with two decimals or three significant digits", () => {
    assert.deepStrictEqual(
      [0, 12.345, 1, .936123, .0123456, .00000987, 1234.5, 1234567, -.5].map(usd),
      ["$0.00", "$12.35", "$1.00", "$0.936", "$0.0123", "$0.00000987", "$1,235", "$1,234,567", "-$0.500"]
    )
    assert.strictEqual(usdPerThousand(.000741), "$0.741")
    assert.deepStrictEqual([.1, 2, .075, 15].map(price), ["$0.10", "$2.00", "$0.075", "$15.00"])
  })

  it("shows shares, differences, times and p-values", () => {
    assert.strictEqual(percent(.62005), "62.0\u00a0%")
    assert.strictEqual(exactPercent(.985), "98.5\u00a0%")
    assert.strictEqual(exactPercent(1 - .9), "10\u00a0%")
    assert.deepStrictEqual([.0123, 0, -.0004, -.02].map(qualityDifference), ["+0.012", "0.000", "0.000", "-0.020"])
    assert.deepStrictEqual([842.4, 9999, 12_345].map(latency), ["842 ms", "9,999 ms", "12.3 s"])
    assert.deepStrictEqual([.00001, .0231, 1].map(pValue), ["< 0.0001", "0.0231", "1.0000"])
    assert.strictEqual(shares({ a: .25, b: 0, c: .75 }), "a 25.0\u00a0%, c 75.0\u00a0%")
  })

  it("shows what is unknown as unknown, not as zero", () => {
    for (const format of [usd, percent, latency, price, pValue, qualityDifference]) {
      for (const value of [undefined, null, Number.NaN, Infinity]) assert.strictEqual(format(value), "–")
    }
    assert.strictEqual(shares({}), "–")
  })
})
