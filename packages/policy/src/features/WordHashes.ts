import { FNV_BASIS, FNV_PRIME } from "./Fnv.ts"

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u
const UNKNOWN = 0, WORD = 1, OTHER = 2
/** Kind of a UTF-16 code unit, found out when it is first met: a regular expression for every character costs too much. */
const kinds = new Uint8Array(0x10000)

const kindOf = (code: number): number => kinds[code] = LETTER_OR_DIGIT.test(String.fromCharCode(code)) ? WORD : OTHER

/** Whether a UTF-16 code unit is a letter or digit of any script by itself; halves of a pair are none. */
export const isLetterOrDigit = (code: number): boolean => (kinds[code]! || kindOf(code)) === WORD

const isHighSurrogate = (code: number) => code >= 0xd800 && code < 0xdc00

let hashes = new Uint32Array(1 << 12)

/**
 * 32-bit FNV-1a hash of each word of a text, in order. Words are runs of letters and digits of any script
 * (`[\p{L}\p{N}]+`) in lower case. Reuses its memory: a result is valid until the next call.
 */
export const wordHashes = (text: string): Uint32Array => {
  const lower = text.toLowerCase()
  const most = (lower.length >> 1) + 1
  if (most > hashes.length) hashes = new Uint32Array(2 * most)
  let n = 0, hash = FNV_BASIS, inWord = false
  for (let i = 0; i < lower.length; i++) {
    const code = lower.charCodeAt(i)
    let kind = kinds[code]!
    if (kind === UNKNOWN) kind = kindOf(code)
    if (kind === WORD) {
      hash = Math.imul(hash ^ code, FNV_PRIME)
      inWord = true
    } else if (isHighSurrogate(code) && LETTER_OR_DIGIT.test(String.fromCodePoint(lower.codePointAt(i)!))) {
      hash = Math.imul(Math.imul(hash ^ code, FNV_PRIME) ^ lower.charCodeAt(++i), FNV_PRIME)
      inWord = true
    } else if (inWord) {
      hashes[n++] = hash
      hash = FNV_BASIS
      inWord = false
    }
  }
  if (inWord) hashes[n++] = hash
  return hashes.subarray(0, n)
}
