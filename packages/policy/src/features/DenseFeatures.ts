import type { RequestView } from "../RequestView.ts"
import { countMatches } from "./CountMatches.ts"
import { fnv1a, FNV_BASIS, FNV_PRIME } from "./Fnv.ts"
import { SAMPLE_CHARS, sampleText } from "./TextSample.ts"

/**
 * Names of the dense features, in order. `log_` features are ln(1 + count), `_share` features lie in [0, 1], flags are
 * 0 or 1. All but the first and the last six read at most `SAMPLE_CHARS` characters of the text.
 */
export const denseNames: ReadonlyArray<string> = [
  "log_chars",
  "log_words",
  "log_lines",
  "mean_word_length",
  "mean_sentence_words",
  "long_word_share",
  "distinct_word_share",
  "digit_share",
  "punctuation_share",
  "upper_share",
  "non_ascii_share",
  "log_numbers",
  "log_questions",
  "log_list_items",
  "log_nesting",
  "conjunction_share",
  "negation_share",
  "conditional_share",
  "latex",
  "code",
  "json",
  "table",
  "url",
  "log_system_chars",
  "log_turns",
  "log_tools",
  "log_images",
  "log_files",
  "log_schema_chars"
]

const words = (text: string): ReadonlySet<number> => new Set(text.split(" ").map((word) => fnv1a(word)))

/** English function words that lengthen the reasoning asked for. Other languages count zero. */
const CONJUNCTIONS = words("and or but because although while whereas since so yet nor therefore however moreover then")
const NEGATIONS = words("not no never none neither nor nothing cannot without except unless t")
const CONDITIONALS = words("if unless when whenever provided assuming suppose given otherwise whether until only")

const LATEX = /\\[a-zA-Z]+\{|\\[([]|\$[^$\n]{1,200}\$/
const CODE =
  /```|^\s*(?:def|class|function|import|from|const|let|var|public|private|#include|SELECT)\s|[;{]\s*$|=>|\(\)/m
const JSON_TEXT = /[{,]\s*"[^"\n]{1,100}"\s*:/
const TABLE = /^\s*\|.*\|\s*$|^[^\t\n]*\t[^\t\n]*\t/m
const URL = /\bhttps?:\/\//i
const LIST_ITEM = /^\s*(?:[-*•]|\(?[0-9]{1,3}[.)]|\(?[a-zA-Z][.)])\s/gm

const DIGIT = 1
const UPPER = 2
const LOWER = 3
const PUNCTUATION = 4
/** Class of an ASCII code: digit, upper, lower, punctuation, or 0 for white space and controls. */
const CLASS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[0-9]/.test(character)) return DIGIT
  if (/[A-Z]/.test(character)) return UPPER
  if (/[a-z]/.test(character)) return LOWER
  return code > 32 && code < 127 ? PUNCTUATION : 0
})

const LONG_WORD = 8
/** Set of word hashes by open addressing; a slot is taken where `seenIn` holds the number of the present text. */
const SLOTS = 2 * SAMPLE_CHARS
const seenWord = new Uint32Array(SLOTS)
const seenIn = new Uint32Array(SLOTS)
let textNumber = 0

const isNewWord = (hash: number): boolean => {
  let slot = (hash ^ hash >>> 14) & (SLOTS - 1)
  while (seenIn[slot] === textNumber) {
    if (seenWord[slot] === hash) return false
    slot = (slot + 1) & (SLOTS - 1)
  }
  seenIn[slot] = textNumber
  seenWord[slot] = hash
  return true
}

const flag = (value: boolean): number => value ? 1 : 0

/** Writes the features of a request to `out[offset]` and on, raw (not standardized), in the order of {@link denseNames}. */
export const denseFeatures = (view: RequestView, out: Float64Array, offset = 0): void => {
  const text = sampleText(view.text)
  const n = text.length
  let lines = n === 0 ? 0 : 1
  let digits = 0
  let uppers = 0
  let punctuation = 0
  let nonAscii = 0
  let numbers = 0
  let questions = 0
  let sentences = 0
  let depth = 0
  let deepest = 0
  let wordCount = 0
  let wordChars = 0
  let longWords = 0
  let distinct = 0
  let conjunctions = 0
  let negations = 0
  let conditionals = 0
  let hash = FNV_BASIS
  let wordLength = 0
  let inNumber = false
  textNumber = (textNumber + 1) >>> 0

  // One step beyond the end closes the last word.
  for (let i = 0; i <= n; i++) {
    const code = i < n ? text.charCodeAt(i) : 32
    const kind = code < 128 ? CLASS[code]! : LOWER
    if (kind === LOWER || kind === UPPER) {
      hash = Math.imul(hash ^ (kind === UPPER ? code | 32 : code), FNV_PRIME)
      wordLength++
      if (kind === UPPER) uppers++
      if (code >= 128) nonAscii++
      inNumber = false
      continue
    }
    if (wordLength > 0) {
      const word = hash >>> 0
      wordCount++
      wordChars += wordLength
      if (wordLength >= LONG_WORD) longWords++
      if (isNewWord(word)) distinct++
      if (CONJUNCTIONS.has(word)) conjunctions++
      if (NEGATIONS.has(word)) negations++
      if (CONDITIONALS.has(word)) conditionals++
      hash = FNV_BASIS
      wordLength = 0
    }
    if (kind === DIGIT) {
      digits++
      if (!inNumber) numbers++
      inNumber = true
      continue
    }
    // The mark within 1,000.5 does not end the number.
    inNumber = inNumber && (code === 44 || code === 46)
    if (kind === PUNCTUATION) {
      punctuation++
      if (code === 63) questions++
      if (code === 63 || code === 33 || code === 46) sentences++
      if (code === 40 || code === 91 || code === 123) deepest = Math.max(deepest, ++depth)
      else if (code === 41 || code === 93 || code === 125) depth = Math.max(0, depth - 1)
    } else if (code === 10) lines++
  }

  const perChar = n === 0 ? 0 : 1 / n
  const perWord = wordCount === 0 ? 0 : 1 / wordCount
  let at = offset
  out[at++] = Math.log1p(view.text.length)
  out[at++] = Math.log1p(wordCount)
  out[at++] = Math.log1p(lines)
  out[at++] = wordChars * perWord
  out[at++] = wordCount / Math.max(1, sentences)
  out[at++] = longWords * perWord
  out[at++] = distinct * perWord
  out[at++] = digits * perChar
  out[at++] = punctuation * perChar
  out[at++] = uppers * perChar
  out[at++] = nonAscii * perChar
  out[at++] = Math.log1p(numbers)
  out[at++] = Math.log1p(questions)
  out[at++] = Math.log1p(countMatches(text, LIST_ITEM))
  out[at++] = Math.log1p(deepest)
  out[at++] = conjunctions * perWord
  out[at++] = negations * perWord
  out[at++] = conditionals * perWord
  out[at++] = flag(LATEX.test(text))
  out[at++] = flag(CODE.test(text))
  out[at++] = flag(JSON_TEXT.test(text))
  out[at++] = flag(TABLE.test(text))
  out[at++] = flag(URL.test(text))
  out[at++] = Math.log1p(view.system.length)
  out[at++] = Math.log1p(view.turns)
  out[at++] = Math.log1p(view.tools)
  out[at++] = Math.log1p(view.images)
  out[at++] = Math.log1p(view.files)
  out[at++] = Math.log1p(view.schema_chars)
}
