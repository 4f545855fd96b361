import { UNTASKED } from "@spillway/domain"
import { makeWordReader, type RequestView, WORD_IDS } from "@spillway/policy"

/** The words of the requests without a task, by which they are put into clusters. Request i is row `rows[i]`. */
export interface WordSets {
  /** Rows without a task, ascending. */
  readonly rows: Uint32Array<ArrayBuffer>
  /** Request i has the words `ids[offsets[i]]` to `ids[offsets[i + 1] - 1]`, in the order in which it is read. */
  readonly offsets: Uint32Array<ArrayBuffer>
  readonly ids: Uint16Array<ArrayBuffer>
  /** By id a word that has it, in lower case; empty where none was noted. */
  readonly names: ReadonlyArray<string>
}

/** Words are noted in so many requests at most: what tells a cluster stands in many. */
const MOST_NOTED = 5_000

/** Collects the words of requests that are given one after the other; those with a task are passed over. */
export class WordSetsBuilder {
  private readonly reader = makeWordReader()
  private readonly rows: Array<number> = []
  private readonly offsets: Array<number> = [0]
  private ids = new Uint16Array(1 << 12)
  /** In how many of the noted requests each word of an id stands. */
  private readonly noted: Array<Map<string, number> | undefined> = []
  private readonly noteEvery: number
  private row = 0

  /** @param expected how many requests will be added */
  constructor(expected: number) {
    this.noteEvery = Math.max(1, Math.ceil(expected / MOST_NOTED))
  }

  add(view: RequestView): void {
    const row = this.row++
    if (view.task !== UNTASKED) return
    const found = this.reader.read(view)
    const from = this.offsets.at(-1)!, end = from + found.length
    if (end > this.ids.length) {
      const larger = new Uint16Array(Math.max(end, 2 * this.ids.length))
      larger.set(this.ids)
      this.ids = larger
    }
    this.ids.set(found, from)
    this.offsets.push(end)
    if (this.rows.push(row) % this.noteEvery !== 0) return
    found.forEach((id, k) => {
      const words = this.noted[id] ??= new Map()
      const word = this.reader.word(k)
      words.set(word, (words.get(word) ?? 0) + 1)
    })
  }

  /** Undefined where every request has a task. */
  finish(): WordSets | undefined {
    if (this.rows.length === 0) return undefined
    return {
      rows: Uint32Array.from(this.rows),
      offsets: Uint32Array.from(this.offsets),
      ids: this.ids.slice(0, this.offsets.at(-1)),
      names: Array.from({ length: WORD_IDS }, (_, id) => mostFrequent(this.noted[id]))
    }
  }
}

/** The first of equals. */
const mostFrequent = (words: ReadonlyMap<string, number> = new Map()): string => {
  let best = "", most = 0
  for (const [word, count] of words) {
    if (count > most) {
      best = word
      most = count
    }
  }
  return best
}

/** The words of request i. */
export const wordsOf = ({ ids, offsets }: WordSets, i: number): Uint16Array => ids.subarray(offsets[i], offsets[i + 1])

/** The word sets of some rows, in the given order; undefined where all of them have a task. */
export const takeWords = (sets: WordSets, rows: Uint32Array): WordSets | undefined => {
  const at = new Map(Array.from(sets.rows, (row, i) => [row, i]))
  const kept = Array.from(rows).flatMap((row, i) => at.has(row) ? [[i, at.get(row)!] as const] : [])
  if (kept.length === 0) return undefined
  const offsets = new Uint32Array(kept.length + 1)
  kept.forEach(([, i], k) => offsets[k + 1] = offsets[k]! + sets.offsets[i + 1]! - sets.offsets[i]!)
  const ids = new Uint16Array(offsets[kept.length]!)
  kept.forEach(([, i], k) => ids.set(wordsOf(sets, i), offsets[k]))
  return { ...sets, rows: Uint32Array.from(kept, ([row]) => row), offsets, ids }
}
