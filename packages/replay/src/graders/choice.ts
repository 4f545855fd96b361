import { boxed } from "./boxed.ts"
import { type Check, graded, missingReference, quote, ungradable } from "./Verdict.ts"

const LETTER = String.raw`[(\[{*_"'\x60]*([A-Z])(?![\p{L}\p{N}'’])[)\]}*_"'\x60]*`
const ALONE = /^(?:option|choice|answer)?([A-Z])$/i
// "The answer is B", "Answer: (B)", "correct option is **B**", with what else it lists: "B or C", "B, C".
const STATED = new RegExp(
  String.raw`\b(?:answer|option|choice)\b[*_]*\s*(?:is|are|would be|must be|should be|[:=])[\s*_:]*` +
    String
      .raw`(?:(?:the\s+)?(?:option|choice|letter)\s+)?(${LETTER}(?:\s*(?:or|and|,|/|&)\s*${LETTER}(?=\s*(?:[,.;!?/&)\]]|or\b|and\b|$)))*)`,
  "giu"
)
const LEADING = new RegExp(String.raw`^\s*[(\[*_]*([A-Z])[*_]*[)\].:][*_]*(?=\s|$)(?!\s+(?:or|and)\b)`, "gmu")
const BRACKETED = /[([]([A-Z])[)\]]/g
// "A" and "I" as words are no choices.
const BARE = /(?<![\p{L}\p{N}'’.])(?![AI]\s+(?!and\b|or\b)\p{Ll})([A-Z])(?![\p{L}\p{N}'’])/gu

const LISTED = /(?<!\p{L})([A-Z])(?!\p{L})/giu

const letters = (text: string, pattern: RegExp): ReadonlyArray<string> => [
  ...new Set([...text.matchAll(pattern)].map((match) => match[1]!.toUpperCase()))
]

/** The last statement counts: models correct themselves. "The answer is a ..." states no choice. */
const stated = (text: string): ReadonlyArray<string> => {
  const last = [...text.matchAll(STATED)].findLast((match) => !/^[ai]$/.test(match[1]!))?.[1]
  return last === undefined ? [] : letters(last, LISTED)
}

const alone = (text: string): ReadonlyArray<string> => {
  const letter = ALONE.exec(text.replace(/[\s\p{P}]+/gu, ""))?.[1]
  return letter === undefined ? [] : [letter.toUpperCase()]
}

/**
 * The letters that `text` chooses, by the clearest sign it gives: nothing but a letter, `\boxed{B}`, a stated answer,
 * a last line that is a letter, a leading `B.`, a letter in brackets, a bare capital. More than one is ambiguous.
 */
export const chosen = (text: string): ReadonlyArray<string> => {
  const lines = text.trim().split(/\r?\n/)
  const signs = [
    () => alone(text),
    () => alone(boxed(text)?.replace(/\\text(?:bf)?\{(.*)\}/, "$1") ?? ""),
    () => stated(text),
    () => alone(lines.at(-1)!),
    () => letters(text, LEADING),
    () => letters(text, BRACKETED),
    () => letters(text, BARE)
  ]
  for (const sign of signs) {
    const found = sign()
    if (found.length > 0) return found
  }
  return []
}

/** The letter of a multiple choice answer equals the reference's. An answer that names several is wrong. */
export const choice: Check = (answer, reference) => {
  if (reference === undefined) return missingReference
  const expected = chosen(reference)
  if (expected.length !== 1) return ungradable("the reference names no single choice")
  const found = chosen(answer)
  if (found.length === 0) return graded(0, `no choice in ${quote(answer)}`)
  if (found.length > 1) return graded(0, `ambiguous: names ${found.join(", ")}`)
  return found[0] === expected[0] ? graded(1, `chose ${found[0]}`) : graded(0, `chose ${found[0]}, not ${expected[0]}`)
}
