import type { Predictions, SearchProblem } from "../../src/search/SearchProblem.ts"

/** A seeded generator of uniform numbers in [0, 1) (mulberry32). */
export const uniform = (seed: number): () => number => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface ProblemShape {
  readonly n: number
  readonly tiers: number
  /** Distinct scores; few make many ties. */
  readonly levels: number
  readonly weighted?: boolean
  /** Share of calls that cost nothing. */
  readonly free?: number
}

/** Random rows: scores with ties, quality that leans on them, dearer tiers better on average but not on each row. */
export const randomProblem = (
  seed: number,
  { free = 0, levels, n, tiers, weighted = false }: ProblemShape
): SearchProblem => {
  const random = uniform(seed)
  const column = (value: () => number) => Float64Array.from({ length: n }, value)
  const score = Array.from({ length: tiers }, () => column(() => Math.floor(random() * levels) / levels))
  return {
    n,
    tiers,
    score,
    quality: score.map((column, k) => column.map((s) => 0.5 * s + random() * 0.5 + 0.1 * k - 0.2)),
    cost: score.map((_, k) => column(() => random() < free ? 0 : (k + 1) ** 2 * (0.5 + random()))),
    weight: weighted ? column(() => Math.floor(random() * 4) + 0.5) : undefined
  }
}

/** The problem with other qualities and scores, of as many levels, for answers that follow a cheaper tier's. */
export const judgedAfter = (problem: SearchProblem, seed: number, levels: number): SearchProblem => {
  const random = uniform(seed + 1_000_000)
  const column = (value: () => number) => Float64Array.from({ length: problem.n }, value)
  return {
    ...problem,
    after: problem.quality.map((_, k) =>
      Array.from({ length: k }, () =>
        random() < 0.3 ? undefined : {
          quality: column(random),
          score: column(() => Math.floor(random() * levels) / levels)
        })
    )
  }
}

/** The problem with a cap on latency, which dearer tiers break more often; some calls take an unknown time. */
export const cappedLatency = (problem: SearchProblem, seed: number, mostLate = 0.2): SearchProblem => {
  const random = uniform(seed + 3_000_000)
  const ms = problem.cost.map((column, k) =>
    column.map(() => random() < 0.05 ? NaN : Math.floor(100 * (k + 1) * (0.5 + random())))
  )
  return { ...problem, latency: { ms, capMs: 150 + 50 * (seed % 5), mostLate } }
}

/** Ex-ante predictions that lean on the truth. */
export const randomPredictions = (problem: SearchProblem, seed: number): Predictions => {
  const random = uniform(seed + 2_000_000)
  return {
    quality: problem.quality.map((column) => column.map((q) => 0.5 * q + 0.5 * random())),
    cost: problem.cost.map((column, k) => column.map((usd) => 0.5 * usd + 0.5 * (k + 1) ** 2 * random()))
  }
}

/** Mean objective of a chain with thresholds (accept at score >= threshold), row by row as a reader would do it. */
export const chainValue = (
  problem: SearchProblem,
  chain: ReadonlyArray<number>,
  thresholds: ReadonlyArray<number>,
  lambda: number,
  entry: (row: number) => number = () => 0
): number => {
  let sum = 0
  let total = 0
  for (let i = 0; i < problem.n; i++) {
    const w = problem.weight?.[i] ?? 1
    let value = 0
    for (let j = entry(i); j < chain.length; j++) {
      const tier = chain[j]!
      value -= lambda * problem.cost[tier]![i]!
      if (j === chain.length - 1 || problem.score[tier]![i]! >= thresholds[j]!) {
        value += problem.quality[tier]![i]!
        break
      }
    }
    sum += w * value
    total += w
  }
  return sum / total
}

/** All thresholds of a tier that act differently. */
export const thresholdsOfTier = (problem: SearchProblem, tier: number): Array<number> =>
  [-Infinity, ...new Set(problem.score[tier]!), Infinity].toSorted((a, b) => a - b)

/** The best value of a chain over all its thresholds, by trying each combination. */
export const bruteForceChain = (
  problem: SearchProblem,
  chain: ReadonlyArray<number>,
  lambda: number,
  entry?: (row: number) => number
): number => {
  const visit = (thresholds: ReadonlyArray<number>): number =>
    thresholds.length === chain.length - 1
      ? chainValue(problem, chain, thresholds, lambda, entry)
      : Math.max(...thresholdsOfTier(problem, chain[thresholds.length]!).map((t) => visit([...thresholds, t])))
  return visit([])
}

/** All non-empty subsets of tiers, cheapest first within each. */
export const subsets = (tiers: number): Array<Array<number>> =>
  Array.from(
    { length: 2 ** tiers - 1 },
    (_, bits) => Array.from({ length: tiers }, (_, k) => k).filter((k) => ((bits + 1) >> k) & 1)
  )
