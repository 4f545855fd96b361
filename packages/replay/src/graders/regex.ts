import { boundedExec } from "./BoundedRegExp.ts"
import { type Check, graded, quote } from "./Verdict.ts"

/** The answer matches `pattern` somewhere. Needs no reference. Throws as {@link boundedExec} does. */
export const regex = (pattern: RegExp): Check => (answer) => {
  const match = boundedExec(pattern, answer)
  return match === null
    ? graded(0, `${quote(answer)} does not match ${pattern}`)
    : graded(1, `${quote(match[0])} matches ${pattern}`)
}
