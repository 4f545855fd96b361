import { mix } from "./Folds.ts"

const SHINGLE_WORDS = 3
const BANDS = 4
const ROWS_PER_BAND = 6
const SIGNATURE = BANDS * ROWS_PER_BAND
/** Estimated Jaccard similarity from which two requests count as the same work. */
const SIMILARITY = 0.8

/**
 * Groups of near-duplicate texts by MinHash and banding (Broder 1997), joined by union-find.
 *
 * Shingles that stand in more than 1 % of the texts are left out: an instruction that opens every request of a task
 * says nothing about whether two requests are the same. A text with no other shingle is grouped by its exact words.
 *
 * @returns group of each text, named by the least index in it
 */
export const nearDuplicateGroups = (texts: ReadonlyArray<string>): Uint32Array => {
  const n = texts.length
  const seen = new Uint32Array(1 << 20)
  const shingles = texts.map(shinglesOf)
  for (const set of shingles) for (const s of set) seen[s & 0xfffff]! += 1
  const common = Math.max(10, n / 100)
  const signatures = new Uint32Array(n * SIGNATURE)
  const parent = Uint32Array.from({ length: n }, (_, i) => i)
  const find = (i: number): number => {
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]!]!
      i = parent[i]!
    }
    return i
  }
  const join = (a: number, b: number) => {
    const x = find(a), y = find(b)
    if (x < y) parent[y] = x
    else parent[x] = y
  }
  const buckets = Array.from({ length: BANDS }, () => new Map<number, number>())
  const exact = new Map<string, number>()
  for (let i = 0; i < n; i++) {
    const rare = shingles[i]!.filter((s) => seen[s & 0xfffff]! <= common)
    if (rare.length === 0) {
      const key = texts[i]!
      const other = exact.get(key)
      if (other === undefined) exact.set(key, i)
      else join(i, other)
      continue
    }
    const at = i * SIGNATURE
    for (let h = 0; h < SIGNATURE; h++) {
      let least = 0xffffffff
      for (const s of rare) least = Math.min(least, mix(s, h))
      signatures[at + h] = least
    }
    for (let band = 0; band < BANDS; band++) {
      let key = band
      for (let r = 0; r < ROWS_PER_BAND; r++) key = mix(signatures[at + band * ROWS_PER_BAND + r]!, key)
      const other = buckets[band]!.get(key)
      if (other === undefined) buckets[band]!.set(key, i)
      else if (similar(signatures, i, other)) join(i, other)
    }
  }
  return Uint32Array.from({ length: n }, (_, i) => find(i))
}

const shinglesOf = (text: string): Uint32Array => {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const hashes = words.map(hashWord)
  const set = new Set<number>()
  for (let i = 0; i + SHINGLE_WORDS <= hashes.length; i++) {
    set.add(mix(mix(hashes[i]!, hashes[i + 1]!), hashes[i + 2]!))
  }
  if (set.size === 0) { for (const h of hashes) set.add(h) }
  return Uint32Array.from(set)
}

const hashWord = (word: string): number => {
  let h = 0x811c9dc5
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193)
  return h >>> 0
}

const similar = (signatures: Uint32Array, a: number, b: number): boolean => {
  let equal = 0
  for (let h = 0; h < SIGNATURE; h++) {
    if (signatures[a * SIGNATURE + h] === signatures[b * SIGNATURE + h]) equal += 1
  }
  return equal >= SIMILARITY * SIGNATURE
}
