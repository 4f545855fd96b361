import { createHash } from "node:crypto"

/** Seeded pseudo-random draws (sfc32, seeded by SHA-256 of a label): the same label gives the same draws everywhere. */
export interface Random {
  /** Uniform in [0, 1). */
  readonly next: () => number
  /** Uniform integer, both ends included. */
  readonly int: (least: number, most: number) => number
  /** Integer from 0 to `most` that grows with `difficulty` but is as much a matter of luck: long is not always hard. */
  readonly about: (difficulty: number, most: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <A>(from: ReadonlyArray<A>) => A
  /** `count` different elements in random order; all of them where `count` is greater than the list. */
  readonly sample: <A>(from: ReadonlyArray<A>, count: number) => Array<A>
}

export const makeRandom = (label: string): Random => {
  const digest = createHash("sha256").update(label).digest()
  let a = digest.readInt32LE(0)
  let b = digest.readInt32LE(4)
  let c = digest.readInt32LE(8)
  let counter = 1
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 2 ** 32
  }
  const int = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    int,
    about: (difficulty, most) => Math.round((difficulty + next()) / 2 * most),
    chance: (probability) => next() < probability,
    pick: (from) => from[int(0, from.length - 1)]!,
    sample: (from, count) => {
      const rest = [...from]
      const taken: typeof rest = []
      while (taken.length < count && rest.length > 0) taken.push(...rest.splice(int(0, rest.length - 1), 1))
      return taken
    }
  }
}
