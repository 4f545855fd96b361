import { fold } from "./normalized.ts"
import { type Check, graded, missingReference, quote, ungradable } from "./Verdict.ts"

/** Whether `text` holds `fact`; a fact that starts or ends with a digit is not found inside a longer number. */
const holds = (text: string, fact: string): boolean => {
  const startsWithDigit = /^\d/.test(fact)
  const endsWithDigit = /\d$/.test(fact)
  for (let at = text.indexOf(fact); at >= 0; at = text.indexOf(fact, at + 1)) {
    const before = startsWithDigit && /\d[.,]?$/.test(text.slice(Math.max(0, at - 2), at))
    const after = endsWithDigit && /^[.,]?\d/.test(text.slice(at + fact.length, at + fact.length + 2))
    if (!before && !after) return true
  }
  return false
}

/** Lines of the reference without list marks. */
const factsOf = (reference: string): ReadonlyArray<string> =>
  reference.split(/\r?\n/).map((line) => line.replace(/^\s*[-*•]\s+/, "").trim()).filter((line) => line !== "")

/** Share of the facts that the answer contains, whatever their case and white space. */
export const contains =
  (config: { readonly values?: ReadonlyArray<string> | undefined }): Check => (answer, reference) => {
    if (config.values === undefined && reference === undefined) return missingReference
    const facts = config.values ?? factsOf(reference ?? "")
    if (facts.length === 0) return ungradable("the reference holds no facts")
    const text = fold(answer)
    const missing = facts.filter((fact) => !holds(text, fold(fact)))
    const found = facts.length - missing.length
    const share = `${found} of ${facts.length} facts`
    return graded(
      found / facts.length,
      missing.length === 0 ? share : `${share}; missing ${missing.map(quote).join(", ")}`
    )
  }
