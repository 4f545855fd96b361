const FENCE = /^```[\w-]*[ \t]*\r?\n([\s\S]*?)\r?\n?```$/
// Bounds the work on prose full of brackets.
const MAX_STARTS = 200

const parse = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

/** Index after the bracket that closes the one at `start`, strings skipped; undefined where none does. */
const closing = (text: string, start: number): number | undefined => {
  let depth = 0
  let inString = false
  for (let at = start; at < text.length; at++) {
    const c = text[at]
    if (inString) {
      if (c === "\\") at++
      else if (c === "\"") inString = false
    } else if (c === "\"") inString = true
    else if (c === "{" || c === "[") depth++
    else if ((c === "}" || c === "]") && --depth === 0) return at + 1
  }
  return undefined
}

/** The last object or array that stands in prose. */
const inProse = (text: string): { readonly value: unknown } | undefined => {
  let last: { readonly value: unknown } | undefined
  let at = 0
  for (let starts = 0; starts < MAX_STARTS; starts++) {
    const start = text.slice(at).search(/[{[]/)
    if (start < 0) break
    const end = closing(text, at + start)
    const found = end === undefined ? undefined : parse(text.slice(at + start, end))
    last = found ?? last
    at = found === undefined ? at + start + 1 : end!
  }
  return last
}

/** The JSON value of an answer: the whole text, a code fence's content or, with `allowProse`, the last value in prose. */
export const parseAnswer = (answer: string, allowProse: boolean): { readonly value: unknown } | undefined => {
  const text = answer.trim()
  return parse(text) ?? parse(FENCE.exec(text)?.[1] ?? "") ?? (allowProse ? inProse(text) : undefined)
}
