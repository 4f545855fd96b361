import { boxed } from "./boxed.ts"
import { lastNumber, type ParsedNumber } from "./ParsedNumber.ts"
import { type Check, graded, missingReference, quote, ungradable } from "./Verdict.ts"

/** How far the answer may be off: by either tolerance. */
export interface Tolerance {
  /** In the reference's unit. Default 0. */
  readonly absolute_tolerance?: number | undefined
  /** As a share of the reference. Default 1e-9, for the rounding of decimal fractions. */
  readonly relative_tolerance?: number | undefined
}

const print = (n: ParsedNumber) => `${n.value}${n.percent ? " %" : ""}`

/**
 * The last number of the answer (the last `\boxed{}` where there is one) equals the reference's within a tolerance.
 * Where just one of the two is a percentage, `50 %` equals both 50 and 0.5.
 */
export const numeric = (tolerance: Tolerance): Check => (answer, reference) => {
  if (reference === undefined) return missingReference
  const expected = lastNumber(boxed(reference) ?? reference)
  if (expected === undefined) return ungradable("the reference holds no number")
  const found = lastNumber(boxed(answer) ?? answer)
  if (found === undefined) return graded(0, `no number in ${quote(answer)}`)
  const within = (a: number, b: number) => {
    const allowed = Math.max(tolerance.absolute_tolerance ?? 0, (tolerance.relative_tolerance ?? 1e-9) * Math.abs(b))
    return Math.abs(a - b) <= allowed
  }
  const equal = within(found.value, expected.value) ||
    (found.percent && !expected.percent && within(found.value / 100, expected.value)) ||
    (expected.percent && !found.percent && within(found.value, expected.value / 100))
  return equal
    ? graded(1, `${print(found)} = ${print(expected)}`)
    : graded(0, `${print(found)}, not ${print(expected)}`)
}
