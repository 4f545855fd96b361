import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { parseObject } from "../src/JsonText.ts"

const reason = (text: string) =>
  Result.match(parseObject(text), { onFailure: (why) => why, onSuccess: () => undefined })

describe("parseObject", () => {
  it.each([
    "{}",
    "{\"a\":1,\"b\":{\"a\":2,\"c\":[{\"a\":3},{\"a\":4}]}}",
    "{ \"a\" : \"x\\\"b\\\":\", \"b\":\"\\\\\" , \"c\" : \"{\\\"a\\\":1}\"}",
    "{\"a\":[\"a\",\"a\"],\"a:\":null,\"\":\"\"}"
  ])("reads %s", (text) => assert.deepStrictEqual(parseObject(text), Result.succeed(JSON.parse(text))))

  it.each([
    ["{\"a\":1,\"b\":2,\"a\":3}", "the field `a` stands twice"],
    ["{\"a\":1,\"\\u0061\":3}", "the field `a` stands twice"],
    ["{\"a\":{\"x\":\"}\"},\"b\\\"\":1 , \"b\\\"\" :2}", "the field `b\"` stands twice"],
    ["{\"a\":NaN}", "not JSON: NaN and Infinity are no JSON numbers; write null"],
    ["{\"a\": [-Infinity]}", "not JSON: NaN and Infinity are no JSON numbers; write null"],
    ["[1]", "not a JSON object"],
    ["null", "not a JSON object"],
    ["\"x\"", "not a JSON object"]
  ])("refuses %s", (text, expected) => assert.strictEqual(reason(text), expected))

  it("says what is wrong with other text, without the text itself", () => {
    assert.match(reason("{\"secret\": sk-12}")!, /^not JSON: /)
    assert.notInclude(reason("{\"secret\": sk-12}")!, "secret")
    assert.match(reason("{\"a\":1")!, /^not JSON: /)
  })
})
