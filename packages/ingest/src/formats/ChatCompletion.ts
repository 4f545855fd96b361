import { chatUsageOf, isObject, type JsonObject, type Outcome } from "@spillway/domain"

/** Text of a message: a string, or the text parts of a list; for a message that calls tools, their JSON. */
const outputOf = (message: JsonObject): string => {
  const { content, function_call: call, refusal, tool_calls: calls } = message
  if (Array.isArray(calls) && calls.length > 0) return JSON.stringify(calls)
  if (isObject(call)) return JSON.stringify(call)
  const text = Array.isArray(content)
    ? content.map((part) => isObject(part) && typeof part["text"] === "string" ? part["text"] : "").join("")
    : content
  return typeof text === "string" && text !== "" ? text : typeof refusal === "string" ? refusal : ""
}

/** What a logged chat completion says; with several choices, the first. Undefined for anything else. */
export const completionOf = (
  body: JsonObject
): Pick<Outcome, "output" | "finish_reason" | "usage" | "cost_usd"> | undefined => {
  const choices = body["choices"]
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  if (!isObject(choice) || !isObject(choice["message"])) return undefined
  const usage = chatUsageOf(body["usage"])
  // OpenRouter's `usage.cost`, in US dollars.
  const cost = isObject(body["usage"]) ? body["usage"]["cost"] : undefined
  return {
    output: outputOf(choice["message"]),
    ...(typeof choice["finish_reason"] === "string" ? { finish_reason: choice["finish_reason"] } : {}),
    ...(usage === undefined ? {} : { usage }),
    ...(typeof cost === "number" && cost >= 0 ? { cost_usd: cost } : {})
  }
}
