import { assert, describe, it } from "@effect/vitest"
import { durationMs, rateLimitsOf, retryAfterMs } from "@spillway/providers"

describe("rateLimitsOf", () => {
  it("reads OpenAI's headers", () => {
    assert.deepStrictEqual(
      rateLimitsOf({
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-remaining-tokens": "149984",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-reset-tokens": "6m0s"
      }),
      { remainingRequests: 59, remainingTokens: 149_984, resetRequestsMs: 1_000, resetTokensMs: 360_000 }
    )
    assert.isUndefined(rateLimitsOf({ "content-type": "application/json" }))
  })

  it("reads durations as providers write them", () => {
    const seen = {
      "120ms": 120,
      "1s": 1_000,
      "6m0s": 360_000,
      "1h30m0.5s": 5_400_500,
      "2m59.56s": 179_560,
      "1.5": 1_500
    }
    for (const [text, ms] of Object.entries(seen)) assert.closeTo(durationMs(text)!, ms, 1e-9, text)
    for (const text of ["", "soon", "-1s", "1 s"]) assert.isUndefined(durationMs(text), text)
  })
})

describe("retryAfterMs", () => {
  const now = Date.UTC(2026, 0, 1)
  it("reads seconds, an HTTP date and milliseconds", () => {
    assert.strictEqual(retryAfterMs({ "retry-after": "2" }, now), 2_000)
    assert.strictEqual(retryAfterMs({ "retry-after": "0.5" }, now), 500)
    assert.strictEqual(retryAfterMs({ "retry-after": "Thu, 01 Jan 2026 00:00:07 GMT" }, now), 7_000)
    assert.strictEqual(retryAfterMs({ "retry-after": "Wed, 31 Dec 2025 00:00:07 GMT" }, now), 0)
    assert.strictEqual(retryAfterMs({ "retry-after": "9", "retry-after-ms": "12.5" }, now), 12.5)
    assert.isUndefined(retryAfterMs({ "retry-after": "later" }, now))
    assert.isUndefined(retryAfterMs({}, now))
  })
})
