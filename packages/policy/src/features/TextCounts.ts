import { fnv1a, FNV_BASIS, FNV_PRIME } from "./Fnv.ts"
import { makeHashSet } from "./HashSet.ts"
import { makeCodes } from "./TextCodes.ts"
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

const LETTER = 1
const UPPER = 2
const DIGIT = 4
/** Stands within a number without ending it. */
const SEPARATOR = 8
/** In place of all codes beyond ASCII, which count as letters. */
const BEYOND = 128

/** What each ASCII code is, and {@link BEYOND}. */
const KINDS = Uint8Array.from({ length: BEYOND + 1 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (code === BEYOND || /[a-z]/.test(character)) return LETTER
  if (/[A-Z]/.test(character)) return LETTER | UPPER
  if (/[0-9]/.test(character)) return DIGIT
  return /[,.]/.test(character) ? SEPARATOR : 0
})

const codesWhere = (holds: (character: string) => boolean): ReadonlyArray<number> =>
  Array.from({ length: BEYOND }, (_, code) => code).filter((code) => holds(String.fromCharCode(code)))
const DIGITS = codesWhere((character) => /[0-9]/.test(character))
const CAPITALS = codesWhere((character) => /[A-Z]/.test(character))
const PUNCTUATION = codesWhere((character) => /[!-/:-@[-`{-~]/.test(character))
const BRACKETS = codesWhere((character) => /[([{}\])]/.test(character))
const SENTENCE_ENDS = codesWhere((character) => /[.?!]/.test(character))
const LINE_FEED = 10
const QUESTION_MARK = 63

const CONJUNCTION = 1
const NEGATION = 2
const CONDITIONAL = 4
/** English words that lengthen the reasoning asked for; other languages count none. A word may be two kinds. */
const FUNCTION_WORDS = [
  [CONJUNCTION, "and or but because although while whereas since so yet nor therefore however moreover then"],
  [NEGATION, "not no never none neither nor nothing cannot without except unless t"],
  [CONDITIONAL, "if unless when whenever provided assuming suppose given otherwise whether until only"]
] as const
/** Their kinds by hash, in open addressing: a slot is taken where its kinds are not 0. */
const WORD_SLOTS = 256
const slotWord = new Int32Array(WORD_SLOTS)
const slotKinds = new Uint8Array(WORD_SLOTS)

/** The slot of a word, or the free one where it would stand. */
const slotOf = (hash: number): number => {
  let slot = hash & (WORD_SLOTS - 1)
  while (slotKinds[slot] !== 0 && slotWord[slot] !== hash) slot = (slot + 1) & (WORD_SLOTS - 1)
  return slot
}

for (const [kind, words] of FUNCTION_WORDS) {
  for (const word of words.split(" ")) {
    const hash = fnv1a(word) | 0, slot = slotOf(hash)
    slotWord[slot] = hash
    slotKinds[slot]! |= kind
  }
}

const LONG_WORD = 8

const seen = makeHashSet()
const codesOf = makeCodes()
/** How often each code stands in the present text, by {@link KINDS}' index. */
const found = new Uint16Array(BEYOND + 1)
/** Hash and length of each word of the present text, and of the one that has begun. */
const wordHash = new Int32Array(SAMPLE_CHARS / 2 + 2)
const wordLength = new Uint16Array(SAMPLE_CHARS / 2 + 2)

/**
 * Counts codes and numbers, finds words. Where a word ends is hard to foretell, and a wrong guess costs as much as a dozen
 * characters, so nothing here branches on it: the word that may end is written always, and begins anew by being masked.
 */
const scan = (codes: Uint16Array, n: number): { readonly words: number; readonly numbers: number } => {
  let words = 0
  let numbers = 0
  let hash = FNV_BASIS
  let length = 0
  let inNumber = 0
  found.fill(0)
  for (let i = 0; i < n; i++) {
    const code = codes[i]!
    const at = code < BEYOND ? code : BEYOND
    const kind = KINDS[at]!
    found[at]!++
    const isLetter = kind & LETTER
    const mixed = Math.imul(hash ^ (code | (kind & UPPER) << 4), FNV_PRIME)
    wordHash[words] = hash
    wordLength[words] = length
    words += (isLetter - 1 & -length) >>> 31
    hash = mixed & -isLetter | FNV_BASIS & isLetter - 1
    length = length + 1 & -isLetter
    const isDigit = kind >> 2 & 1
    numbers += isDigit & ~inNumber
    inNumber = isDigit | inNumber & kind >> 3
  }
  wordHash[words] = hash
  wordLength[words] = length
  return { words: words + (length > 0 ? 1 : 0), numbers }
}

/** How many characters the last {@link scan} found of some codes. */
const foundOf = (codes: ReadonlyArray<number>): number => {
  let sum = 0
  for (let j = 0; j < codes.length; j++) sum += found[codes[j]!]!
  return sum
}

const countWords = (counts: TextCounts, words: number): void => {
  seen.start(words)
  for (let w = 0; w < words; w++) {
    const hash = wordHash[w]!
    const length = wordLength[w]!
    counts.wordChars += length
    if (length >= LONG_WORD) counts.longWords++
    if (seen.isNew(hash)) counts.distinctWords++
    const kinds = slotKinds[slotOf(hash)]!
    if (kinds === 0) continue
    if ((kinds & CONJUNCTION) !== 0) counts.conjunctions++
    if ((kinds & NEGATION) !== 0) counts.negations++
    if ((kinds & CONDITIONAL) !== 0) counts.conditionals++
  }
}

const deepestNesting = (codes: Uint16Array, n: number): number => {
  let depth = 0
  let deepest = 0
  for (let i = 0; i < n; i++) {
    const code = codes[i]!
    if (code === 40 || code === 91 || code === 123) deepest = Math.max(deepest, ++depth)
    else if (code === 41 || code === 93 || code === 125) depth = Math.max(0, depth - 1)
  }
  return deepest
}

/**
 * Counts characters, words (runs of letters, where all beyond ASCII is a letter), numbers and brackets of a text of at
 * most {@link SAMPLE_CHARS} characters.
 */
export const countText = (text: string): TextCounts => {
  const n = text.length
  const codes = codesOf(text)
  const { numbers, words } = scan(codes, n)
  const counts: TextCounts = {
    lines: n === 0 ? 0 : 1 + found[LINE_FEED]!,
    digits: foundOf(DIGITS),
    upper: foundOf(CAPITALS),
    punctuation: foundOf(PUNCTUATION),
    nonAscii: found[BEYOND]!,
    numbers,
    questions: found[QUESTION_MARK]!,
    sentenceEnds: foundOf(SENTENCE_ENDS),
    nesting: foundOf(BRACKETS) === 0 ? 0 : deepestNesting(codes, n),
    words,
    wordChars: 0,
    longWords: 0,
    distinctWords: 0,
    conjunctions: 0,
    negations: 0,
    conditionals: 0
  }
  countWords(counts, words)
  return counts
}
