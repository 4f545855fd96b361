/** A set of 32-bit hashes over memory that it reuses. */
export interface HashSet {
  /** Empties the set for at most so many hashes. */
  readonly start: (most: number) => void
  /** Adds a hash; whether it was not there yet. */
  readonly isNew: (hash: number) => boolean
}

/** Open addressing in a table no larger than needed, so that it stays in the cache. */
export const makeHashSet = (): HashSet => {
  let slots = new Int32Array(1 << 8)
  /** A slot is taken where this holds the number of the present set. */
  let takenBy = new Uint32Array(1 << 8)
  let setNumber = 0
  let mask = 0
  return {
    start: (most) => {
      const size = 2 ** Math.ceil(Math.log2(2 * most + 2))
      if (size > slots.length) {
        slots = new Int32Array(size)
        takenBy = new Uint32Array(size)
      }
      mask = size - 1
      setNumber = (setNumber + 1) >>> 0
    },
    isNew: (hash) => {
      let slot = (hash ^ hash >>> 14) & mask
      while (takenBy[slot] === setNumber) {
        if (slots[slot] === hash) return false
        slot = (slot + 1) & mask
      }
      takenBy[slot] = setNumber
      slots[slot] = hash
      return true
    }
  }
}
