import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { lastNumber } from "../../src/graders/ParsedNumber.ts"

const cases: ReadonlyArray<readonly [string, number | undefined]> = [
  ["the answer is 42.", 42],
  ["**42**", 42],
  ["(42),", 42],
  ["#### 18", 18],
  ["-5", -5],
  ["+7", 7],
  ["−5", -5],
  ["x=-3", -3],
  ["10 - 3 = 7", 7],
  ["from 3-4", 4],
  ["$1,234.56", 1234.56],
  ["-$5", -5],
  ["$-5", -5],
  ["$ 5", 5],
  ["1.234,56 €", 1234.56],
  ["1.234.567", 1_234_567],
  ["1'234", 1234],
  ["1 000 000", 1_000_000],
  ["12\u202f500", 12_500],
  ["3,14", 3.14],
  ["1,2,3", 3],
  ["1, 2", 2],
  [".5", 0.5],
  ["3/4", 0.75],
  ["1 3/4", 1.75],
  ["1½", 1.5],
  ["-½", -0.5],
  ["\\frac{3}{4}", 0.75],
  ["-1\\dfrac{1}{2}", -1.5],
  ["3/4/2020", 3],
  ["1/0", undefined],
  ["1.2e5", 120_000],
  ["1.2E-3", 0.0012],
  ["1.2 × 10^5", 120_000],
  ["1.2 \\times 10^{-5}", 0.000012],
  ["6·10⁵", 600_000],
  ["5 million", 5_000_000],
  ["€7 bn", 7e9],
  ["5k", 5000],
  ["300 K", 300],
  ["5 km^2", 5],
  ["5 m²", 5],
  ["CO2", undefined],
  ["v1.2", undefined],
  ["５", 5],
  ["none", undefined],
  ["", undefined]
]

describe("lastNumber", () => {
  it.each(cases)("%j is %j", (text, expected) => assert.strictEqual(lastNumber(text)?.value, expected))

  it("tells percentages apart", () => {
    for (const text of ["50%", "50 %", "50 percent", "50\\%", "about 50 per cent."]) {
      assert.deepStrictEqual(lastNumber(text), { value: 50, percent: true })
    }
    assert.deepStrictEqual(lastNumber("50 percentiles"), { value: 50, percent: false })
  })

  const Cents = Schema.Int.check(Schema.isBetween({ minimum: -999_999_999, maximum: 999_999_999 }))
  it.prop("reads what Intl writes, in English and German", [Cents], ([n]) => {
    const value = n / 100
    for (const locale of ["en-US", "de-DE"]) {
      const text = new Intl.NumberFormat(locale, { style: "currency", currency: "USD" }).format(value)
      assert.strictEqual(lastNumber(`The total is ${text}.`)?.value, value, text)
    }
  })
  it.prop("reads what JavaScript writes", [Schema.Finite], ([n]) => {
    assert.strictEqual(lastNumber(`x = ${n}`)?.value, n === 0 ? 0 : n)
  })
})
