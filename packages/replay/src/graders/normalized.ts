import { type Check, graded, missingReference, quote } from "./Verdict.ts"

// Marks that belong to the sentence or to Markdown. Signs that can belong to the answer (-5, $5, .NET, C#, 50%) stay.
const BEFORE = new Set(" \"'“”‘’«»`*_([{¿¡")
const AFTER = new Set(" \"'“”‘’«»`*_)]}.,;:!?…。，、！？；：")

/** `text` without the outer characters of two sets; a loop, because `[...]+$` takes quadratic time on long runs. */
const trimOuter = (text: string, before: ReadonlySet<string>, after: ReadonlySet<string>): string => {
  let start = 0
  let end = text.length
  while (start < end && before.has(text[start]!)) start++
  while (end > start && after.has(text[end - 1]!)) end--
  return text.slice(start, end)
}

/** Unicode NFKC, lower case, single spaces. */
export const fold = (text: string): string => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim()

/** {@link fold} without outer punctuation; a text of punctuation only stays as it is. */
export const normalize = (text: string): string => {
  const folded = fold(text)
  return trimOuter(folded, BEFORE, AFTER) || folded
}

/** Equal after {@link normalize}. */
export const normalized: Check = (answer, reference) => {
  if (reference === undefined) return missingReference
  return normalize(answer) === normalize(reference)
    ? graded(1, "equal when normalized")
    : graded(0, `${quote(answer)} is not ${quote(reference)}`)
}
