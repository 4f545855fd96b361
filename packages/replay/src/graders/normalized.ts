import { type Check, graded, missingReference, quote } from "./Verdict.ts"

// Marks that belong to the sentence or to Markdown. Signs that can belong to the answer (-5, $5, .NET, C#, 50%) stay.
const BEFORE = /^[\s"'“”‘’«»`*_([{¿¡]+/u
const AFTER = /[\s"'“”‘’«»`*_)\]}.,;:!?…。，、！？；：]+$/u

/** Unicode NFKC, lower case, single spaces. */
export const fold = (text: string): string => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim()

/** {@link fold} without outer punctuation; a text of punctuation only stays as it is. */
export const normalize = (text: string): string => {
  const folded = fold(text)
  return folded.replace(BEFORE, "").replace(AFTER, "") || folded
}

/** Equal after {@link normalize}. */
export const normalized: Check = (answer, reference) => {
  if (reference === undefined) return missingReference
  return normalize(answer) === normalize(reference)
    ? graded(1, "equal when normalized")
    : graded(0, `${quote(answer)} is not ${quote(reference)}`)
}
