import { fnv1a, FNV_BASIS, FNV_PRIME } from "./Fnv.ts"
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
const ZERO = 48
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

/** 1 for ASCII letters, digits and `_`. Everything beyond ASCII counts as a letter. */
const WORD_CODE = Uint8Array.from({ length: 128 }, (_, code) => /\w/.test(String.fromCharCode(code)) ? 1 : 0)

/**
 * Writes the normalised text between two spaces: NFKC, lower case, every run of white space one space, every digit 0.
 * Returns how many codes it wrote.
 */
const normalize = (text: string, codes: Uint16Array): number => {
  const normal = sampleText(text).normalize("NFKC").toLowerCase()
  let n = 1
  codes[0] = SPACE
  for (let i = 0; i < normal.length && n < MAX_CODES - 1; i++) {
    const code = normal.charCodeAt(i)
    if (code <= SPACE) {
      if (codes[n - 1] !== SPACE) codes[n++] = SPACE
    } else codes[n++] = code >= ZERO && code <= ZERO + 9 ? ZERO : code
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
const addCharacters = (codes: Uint16Array, n: number, { hashes, spans }: Ngrams, from: number): number => {
  let m = from
  for (let i = 0; i + 1 < n; i++) {
    const first = codes[i]!
    const second = codes[i + 1]!
    if (second === SPACE) continue
    if (first >= UNSPACED) {
      spans[m] = i << 16 | 2
      hashes[m++] = Math.imul(Math.imul(CHARS ^ first, FNV_PRIME) ^ second, FNV_PRIME)
      continue
    }
    const third = codes[i + 2]!
    if (i + 3 >= n || third === SPACE) continue
    let hash = Math.imul(CHARS ^ first, FNV_PRIME)
    hash = Math.imul(hash ^ second, FNV_PRIME)
    hash = Math.imul(hash ^ third, FNV_PRIME)
    spans[m] = i << 16 | 4
    hashes[m++] = Math.imul(hash ^ codes[i + 3]!, FNV_PRIME)
  }
  return m
}

/** Words and pairs of neighbouring words; what is not a word character parts words. */
const addWords = (codes: Uint16Array, n: number, { hashes, spans }: Ngrams, from: number): number => {
  let m = from
  let hash = WORD
  let start = -1
  let previous = 0
  let previousStart = -1
  for (let i = 0; i < n; i++) {
    const code = codes[i]!
    if (code >= 128 || WORD_CODE[code] === 1) {
      if (start < 0) start = i
      hash = Math.imul(hash ^ code, FNV_PRIME)
    } else if (start >= 0) {
      spans[m] = start << 16 | (i - start)
      hashes[m++] = hash
      if (previousStart >= 0) {
        spans[m] = previousStart << 16 | (i - previousStart)
        hashes[m++] = Math.imul(Math.imul(PAIR ^ previous, FNV_PRIME) ^ hash, FNV_PRIME)
      }
      previous = hash
      previousStart = start
      start = -1
      hash = WORD
    }
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
    const characters = addCharacters(codes, n, ngrams, 0)
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
