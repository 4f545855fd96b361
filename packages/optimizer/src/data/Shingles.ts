import { mix } from "./Folds.ts"

/** Words in a shingle. */
const WIDTH = 3

const FNV_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u
const UNKNOWN = 0, WORD = 1, OTHER = 2
/** Kind of a UTF-16 code unit, found out when it is first met: a regular expression a character costs too much. */
const kinds = new Uint8Array(0x10000)

const kindOf = (code: number): number => {
  const kind = LETTER_OR_DIGIT.test(String.fromCharCode(code)) ? WORD : OTHER
  kinds[code] = kind
  return kind
}

const isHighSurrogate = (code: number) => code >= 0xd800 && code < 0xdc00

/**
 * The set of a text's word 3-grams as 32-bit hashes; of fewer than three words, of its words. Words are runs of letters
 * and digits in lower case. Reuses its memory: a result is valid until the next call.
 */
export const makeShingler = (): (text: string) => Uint32Array => {
  let words = new Uint32Array(1 << 10)
  let found = new Uint32Array(1 << 10)
  /** Open addressing; a slot is taken where `takenBy` holds the number of the present text. */
  let slots = new Uint32Array(1 << 11)
  let takenBy = new Uint32Array(1 << 11)
  let textNumber = 0

  const hashWords = (text: string): number => {
    const lower = text.toLowerCase()
    const most = (lower.length >> 1) + 1
    if (most > words.length) {
      words = new Uint32Array(2 * most)
      found = new Uint32Array(2 * most)
      slots = new Uint32Array(2 ** Math.ceil(Math.log2(4 * most)))
      takenBy = new Uint32Array(slots.length)
      textNumber = 0
    }
    let n = 0, hash = FNV_BASIS, inWord = false
    for (let i = 0; i < lower.length; i++) {
      const code = lower.charCodeAt(i)
      let kind = kinds[code]!
      if (kind === UNKNOWN) kind = kindOf(code)
      if (kind === WORD) {
        hash = Math.imul(hash ^ code, FNV_PRIME)
        inWord = true
        continue
      }
      if (isHighSurrogate(code) && LETTER_OR_DIGIT.test(String.fromCodePoint(lower.codePointAt(i)!))) {
        hash = Math.imul(Math.imul(hash ^ code, FNV_PRIME) ^ lower.charCodeAt(++i), FNV_PRIME)
        inWord = true
      } else if (inWord) {
        words[n++] = hash
        hash = FNV_BASIS
        inWord = false
      }
    }
    if (inWord) words[n++] = hash
    return n
  }

  return (text) => {
    const n = hashWords(text)
    textNumber += 1
    const mask = slots.length - 1
    let size = 0
    const add = (shingle: number) => {
      let slot = shingle & mask
      while (takenBy[slot] === textNumber) {
        if (slots[slot] === shingle) return
        slot = (slot + 1) & mask
      }
      takenBy[slot] = textNumber
      slots[slot] = shingle
      found[size++] = shingle
    }
    if (n < WIDTH) { for (let i = 0; i < n; i++) add(words[i]!) }
    else for (let i = 0; i + WIDTH <= n; i++) add(mix(mix(words[i]!, words[i + 1]!), words[i + 2]!))
    return found.subarray(0, size)
  }
}
