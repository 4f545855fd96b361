import { assert, describe, it } from "@effect/vitest"
import { chatUsageBody, chatUsageOf } from "@spillway/domain"

describe("chatUsageOf", () => {
  it("is undefined where the counts are missing or not numbers", () => {
    for (const raw of [undefined, null, {}, { prompt_tokens: 1 }, { prompt_tokens: "1", completion_tokens: 2 }]) {
      assert.isUndefined(chatUsageOf(raw))
    }
  })

  it("cuts parts to their whole (seen: cached > prompt, reasoning counted apart)", () => {
    const usage = chatUsageOf({
      prompt_tokens: 10,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 12, cache_write_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 300 }
    })
    assert.deepStrictEqual(usage, {
      input_tokens: 10,
      cached_input_tokens: 10,
      cache_write_tokens: 0,
      output_tokens: 5,
      reasoning_tokens: 5
    })
  })

  it("survives the way to the wire and back", () => {
    const usage = {
      input_tokens: 9,
      cached_input_tokens: 3,
      cache_write_tokens: 2,
      output_tokens: 7,
      reasoning_tokens: 1
    }
    assert.deepStrictEqual(chatUsageOf(chatUsageBody(usage)), usage)
  })
})
