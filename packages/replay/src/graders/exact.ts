import { type Check, graded, missingReference, quote } from "./Verdict.ts"

/** The text equals the reference, character for character. */
export const exact: Check = (answer, reference) => {
  if (reference === undefined) return missingReference
  if (answer === reference) return graded(1, "equal")
  if (answer.trim() === reference.trim()) return graded(0, "differs in outer white space only")
  return graded(0, `${quote(answer)} is not ${quote(reference)}`)
}
