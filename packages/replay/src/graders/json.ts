import type { ValidateFunction } from "ajv"
import { type FieldPath, parsePath, valueAt } from "./FieldPath.ts"
import { firstDifference } from "./firstDifference.ts"
import { parseAnswer } from "./JsonAnswer.ts"
import { type Check, graded, missingReference, quote, ungradable, type Verdict } from "./Verdict.ts"

/** What a `json` grader compares. */
export interface JsonConfig {
  /** Compiled JSON Schema that the answer has to be valid by. */
  readonly validate?: ValidateFunction | undefined
  /** Fields compared with the reference, as the user wrote them, with their paths. Without, the whole value is. */
  readonly fields?: ReadonlyArray<{ readonly name: string; readonly path: FieldPath }> | undefined
  readonly allowProse: boolean
}

const show = (value: unknown) => (value === undefined ? "missing" : quote(JSON.stringify(value)))

const compareFields = (found: unknown, expected: unknown, fields: NonNullable<JsonConfig["fields"]>): Verdict => {
  const different = fields.flatMap(({ name, path }) => {
    const a = valueAt(found, path)
    const b = valueAt(expected, path)
    const at = firstDifference(a, b)
    if (at === undefined) return []
    const inside = at === "" || at.startsWith("[") ? at : `.${at}`
    const steps = at === "" ? [] : parsePath(at)!
    return [`${name}${inside} is ${show(valueAt(a, steps))}, not ${show(valueAt(b, steps))}`]
  })
  const same = fields.length - different.length
  return graded(same / fields.length, [`${same} of ${fields.length} fields equal`, ...different].join("; "))
}

/**
 * The answer is JSON, valid by the schema where there is one (else quality 0), and equal to the reference: the share of
 * `fields` that are equal or, without `fields`, all of it. Without a reference and without `fields` the schema decides.
 */
export const json = (config: JsonConfig): Check => (answer, reference) => {
  if (reference === undefined && (config.fields !== undefined || config.validate === undefined)) return missingReference
  const expected = reference === undefined ? undefined : parseAnswer(reference, false)
  if (reference !== undefined && expected === undefined) return ungradable("the reference is not JSON")
  const found = parseAnswer(answer, config.allowProse)
  if (found === undefined) return graded(0, `not JSON: ${quote(answer)}`)
  if (config.validate !== undefined && !config.validate(found.value)) {
    const error = config.validate.errors![0]!
    return graded(0, `not valid by the schema: ${error.instancePath || "the value"} ${error.message}`)
  }
  if (expected === undefined) return graded(1, "valid by the schema")
  if (config.fields !== undefined) return compareFields(found.value, expected.value, config.fields)
  const at = firstDifference(found.value, expected.value)
  if (at === undefined) return graded(1, "equal")
  const path = at === "" ? [] : parsePath(at)!
  const where = at === "" ? "the value" : at
  return graded(0, `${where} is ${show(valueAt(found.value, path))}, not ${show(valueAt(expected.value, path))}`)
}
