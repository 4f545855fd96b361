import { fnv1a, FNV_BASIS, FNV_PRIME } from "./Fnv.ts"
import { SAMPLE_CHARS } from "./TextSample.ts"

/** What one pass over a text counts. */
export interface TextCounts {
  lines: number
  digits: number
  upper: number
  punctuation: number
  nonAscii: number
  /** Runs of digits; a comma or point within one does not end it. */
  numbers: number
  questions: number
  sentenceEnds: number
  /** Deepest nesting of brackets of any kind. */
  nesting: number
  words: number
  wordChars: number
  longWords: number
  distinctWords: number
  conjunctions: number
  negations: number
  conditionals: number
}

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

const CONJUNCTION = 1
const NEGATION = 2
const CONDITIONAL = 4
/** English words that lengthen the reasoning asked for, by hash; other languages count none. A word may be two kinds. */
const FUNCTION_WORDS = new Map<number, number>()
for (
  const [kind, words] of [
    [CONJUNCTION, "and or but because although while whereas since so yet nor therefore however moreover then"],
    [NEGATION, "not no never none neither nor nothing cannot without except unless t"],
    [CONDITIONAL, "if unless when whenever provided assuming suppose given otherwise whether until only"]
  ] as const
) {
  for (const word of words.split(" ")) {
    const hash = fnv1a(word) | 0
    FUNCTION_WORDS.set(hash, (FUNCTION_WORDS.get(hash) ?? 0) | kind)
  }
}

const LONG_WORD = 8

/** Set of word hashes by open addressing; a slot is taken where `seenIn` holds the number of the present text. */
const SLOTS = 2 * SAMPLE_CHARS
const seenWord = new Int32Array(SLOTS)
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

const countWord = (counts: TextCounts, hash: number, length: number): void => {
  counts.words++
  counts.wordChars += length
  if (length >= LONG_WORD) counts.longWords++
  if (isNewWord(hash)) counts.distinctWords++
  const kinds = FUNCTION_WORDS.get(hash)
  if (kinds === undefined) return
  if ((kinds & CONJUNCTION) !== 0) counts.conjunctions++
  if ((kinds & NEGATION) !== 0) counts.negations++
  if ((kinds & CONDITIONAL) !== 0) counts.conditionals++
}

/**
 * Counts characters, words (runs of letters, where all beyond ASCII is a letter), numbers and brackets of a text of at
 * most {@link SAMPLE_CHARS} characters.
 */
export const countText = (text: string): TextCounts => {
  const n = text.length
  const counts: TextCounts = {
    lines: n === 0 ? 0 : 1,
    digits: 0,
    upper: 0,
    punctuation: 0,
    nonAscii: 0,
    numbers: 0,
    questions: 0,
    sentenceEnds: 0,
    nesting: 0,
    words: 0,
    wordChars: 0,
    longWords: 0,
    distinctWords: 0,
    conjunctions: 0,
    negations: 0,
    conditionals: 0
  }
  let hash = FNV_BASIS
  let wordLength = 0
  let inNumber = false
  let depth = 0
  textNumber = (textNumber + 1) >>> 0

  // One step beyond the end closes the last word.
  for (let i = 0; i <= n; i++) {
    const code = i < n ? text.charCodeAt(i) : 32
    const kind = code < 128 ? CLASS[code]! : LOWER
    if (kind === LOWER || kind === UPPER) {
      hash = Math.imul(hash ^ (kind === UPPER ? code | 32 : code), FNV_PRIME)
      wordLength++
      if (kind === UPPER) counts.upper++
      if (code >= 128) counts.nonAscii++
      inNumber = false
      continue
    }
    if (wordLength > 0) {
      countWord(counts, hash, wordLength)
      hash = FNV_BASIS
      wordLength = 0
    }
    if (kind === DIGIT) {
      counts.digits++
      if (!inNumber) counts.numbers++
      inNumber = true
      continue
    }
    inNumber &&= code === 44 || code === 46
    if (kind === PUNCTUATION) {
      counts.punctuation++
      if (code === 63) counts.questions++
      if (code === 63 || code === 33 || code === 46) counts.sentenceEnds++
      if (code === 40 || code === 91 || code === 123) counts.nesting = Math.max(counts.nesting, ++depth)
      else if (code === 41 || code === 93 || code === 125) depth = Math.max(0, depth - 1)
    } else if (code === 10) counts.lines++
  }
  return counts
}
