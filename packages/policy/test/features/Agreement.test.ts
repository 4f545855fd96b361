import { assert, describe, it } from "@effect/vitest"
import { agreement } from "@spillway/policy"
import { Schema } from "effect"

describe("agreement", () => {
  it.each([
    ["Billing", " billing.", 1],
    ["B", "(b)", 1],
    ["The answer is (B)", "B) Paris", 1],
    ["A", "B", 0],
    ["42", "The answer is 42.0", 1],
    ["1,250", "$1250", 1],
    ["-5", "5", 0],
    ["Step one. Step two gives 7. #### 12", "It is 3 * 4.\nAnswer: 12", 1],
    ["\\boxed{3/4}", "\\boxed{3/4}.", 1],
    ["{\"a\":1,\"b\":[2]}", "```json\n{ \"b\": [2], \"a\": 1 }\n```", 1],
    ["{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}", 1 / 3],
    ["[]", "{}", 0],
    ["red green", "green blue", 1 / 3],
    ["", "", 1],
    ["", "something", 0]
  ])("of %j and %j is %d", (a, b, expected) => {
    assert.approximately(agreement(a, b), expected, 1e-12)
  })

  it.prop("is symmetric, in [0, 1] and 1 with itself", [Schema.String, Schema.String], ([a, b]) => {
    const value = agreement(a, b)
    assert.strictEqual(agreement(b, a), value)
    assert.isTrue(value >= 0 && value <= 1)
    assert.strictEqual(agreement(a, a), 1)
  }, { arbitrary: { runs: 300 } })
})
