import { fnv1a, FNV_BASIS, FNV_PRIME } from "./Fnv.ts"
import { makeCodes } from "./TextCodes.ts"
import { SAMPLE_CHARS, sampleText } from "./TextSample.ts"

/** Entries 0..length-1 of `indices` and `values`; indices are distinct and in order of first occurrence. */
export interface SparseVector {
  readonly indices: Uint32Array
  readonly values: Float32Array
  readonly length: number
}

/** Turns texts into vectors. Holds scratch memory: a result is valid until the next call. */
export interface Hasher {
  readonly bits: number
  /** `text` by its n-grams, `system` (the instructions) by one entry for all of it. */
  readonly hash: (text: string, system?: string) => SparseVector
  /** The first n-gram that fell into entry `k` of the last result, as normalised text. */
  readonly ngram: (k: number) => string
}

const SPACE = 32
/** Codes from here on are not ASCII. */
const BEYOND = 128
/** Every n-gram starts from a state of its kind, so that the word `the` and the characters `the` are two features. */
const CHARS = FNV_BASIS
const WORD = fnv1a("word")
const PAIR = fnv1a("pair")
const SYSTEM = fnv1a("system")
/** A word or pair counts as this many character n-grams: there are far fewer of them, and they say more. */
const WORD_TF = 4
/** The instructions count as this many character n-grams. */
const SYSTEM_TF = 64
/** A space before and after, a character n-gram a position, a word and a pair each second one, the instructions. */
const MAX_CODES = SAMPLE_CHARS + 2
const MAX_NGRAMS = 2 * MAX_CODES + 1
/** From this code unit on, scripts that put no spaces between words. */
const UNSPACED = 0x2e80

/** What an ASCII code becomes: white space and controls a space, digits 0. */
const NORMAL = Uint8Array.from({ length: BEYOND }, (_, code) => {
  if (code <= SPACE) return SPACE
  return /\d/.test(String.fromCharCode(code)) ? "0".charCodeAt(0) : code
})
/** 1 for ASCII letters, digits and `_`, and for {@link BEYOND}: everything beyond ASCII counts as a letter. */
const WORD_CODE = Uint8Array.from(
  { length: BEYOND + 1 },
  (_, code) => code === BEYOND || /\w/.test(String.fromCharCode(code)) ? 1 : 0
)

/** 1 where a code is not a space, without a branch: where words end is hard to foretell. */
const isInk = (code: number): number => -(code ^ SPACE) >>> 31

const codesOf = makeCodes()

/**
 * Writes the normalised text between two spaces: NFKC, lower case, every run of white space one space, every digit 0.
 * Returns how many codes it wrote.
 */
const normalize = (text: string, codes: Uint16Array): number => {
  const normal = sampleText(text).normalize("NFKC").toLowerCase()
  const raw = codesOf(normal)
  let n = 1
  let afterInk = 0
  codes[0] = SPACE
  for (let i = 0; i < normal.length && n < MAX_CODES - 1; i++) {
    const code = raw[i]!
    const value = code < BEYOND ? NORMAL[code]! : code
    const ink = isInk(value)
    codes[n] = value
    n += ink | afterInk
    afterInk = ink
  }
  if (codes[n - 1] !== SPACE) codes[n++] = SPACE
  return n
}

/** The n-grams of one text, before they are counted: a hash, and first code and length packed as `start << 16 | length`. */
interface Ngrams {
  readonly hashes: Uint32Array
  readonly spans: Uint32Array
}

/**
 * 4-grams of characters that do not reach across a space; the space beside a word belongs to it. Of scripts that write no
 * spaces (from U+2E80: Chinese, Japanese, ...), where four characters are a phrase, 2-grams.
 */
const addCharacters = (codes: Uint16Array, n: number, { hashes, spans }: Ngrams): number => {
  let m = 0
  // The text ends with a space, so none reaches beyond it.
  for (let i = 0; i + 2 < n; i++) {
    const first = codes[i]!
    const second = codes[i + 1]!
    const third = codes[i + 2]!
    if (first >= UNSPACED) {
      spans[m] = i << 16 | 2
      hashes[m] = Math.imul(Math.imul(CHARS ^ first, FNV_PRIME) ^ second, FNV_PRIME)
      m += isInk(second)
      continue
    }
    let hash = Math.imul(CHARS ^ first, FNV_PRIME)
    hash = Math.imul(hash ^ second, FNV_PRIME)
    hash = Math.imul(hash ^ third, FNV_PRIME)
    spans[m] = i << 16 | 4
    hashes[m] = Math.imul(hash ^ codes[i + 3]!, FNV_PRIME)
    m += isInk(second) & isInk(third)
  }
  return m
}

