import { isObject, type JsonObject, type Signals } from "@spillway/domain"
import { parseJson } from "./Json.ts"

/** How models of the large providers begin when they will not answer; matched at the start of the text only. */
const REFUSAL =
  /^\W*(i['’]?m (very |so )?sorry,? (but )?i (can['’]?t|cannot|am unable|won['’]?t)|sorry,? (but )?i (can['’]?t|cannot)|i (can['’]?t|cannot|won['’]?t|am not able to|am unable to|['’]?m unable to) (help|assist|comply|fulfil|fulfill|provide|answer|do that|engage)|i must (decline|refuse)|as an ai( language model)?,? i (can['’]?t|cannot))/i

/** True for text that begins with a well-known refusal phrase. English only. */
export const looksRefused = (output: string): boolean => REFUSAL.test(output.slice(0, 200))

/** The JSON schema that a request's `response_format` demands, if it does. */
const demandedSchema = (parameters: JsonObject | undefined): JsonObject | undefined => {
  const format = parameters?.["response_format"]
  if (!isObject(format) || format["type"] !== "json_schema" || !isObject(format["json_schema"])) return undefined
  return isObject(format["json_schema"]["schema"]) ? format["json_schema"]["schema"] : {}
}

/**
 * True where the text is a JSON object that has every key the schema's top level requires. Not a validation: types and
 * nested schemas are the `json` grader's business; this must be cheap enough for every served answer.
 */
const isObjectWithRequiredKeys = (output: string, schema: JsonObject): boolean => {
  const value = parseJson(output)
  if (!isObject(value)) return false
  const required = Array.isArray(schema["required"]) ? schema["required"] : []
  return required.every((key) => typeof key === "string" && Object.hasOwn(value, key))
}

/**
 * `truncated` (stopped by the token limit), `refused` (a `refusal`, the content filter, or a refusal phrase), and, where
 * the request demands a JSON schema, `schema_ok` (a JSON object with the required top-level keys).
 */
export const answerSignals = (
  answer: { readonly output: string; readonly finish_reason: string | undefined; readonly refusal: boolean },
  parameters: JsonObject | undefined
): Signals => {
  const schema = demandedSchema(parameters)
  const refused = answer.refusal || answer.finish_reason === "content_filter" || looksRefused(answer.output)
  return {
    truncated: answer.finish_reason === "length" ? 1 : 0,
    refused: refused ? 1 : 0,
    ...(schema === undefined ? {} : { schema_ok: isObjectWithRequiredKeys(answer.output, schema) ? 1 : 0 })
  }
}
