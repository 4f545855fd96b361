import { bestCut } from "./BestCut.ts"
import { qualityAfter, rankAfter, type RankedProblem, rankingOf } from "./RankedProblem.ts"
import { bestPairOfCuts } from "./ThreeTier.ts"

/** Tiers called in order, and for each but the last the cut (a rank) from which its answer is accepted. */
export interface Chain {
  readonly tiers: ReadonlyArray<number>
  readonly cuts: ReadonlyArray<number>
}

/** A chain with its mean objective at the price it was searched at. */
export interface ChainSolution extends Chain {
  readonly value: number
}

/** A chain with its mean quality and mean USD per row. */
export interface ChainOutcome {
  readonly quality: number
  readonly cost: number
}

export interface ChainSearch {
  /** Coordinate ascent from the given cuts at price `lambda`. */
  readonly improve: (lambda: number, cuts: ReadonlyArray<number>) => ChainSolution
  /** The best of several starts: cold ones, or the first of them and `warm` where that is given. */
  readonly solve: (lambda: number, warm?: ReadonlyArray<number>) => ChainSolution
  readonly evaluate: (cuts: ReadonlyArray<number>) => ChainOutcome
}

/** Columns that searches over chains of one problem can share, as only one runs at a time. */
export interface ChainBuffers {
  readonly accepted: Uint8Array
  readonly onward: Float64Array
  readonly gain: Float64Array
}

export const chainBuffers = (problem: RankedProblem): ChainBuffers => ({
  accepted: new Uint8Array(problem.n),
  onward: new Float64Array(problem.n),
  gain: new Float64Array(problem.ranking.reduce((most, ranking) => Math.max(most, ranking?.bins ?? 0), 1))
})

/** The thresholds (scores) of a chain's cuts (ranks). */
export const thresholdsOf = (problem: RankedProblem, { cuts, tiers }: Chain): Array<number> =>
  cuts.map((cut, j) => rankingOf(problem, tiers[j]!).edges[cut]!)

const maxSweeps = 20
/** Cold starts: all cuts at this share of their ranks. At 1 every row reaches every test. */
const startShares = [1, 0.5]

/**
 * Thresholds of a chain of tiers by exact coordinate line search.
 *
 * With the other cuts fixed, a row that reaches position j is worth `quality[j]` accepted or its continuation value
 * escalated; one histogram over ranks and one scan give the best cut exactly. A sweep runs from the last test to the
 * first, O(n m + bins m), so continuation values are one running column. Sweeps repeat until no cut moves: a local
 * optimum, exact for two tiers. Chains of three are solved exactly.
 *
 * `entry` holds each row's first position in the chain (0 where absent), for plans that enter at a predicted tier.
 */
