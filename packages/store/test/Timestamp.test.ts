import { assert, describe, it } from "@effect/vitest"
import { formatTimestamp, parseTimestamp } from "@spillway/store"

describe("parseTimestamp", () => {
  const noon = BigInt(Date.UTC(2026, 0, 31, 12)) * 1000n
  it.each([
    ["2026-01-31T12:00:00Z", noon],
    ["2026-01-31T12:00:00.000Z", noon],
    ["2026-01-31T12:00:00.5Z", noon + 500_000n],
    ["2026-01-31T12:00:00.123456Z", noon + 123_456n],
    ["2026-01-31T12:00:00.1234569Z", noon + 123_456n],
    ["2026-01-31T12:00:00.12345+00:00", noon + 123_450n],
    ["2026-01-31 12:00:00", noon],
    ["2026-01-31T12:00", noon],
    ["2026-01-31t12:00:00z", noon],
    ["2026-01-31T13:30:00+01:30", noon],
    ["2026-01-31 13:00:00+01", noon],
    ["2026-01-31T07:00:00-0500", noon],
    ["2026-01-31 12:00:00 Z", noon],
    ["2026-01-31", noon - 12n * 3_600_000_000n],
    ["1969-12-31T23:59:59.999999Z", -1n]
  ])("reads %s", (text, expected) => assert.strictEqual(parseTimestamp(text), expected))

  it.each(["", "yesterday", "1769860800", "2026-13-01", "2026-01-31T25:00:00Z", "31/01/2026", "2026-01-31T12"])(
    "refuses %s",
    (text) => assert.isUndefined(parseTimestamp(text))
  )

  it("is undone by formatTimestamp, before 1970 too", () => {
    for (const microseconds of [0n, -1n, -1_000n, -999_999n, 1n, 123_456n, noon, noon + 7n, -62_000_000_000_000_001n]) {
      assert.strictEqual(parseTimestamp(formatTimestamp(microseconds)), microseconds)
    }
    assert.strictEqual(formatTimestamp(noon), "2026-01-31T12:00:00.000Z")
    assert.strictEqual(formatTimestamp(noon + 1n), "2026-01-31T12:00:00.000001Z")
  })
})
