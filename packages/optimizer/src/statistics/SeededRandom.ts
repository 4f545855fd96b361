/** A reproducible stream of random numbers. The same seed gives the same stream on every machine. */
export interface SeededRandom {
  /** Uniform in [0, 1), 32 random bits. */
  readonly uniform: () => number
  /** Uniform integer in [0, bound), for bounds up to 2^31. */
  readonly integer: (bound: number) => number
  /** Standard normal (Box-Muller). */
  readonly normal: () => number
}

/** Creates a generator (xoshiro128**, Blackman and Vigna 2018, seeded by splitmix32) from any safe integer. */
export const seededRandom = (seed: number): SeededRandom => {
  let mix = (seed ^ Math.floor(seed / 2 ** 32)) | 0
  const splitmix = () => {
    mix = (mix + 0x9e3779b9) | 0
    let z = mix ^ (mix >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let a = splitmix()
  let b = splitmix()
  let c = splitmix()
  let d = splitmix()
  const uniform = () => {
    const scrambled = Math.imul(b, 5)
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9)
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return (result >>> 0) / 2 ** 32
  }
  return {
    uniform,
    integer: (bound) => Math.floor(uniform() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  }
}

/** Shuffles in place (Fisher-Yates) and returns the same array. */
export const shuffle = <A extends Uint32Array | Float64Array>(values: A, random: SeededRandom): A => {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.integer(i + 1)
    const held = values[i]!
    values[i] = values[j]!
    values[j] = held
  }
  return values
}

/** The indices 0 to n - 1 in seeded random order. */
export const shuffledIndices = (n: number, seed: number): Uint32Array =>
  shuffle(Uint32Array.from({ length: n }, (_, i) => i), seededRandom(seed))
