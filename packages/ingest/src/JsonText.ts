import { isObject, type JsonObject } from "@spillway/domain"
import { Result } from "effect"

const BACKSLASH = 92

/** Position after the string whose opening quote is at `start`. */
const afterString = (text: string, start: number): number => {
  for (let end = text.indexOf("\"", start + 1);; end = text.indexOf("\"", end + 1)) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return end + 1
  }
}

const QUOTE = 34
const COLON = 58
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

/** Hands each name of the outermost object of a valid JSON text, as it stands there, to `use` as its two ends. */
const eachName = (text: string, use: (start: number, end: number) => void) => {
  let depth = 0
  let start = 0
  let end = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      start = at + 1
      at = afterString(text, at) - 1
      end = at
    } else if (code === COLON) {
      if (depth === 1) use(start, end)
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--
  }
}

/** The first name that stands twice in the outermost object; `JSON.parse` would silently take the last. */
const duplicateName = (text: string, value: JsonObject): string | undefined => {
  let count = 0
  eachName(text, () => count++)
  if (count === Object.keys(value).length) return undefined
  const names = new Set<string>()
  let duplicate: string | undefined
  eachName(text, (start, end) => {
    const name = JSON.parse(text.slice(start - 1, end + 1)) as string
    if (names.has(name)) duplicate ??= name
    names.add(name)
  })
  return duplicate
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
  const duplicate = duplicateName(text, value)
  return duplicate === undefined ? Result.succeed(value) : Result.fail(`the field \`${duplicate}\` stands twice`)
}