export const chainSearch = (
  problem: RankedProblem,
  tiers: ReadonlyArray<number>,
  entry?: Uint8Array,
  buffers: ChainBuffers = chainBuffers(problem)
): ChainSearch => {
  const { n, totalWeight } = problem
  const last = tiers.length - 1
  const enters = entry ?? new Uint8Array(n)
  /** At position j of the chain a row comes from the tier before, or enters here. */
  const along = <Column extends Float64Array | Uint16Array>(
    j: number,
    columnOf: (problem: RankedProblem, tier: number, previous: number | undefined) => Column
  ): Column => {
    const come = columnOf(problem, tiers[j]!, tiers[j - 1])
    if (entry === undefined || j === 0) return come
    const first = columnOf(problem, tiers[j]!, undefined)
    return first === come ? come : come.map((value, i) => entry[i] === j ? first[i]! : value) as Column
  }
  const rankings = tiers.slice(0, last).map((tier, j) => ({ ...rankingOf(problem, tier), rank: along(j, rankAfter) }))
  const quality = tiers.map((_, j) => along(j, qualityAfter))
  const cost = tiers.map((tier) => problem.cost[tier]!)
  const { accepted, gain, onward } = buffers

  /** Fills `accepted` with the position whose answer each row takes. */
  const follow = (cuts: ReadonlyArray<number>) => {
    accepted.fill(last)
    for (let j = last - 1; j >= 0; j--) {
      const { rank } = rankings[j]!
      const cut = cuts[j]!
      for (let i = 0; i < n; i++) {
        if (rank[i]! >= cut && enters[i]! <= j) accepted[i] = j
      }
    }
  }

  /** Moves each cut to its best place given the others; returns the mean objective. */
  const sweep = (lambda: number, cuts: Array<number>): number => {
    follow(cuts)
    startOnward(lambda)
    for (let j = last - 1; j >= 0; j--) {
      const { bins, rank } = rankings[j]!
      const accept = quality[j]!
      const call = cost[j]!
      gain.fill(0, 0, bins)
      for (let i = 0; i < n; i++) {
        if (accepted[i]! >= j && enters[i]! <= j) {
          const r = rank[i]!
          gain[r] = gain[r]! + onward[i]! - accept[i]!
        }
      }
      const cut = bestCut(gain, bins)
      cuts[j] = cut
      for (let i = 0; i < n; i++) {
        if (enters[i]! <= j) onward[i] = (rank[i]! >= cut ? accept[i]! : onward[i]!) - lambda * call[i]!
      }
    }
    let sum = 0
    for (let i = 0; i < n; i++) sum += onward[i]!
    return sum / totalWeight
  }

  const startOnward = (lambda: number) => {
    const accept = quality[last]!
    const call = cost[last]!
    for (let i = 0; i < n; i++) onward[i] = accept[i]! - lambda * call[i]!
  }

  const improve = (lambda: number, start: ReadonlyArray<number>): ChainSolution => {
    const cuts = start.slice()
    let value = sweep(lambda, cuts)
    const sweeps = last > 1 ? maxSweeps : 1
    for (let s = 1; s < sweeps; s++) {
      const before = cuts.slice()
      value = sweep(lambda, cuts)
      if (cuts.every((cut, j) => cut === before[j])) break
    }
    return { tiers, cuts, value }
  }

  /** Three tiers that all rows enter at the first: exact, see {@link bestPairOfCuts}. */
  const solvePair = (lambda: number): ChainSolution => {
    const second = quality[1]!.map((q, i) => q - lambda * cost[1]![i]!)
    const third = quality[2]!.map((q, i) => q - lambda * (cost[1]![i]! + cost[2]![i]!))
    const best = bestPairOfCuts(rankings[0]!, rankings[1]!, quality[0]!, second, third)
    const first = cost[0]!.reduce((sum, usd) => sum + usd, 0)
    return { tiers, cuts: [best.first, best.second], value: (best.sum - lambda * first) / totalWeight }
  }

  const solve = (lambda: number, warm?: ReadonlyArray<number>): ChainSolution => {
    if (last === 2 && entry === undefined) return solvePair(lambda)
    const cold = startShares.map((share) => rankings.map(({ bins }) => Math.round(share * bins)))
    const starts = warm === undefined ? cold : [cold[0]!, warm]
    if (last <= 1) return improve(lambda, starts[0]!)
    return starts.map((start) => improve(lambda, start)).reduce((best, next) => next.value > best.value ? next : best)
  }

  const evaluate = (cuts: ReadonlyArray<number>): ChainOutcome => {
    follow(cuts)
    const outcome = { quality: 0, cost: 0 }
    for (let j = 0; j <= last; j++) {
      for (let i = 0; i < n; i++) {
        if (enters[i]! > j || accepted[i]! < j) continue
        outcome.cost += cost[j]![i]!
        if (accepted[i] === j) outcome.quality += quality[j]![i]!
      }
    }
    return { quality: outcome.quality / totalWeight, cost: outcome.cost / totalWeight }
  }

  return { improve, solve, evaluate }
}
