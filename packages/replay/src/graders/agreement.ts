import { agreement as agreementOf } from "@spillway/policy"
import { type Check, graded, quote, ungradable } from "./Verdict.ts"

/** How far an answer says the same as the flagship's, which stands in place of the reference. */
export const agreement: Check = (answer, flagship) => {
  if (flagship === undefined) return ungradable("the flagship gave no answer to agree with")
  const quality = agreementOf(answer, flagship)
  return graded(
    quality,
    quality === 1 ? "says the same as the flagship" : `${quote(answer)} against the flagship's ${quote(flagship)}`
  )
}