/** The words of one text by their hash, the code after their end and their length. */
const words = {
  hashes: new Int32Array(MAX_CODES / 2 + 1),
  ends: new Uint16Array(MAX_CODES / 2 + 1),
  lengths: new Uint16Array(MAX_CODES / 2 + 1)
}

/** Finds the words; what is not a word character parts them. The word that may end is written always. */
const findWords = (codes: Uint16Array, n: number): number => {
  const { ends, hashes, lengths } = words
  let found = 0
  let hash = WORD
  let length = 0
  for (let i = 0; i < n; i++) {
    const code = codes[i]!
    const inWord = WORD_CODE[code < BEYOND ? code : BEYOND]!
    hashes[found] = hash
    ends[found] = i
    lengths[found] = length
    found += (inWord - 1 & -length) >>> 31
    hash = Math.imul(hash ^ code, FNV_PRIME) & -inWord | WORD & inWord - 1
    length = length + 1 & -inWord
  }
  return found
}

/** Words and pairs of neighbouring words, from `m` on. */
const addWords = (codes: Uint16Array, n: number, { hashes, spans }: Ngrams, m: number): number => {
  const found = findWords(codes, n)
  let previous = 0
  let previousStart = 0
  for (let w = 0; w < found; w++) {
    const hash = words.hashes[w]!
    const end = words.ends[w]!
    const start = end - words.lengths[w]!
    spans[m] = start << 16 | (end - start)
    hashes[m++] = hash
    if (w > 0) {
      spans[m] = previousStart << 16 | (end - previousStart)
      hashes[m++] = Math.imul(Math.imul(PAIR ^ previous, FNV_PRIME) ^ hash, FNV_PRIME)
    }
    previous = hash
    previousStart = start
  }
  return m
}

/**
 * Makes a hasher into 2^bits buckets.
 *
 * A text of at most {@link SAMPLE_CHARS} characters (of longer ones head and tail) becomes its words, pairs of words
 * and character 4-grams. Each is hashed by FNV-1a over UTF-16 code units, folded to `bits` bits; a bucket's value
 * is the square root of its count (words count fourfold), and the vector has length 1 (or no entry). On MMLU-Pro (gain
 * of gpt-4.1 over its nano, ridge, 11,826 rows) digits as 0 raise APGR from .593 to .599 and the words' weight to .603;
 * 4-grams alone route as well as 3- to 5-grams (mean of five pairs .624 to .623) with half of the entries.
 *
 * A change of this function invalidates routing tables: it needs a new `FeatureSpec.version`.
 */
export const makeHasher = (bits: number): Hasher => {
  const mask = 2 ** bits - 1
  const codes = new Uint16Array(MAX_CODES)
  const ngrams: Ngrams = { hashes: new Uint32Array(MAX_NGRAMS), spans: new Uint32Array(MAX_NGRAMS) }
  const counts = new Uint16Array(mask + 1)
  const firstSpans = new Uint32Array(MAX_NGRAMS)
  const result = { indices: new Uint32Array(MAX_NGRAMS), values: new Float32Array(MAX_NGRAMS), length: 0 }

  const hash = (text: string, system = ""): SparseVector => {
    const { hashes, spans } = ngrams
    const { indices, values } = result
    const n = normalize(text, codes)
    const characters = addCharacters(codes, n, ngrams)
    const m = addWords(codes, n, ngrams, characters)
    let length = 0
    for (let i = 0; i < m; i++) {
      const hash = hashes[i]!
      const bucket = (hash ^ hash >>> bits) & mask
      const count = counts[bucket]!
      // Written always, kept where the count was 0: a branch here is mispredicted half of the time.
      firstSpans[length] = spans[i]!
      indices[length] = bucket
      length += (count - 1) >>> 31
      counts[bucket] = count + (i < characters ? 1 : WORD_TF)
    }
    let total = characters + (m - characters) * WORD_TF
    if (system !== "") {
      const hash = fnv1a(sampleText(system), SYSTEM)
      const bucket = (hash ^ hash >>> bits) & mask
      if (counts[bucket] === 0) {
        firstSpans[length] = 0
        indices[length++] = bucket
      }
      counts[bucket]! += SYSTEM_TF
      total += SYSTEM_TF
    }
    const share = 1 / total
    for (let k = 0; k < length; k++) {
      const bucket = indices[k]!
      values[k] = Math.sqrt(counts[bucket]! * share)
      counts[bucket] = 0
    }
    result.length = length
    return result
  }

  const ngram = (k: number): string => {
    const span = firstSpans[k]!
    return span === 0
      ? "(instructions)"
      : String.fromCharCode(...codes.subarray(span >>> 16, (span >>> 16) + (span & 0xffff)))
  }

  return { bits, hash, ngram }
}
