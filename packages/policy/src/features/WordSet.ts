import type { RequestView } from "../RequestView.ts"
import { FNV_BASIS, FNV_PRIME } from "./Fnv.ts"
import { sampleText } from "./TextSample.ts"
import { isLetterOrDigit } from "./WordHashes.ts"

/**
 * Most UTF-16 code units that are read of the text, and of the instructions: what kind of work a request is stands at
 * either end. On the sample traffic twice as many find the same clusters.
 */
const MOST_CHARS = 1_024

/** Buckets for words as a power of two, as many for the instructions as for the rest of a request. */
const BITS = 14
const MASK = 2 ** BITS - 1
/** Word ids are below this number; those of instructions are its upper half. */
export const WORD_IDS = 2 ** (BITS + 1)

/** From this code unit on, scripts that put no spaces between words: each pair of neighbouring characters is a word. */
const UNSPACED = 0x2e80

const PARTS_WORDS = 0, UNKNOWN = 0xffff
/** What each UTF-16 code unit is read as: in lower case, digits as `0`, all that parts words as 0. Filled as they are met. */
const readAs = new Uint16Array(0x10000).fill(UNKNOWN)

const meet = (code: number): number =>
  readAs[code] = !isLetterOrDigit(code)
    ? PARTS_WORDS
    : String.fromCharCode(code).toLowerCase().replace(/[0-9]/, "0").charCodeAt(0)

/** Reads the words of requests. Holds scratch memory: a result is valid until the next call. */
export interface WordReader {
  /** Ids of the distinct words of a request, in order of first occurrence, the text before the instructions. */
  readonly read: (view: Pick<RequestView, "text" | "system">) => Uint16Array
  /** The word of entry `k` of the last result, in lower case, every digit 0. */
  readonly word: (k: number) => string
}

/**
 * Makes a reader of words: runs of letters and digits of any script in lower case, every digit 0, hashed by FNV-1a into
 * buckets. Words of the instructions are other words than those of the text: requests of one application share their
 * instructions nearly to the letter, and so most of these words, even where a date or a name in them differs.
 *
 * A change of this function invalidates the clusters of routing tables.
 */
export const makeWordReader = (): WordReader => {
  const ids = new Uint16Array(WORD_IDS + 1)
  const starts = new Uint16Array(WORD_IDS + 1)
  const ends = new Uint16Array(WORD_IDS + 1)
  /** An id is taken where this holds the number of the present request. */
  const takenBy = new Uint32Array(WORD_IDS)
  let requestNumber = 0
  let fromText = 0
  let text = "", system = ""

  /**
   * Adds the words of a text to the first `length` entries and returns how many there are then. An entry is always written
   * and kept where its id is new: a branch there is mispredicted half of the time.
   */
  const addWords = (text: string, half: number, from: number): number => {
    const now = requestNumber, end = text.length
    let length = from, hash = FNV_BASIS, start = 0
    const add = (word: number, at: number, to: number) => {
      const id = half | ((word ^ word >>> BITS) & MASK)
      ids[length] = id
      starts[length] = at
      ends[length] = to
      length += takenBy[id] === now ? 0 : 1
      takenBy[id] = now
    }
    for (let i = 0; i < end; i++) {
      const unit = text.charCodeAt(i)
      let code = readAs[unit]!
      if (code === UNKNOWN) code = meet(unit)
      if (code !== PARTS_WORDS && code < UNSPACED) {
        hash = Math.imul(hash ^ code, FNV_PRIME)
        continue
      }
      if (i > start) add(hash, start, i)
      hash = FNV_BASIS
      start = i + 1
      if (code === PARTS_WORDS || start === end) continue
      const next = meet(text.charCodeAt(start))
      if (next >= UNSPACED) add(Math.imul(Math.imul(hash ^ code, FNV_PRIME) ^ next, FNV_PRIME), i, i + 2)
    }
    if (end > start) add(hash, start, end)
    return length
  }

  return {
    read: (view) => {
      requestNumber = (requestNumber + 1) >>> 0
      text = sampleText(view.text, MOST_CHARS)
      system = sampleText(view.system, MOST_CHARS)
      fromText = addWords(text, 0, 0)
      return ids.subarray(0, addWords(system, MASK + 1, fromText))
    },
    word: (k) => (k < fromText ? text : system).slice(starts[k], ends[k]).toLowerCase().replace(/[0-9]/g, "0")
  }
}
