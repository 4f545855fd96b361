import { isObject, type JsonObject } from "./JsonObject.ts"
import type { Usage } from "./Usage.ts"

const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined

/**
 * Usage from the `usage` object of a chat completion; undefined unless both `prompt_tokens` and `completion_tokens`
 * are there. Parts that exceed their whole are cut to it: some providers report cached tokens per turn or reasoning
 * tokens apart from `completion_tokens`, and a cost must never come out negative.
 */
export const chatUsageOf = (raw: unknown): Usage | undefined => {
  if (!isObject(raw)) return undefined
  const input = count(raw["prompt_tokens"])
  const output = count(raw["completion_tokens"])
  if (input === undefined || output === undefined) return undefined
  const inputDetails = isObject(raw["prompt_tokens_details"]) ? raw["prompt_tokens_details"] : {}
  const outputDetails = isObject(raw["completion_tokens_details"]) ? raw["completion_tokens_details"] : {}
  const cached = count(inputDetails["cached_tokens"])
  const written = count(inputDetails["cache_write_tokens"])
  const reasoning = count(outputDetails["reasoning_tokens"])
  return {
    input_tokens: input,
    output_tokens: output,
    ...(cached === undefined ? {} : { cached_input_tokens: Math.min(cached, input) }),
    ...(written === undefined ? {} : { cache_write_tokens: Math.min(written, input - Math.min(cached ?? 0, input)) }),
    ...(reasoning === undefined ? {} : { reasoning_tokens: Math.min(reasoning, output) })
  }
}

/** The `usage` object of a chat completion for a usage: the inverse of {@link chatUsageOf}. */
export const chatUsageBody = (usage: Usage): JsonObject => ({
  prompt_tokens: usage.input_tokens,
  completion_tokens: usage.output_tokens,
  total_tokens: usage.input_tokens + usage.output_tokens,
  prompt_tokens_details: {
    cached_tokens: usage.cached_input_tokens ?? 0,
    ...(usage.cache_write_tokens === undefined ? {} : { cache_write_tokens: usage.cache_write_tokens })
  },
  completion_tokens_details: { reasoning_tokens: usage.reasoning_tokens ?? 0 }
})
