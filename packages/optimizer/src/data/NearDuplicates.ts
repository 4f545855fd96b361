import { disjointSets } from "../statistics/DisjointSets.ts"
import { mix } from "./Folds.ts"
import { makeShingler } from "./Shingles.ts"

const BANDS = 4
const ROWS_PER_BAND = 6
const SIGNATURE = BANDS * ROWS_PER_BAND
/** Estimated Jaccard similarity from which two requests count as the same work. */
const SIMILARITY = 0.8
const COUNTERS = 1 << 20

/** In place of the key of a text; keys are not negative. */
const NO_TEXT = -1

/**
 * Finds near-duplicates among texts that are given one after the other, by MinHash and banding (Broder 1997), joined by
 * union-find. Holds the shingles of the texts (4 bytes a word), not the texts.
 *
 * Shingles that stand in more than 1 % of the texts are left out: an instruction that opens every request of a task
 * says nothing about whether two requests are the same. A text with no other shingle is grouped by its exact words; one
 * without any words is a group of its own, as requests recorded without their text are not the same.
 */
export class NearDuplicates {
  private readonly shinglesOf = makeShingler()
  private shingles = new Uint32Array(1 << 16)
  private readonly ends: Array<number> = []
  /** Two hashes of each whole text. */
  private readonly whole: Array<number> = []
  /** In how many texts a shingle stands, by its last 20 bits. */
  private readonly seen = new Uint32Array(COUNTERS)

  add(text: string): void {
    const found = this.shinglesOf(text)
    const from = this.ends.at(-1) ?? 0, end = from + found.length
    if (end > this.shingles.length) {
      const larger = new Uint32Array(Math.max(end, 2 * this.shingles.length))
      larger.set(this.shingles)
      this.shingles = larger
    }
    this.shingles.set(found, from)
    this.ends.push(end)
    for (const s of found) this.seen[s & (COUNTERS - 1)]! += 1
    this.whole.push(text.trim() === "" ? NO_TEXT : textKey(text))
  }

  /** Group of each text added so far, named by the least index in it. */
  groups(): Uint32Array<ArrayBuffer> {
    const n = this.ends.length
    const common = Math.max(10, n / 100)
    const signatures = new Uint32Array(n * SIGNATURE)
    const { join, names } = disjointSets(n)
    const buckets = Array.from({ length: BANDS }, () => new Map<number, number>())
    const exact = new Map<number, number>()
    const rare = new Uint32Array(this.ends.reduce((most, end, i) => Math.max(most, end - (this.ends[i - 1] ?? 0)), 0))
    for (let i = 0, from = 0; i < n; from = this.ends[i]!, i++) {
      let kept = 0
      for (let j = from; j < this.ends[i]!; j++) {
        const s = this.shingles[j]!
        if (this.seen[s & (COUNTERS - 1)]! <= common) rare[kept++] = s
      }
      if (kept === 0) {
        if (this.whole[i] === NO_TEXT) continue
        const other = exact.get(this.whole[i]!)
        if (other === undefined) exact.set(this.whole[i]!, i)
        else join(i, other)
        continue
      }
      const at = i * SIGNATURE
      for (let h = 0; h < SIGNATURE; h++) signatures[at + h] = leastHash(rare, kept, h)
      for (let band = 0; band < BANDS; band++) {
        let key = band
        for (let r = 0; r < ROWS_PER_BAND; r++) key = mix(signatures[at + band * ROWS_PER_BAND + r]!, key)
        const other = buckets[band]!.get(key)
        if (other === undefined) buckets[band]!.set(key, i)
        else if (similar(signatures, i, other)) join(i, other)
      }
    }
    return names()
  }
}

/** 53 bits of hash over a whole text: equal texts agree, and among a million different ones hardly any two do. */
const textKey = (text: string): number => {
  let a = 0x811c9dc5, b = text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b ^ code, 0x5bd1e995) ^ (b >>> 15)
  }
  return (mix(a, 0) & 0x1fffff) * 2 ** 32 + mix(b, a)
}

/** MinHash number `h` of the first `n` shingles. */
const leastHash = (shingles: Uint32Array, n: number, h: number): number => {
  let least = 0xffffffff
  for (let j = 0; j < n; j++) {
    const hash = mix(shingles[j]!, h)
    if (hash < least) least = hash
  }
  return least
}

const similar = (signatures: Uint32Array, a: number, b: number): boolean => {
  let equal = 0
  for (let h = 0; h < SIGNATURE; h++) {
    if (signatures[a * SIGNATURE + h] === signatures[b * SIGNATURE + h]) equal += 1
  }
  return equal >= SIMILARITY * SIGNATURE
}
