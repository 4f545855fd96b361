import { Result } from "effect"

/** A JSON object whose fields are not known to be right yet. */
export type JsonObject = Readonly<Record<string, unknown>>

/** True for a JSON object: not null, not an array. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Position after the string whose opening quote is at `start`. */
const afterString = (text: string, start: number): number => {
  for (let end = text.indexOf("\"", start + 1);; end = text.indexOf("\"", end + 1)) {
    let backslashes = 0
    while (text[end - 1 - backslashes] === "\\") backslashes++
    if (backslashes % 2 === 0) return end + 1
  }
}

const QUOTE = 34
const COLON = 58
const OPEN = new Set([91, 123])
const CLOSE = new Set([93, 125])

/** The first name that stands twice in the outermost object of a valid JSON text. */
const duplicateName = (text: string): string | undefined => {
  const names = new Set<string>()
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = afterString(text, at)
      if (depth === 1) {
        let next = end
        while (text.charCodeAt(next) <= 32) next++
        if (text.charCodeAt(next) === COLON) {
          const name = text.slice(at + 1, end - 1)
          if (names.has(name)) return name
          names.add(name)
        }
      }
      at = end - 1
    } else if (OPEN.has(code)) depth++
    else if (CLOSE.has(code)) depth--
  }
  return undefined
}

const NOT_A_NUMBER = /[:[,]\s*-?(?:NaN|Infinity)\b/

/** The JSON object of one line, or why the line is none. */
export const parseObject = (text: string): Result.Result<JsonObject, string> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return Result.fail(
      NOT_A_NUMBER.test(text)
        ? "not JSON: NaN and Infinity are no JSON numbers; write null"
        : `not JSON: ${(error as SyntaxError).message.replace(/, ("|\.\.\.).* is not valid JSON$/s, "")}`
    )
  }
  if (!isObject(value)) return Result.fail("not a JSON object")
  const duplicate = duplicateName(text)
  return duplicate === undefined ? Result.succeed(value) : Result.fail(`the field \`${duplicate}\` stands twice`)
}
