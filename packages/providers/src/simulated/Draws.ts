import { createHash } from "node:crypto"

/** Seeded random numbers: the same parts give the same numbers on every machine. */
export interface Draws {
  /** Uniform in [0, 1). */
  readonly uniform: () => number
  /** Standard normal. */
  readonly normal: () => number
  readonly pick: <A>(items: ReadonlyArray<A>) => A
}

/** Draws named by their parts (seed, request, model, attempt, purpose): sfc32 (Doty-Humphrey, PractRand) seeded by SHA-256. */
export const drawsOf = (...parts: ReadonlyArray<string | number>): Draws => {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest()
  let a = digest.readInt32LE(0)
  let b = digest.readInt32LE(4)
  let c = digest.readInt32LE(8)
  let counter = 1
  const uniform = (): number => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t | 0
    return (t >>> 0) / 4_294_967_296
  }
  for (let i = 0; i < 12; i++) uniform()
  return {
    uniform,
    // Box-Muller; 1 - u keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    pick: (items) => items[Math.floor(uniform() * items.length)]!
  }
}
