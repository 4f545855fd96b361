import { wordHashes } from "@spillway/policy"
import { mix } from "./Folds.ts"

/** Words in a shingle. */
const WIDTH = 3

/**
 * Makes the function that gives the set of a text's word 3-grams as 32-bit hashes; of fewer than three words, of its
 * words. It reuses its memory: a result is valid until the next call.
 */
export const makeShingler = (): (text: string) => Uint32Array => {
  let found = new Uint32Array(1 << 10)
  /** Open addressing; a slot is taken where `takenBy` holds the number of the present text. */
  let slots = new Uint32Array(1 << 11)
  let takenBy = new Uint32Array(1 << 11)
  let textNumber = 0

  const makeRoom = (words: number) => {
    found = new Uint32Array(2 * words)
    slots = new Uint32Array(2 ** Math.ceil(Math.log2(4 * words)))
    takenBy = new Uint32Array(slots.length)
    textNumber = 0
  }

  return (text) => {
    const words = wordHashes(text)
    if (words.length > found.length) makeRoom(words.length)
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
    if (words.length < WIDTH) { for (const word of words) add(word) }
    else for (let i = 0; i + WIDTH <= words.length; i++) add(mix(mix(words[i]!, words[i + 1]!), words[i + 2]!))
    return found.subarray(0, size)
  }
}
