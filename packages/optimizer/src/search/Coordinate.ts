import { bestCut } from "./BestCut.ts"
import { qualityAfter, rankAfter, type RankedProblem, rankingOf } from "./RankedProblem.ts"
import { type CappedLatency, isLate } from "./SearchProblem.ts"
import { bestPairOfCuts } from "./ThreeTier.ts"

/** Tiers called in order, and for each but the last the cut (a rank) from which its answer is accepted. */
export interface Chain {
  readonly tiers: ReadonlyArray<number>
  readonly cuts: ReadonlyArray<number>
}

/** A chain with its mean objective at the prices it was searched at. */
export interface ChainSolution extends Chain {
  readonly value: number
}

/** A chain with its mean quality and mean USD per row, and the share of rows that take longer than the cap. */
export interface ChainOutcome {
  readonly quality: number
  readonly cost: number
  readonly late: number
}

/** A search for the thresholds of one chain, whose columns are made once and serve all prices. */
export interface ChainSearch {
  /** The best of several starts: cold ones, or the first of them and `warm` where that is given. */
  readonly solve: (lambda: number, mu?: number, warm?: ReadonlyArray<number>) => ChainSolution
  readonly evaluate: (cuts: ReadonlyArray<number>) => ChainOutcome
}

/** Columns that searches over chains of one problem can share, as only one runs at a time. */
export interface ChainBuffers {
  /** Whether a row comes to a position of the chain. */
  readonly reached: ReadonlyArray<Uint8Array>
  /** What a row is worth from some position on. */
  readonly onward: Float64Array
  /** What a row is worth that stops at the second answer. */
  readonly second: Float64Array
  /** By rank. */
  readonly gain: Float64Array
  /** What the call at each position of the chain is charged. */
  readonly charge: ReadonlyArray<Float64Array>
}

/** Buffers for any chain of a problem, however long. */
export const chainBuffers = (problem: RankedProblem): ChainBuffers => {
  const column = () => new Float64Array(problem.n)
  return {
    reached: problem.cost.map(() => new Uint8Array(problem.n)),
    onward: column(),
    second: column(),
    gain: new Float64Array(problem.ranking.reduce((most, ranking) => Math.max(most, ranking?.bins ?? 0), 1)),
    charge: problem.cost.map(column)
  }
}

/** 1 where `a < b`, else 0, for small integers. */
const isBelow = (a: number, b: number): number => (a - b) >>> 31

/** The position of a chain at which each row's calls pass the cap, one beyond the last where they never do. */
const lateFrom = (
  { n }: RankedProblem,
  { capMs, ms }: CappedLatency,
  tiers: ReadonlyArray<number>,
  enters: Uint8Array
): Uint8Array => {
  const elapsed = new Float64Array(n), from = new Uint8Array(n).fill(tiers.length)
  tiers.forEach((tier, j) => {
    const call = ms[tier]!
    for (let i = 0; i < n; i++) {
      if (enters[i]! > j || from[i]! < j) continue
      elapsed[i] = elapsed[i]! + call[i]!
      if (isLate(elapsed[i]!, capMs)) from[i] = j
    }
  })
  return from
}

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
 * Latency adds up along a chain as cost does, so a row is charged for being late at the one position where its calls pass
 * the cap: nothing else changes, and what is exact stays so.
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
    if (first === come) return come
    const column = come.slice() as Column
    for (let i = 0; i < n; i++) if (entry[i] === j) column[i] = first[i]!
    return column
  }
  const rankings = tiers.slice(0, last).map((tier, j) => ({ ...rankingOf(problem, tier), rank: along(j, rankAfter) }))
  const quality = tiers.map((_, j) => along(j, qualityAfter))
  const cost = tiers.map((tier) => problem.cost[tier]!)
  const { charge, gain, onward, reached, second } = buffers
  const late = problem.latency === undefined ? undefined : lateFrom(problem, problem.latency, tiers, enters)

  /** Fills `charge` for two prices. */
  const price = (lambda: number, mu: number) => {
    for (let j = 0; j <= last; j++) {
      const usd = cost[j]!, charged = charge[j]!
      for (let i = 0; i < n; i++) charged[i] = lambda * usd[i]!
    }
    if (late === undefined || mu === 0) return
    for (let i = 0; i < n; i++) {
      const j = late[i]!
      if (j <= last) charge[j]![i] = charge[j]![i]! + mu * (problem.weight?.[i] ?? 1)
    }
  }

  /** Fills `reached`. Arithmetic on bits, because nothing predicts these branches. */
  const follow = (cuts: ReadonlyArray<number>) => {
    for (let i = 0; i < n; i++) reached[0]![i] = isBelow(enters[i]!, 1)
    for (let j = 0; j < last; j++) {
      const { rank } = rankings[j]!
      const cut = cuts[j]!, here = reached[j]!, next = reached[j + 1]!
      for (let i = 0; i < n; i++) next[i] = (here[i]! & isBelow(rank[i]!, cut)) | isBelow(enters[i]! ^ (j + 1), 1)
    }
  }

  /** Moves each cut to its best place given the others, and leaves in `onward` what each row is worth. */
  const sweep = (cuts: Array<number>) => {
    follow(cuts)
    const answer = quality[last]!, dearest = charge[last]!
    for (let i = 0; i < n; i++) onward[i] = answer[i]! - dearest[i]!
    for (let j = last - 1; j >= 0; j--) {
      const { bins, rank } = rankings[j]!
      const accept = quality[j]!
      const call = charge[j]!
      const here = reached[j]!
      gain.fill(0, 0, bins)
      for (let i = 0; i < n; i++) {
        const r = rank[i]!, on = here[i]!
        gain[r] = gain[r]! + on * onward[i]! - on * accept[i]!
      }
      const cut = bestCut(gain, bins)
      cuts[j] = cut
      for (let i = 0; i < n; i++) {
        const escalates = isBelow(rank[i]!, cut), entered = isBelow(enters[i]!, j + 1), after = onward[i]!
        onward[i] = entered * (escalates * after + (1 - escalates) * accept[i]! - call[i]!) + (1 - entered) * after
      }
    }
  }

  /** Coordinate ascent from some cuts. */
  const climb = (start: ReadonlyArray<number>): ChainSolution => {
    const cuts = start.slice()
    for (let s = 0; s < maxSweeps; s++) {
      const before = cuts.slice()
      sweep(cuts)
      // Where no cut before the last has moved, each is the best given the others.
      if (cuts.every((cut, j) => cut === before[j] || j === last - 1)) break
    }
    let sum = 0
    for (let i = 0; i < n; i++) sum += onward[i]!
    return { tiers, cuts, value: sum / totalWeight }
  }

  /** Three tiers that all rows enter at the first: exact, see {@link bestPairOfCuts}. */
  const solvePair = (): ChainSolution => {
    const answer2 = quality[1]!, answer3 = quality[2]!, call2 = charge[1]!, call3 = charge[2]!
    for (let i = 0; i < n; i++) {
      second[i] = answer2[i]! - call2[i]!
      onward[i] = answer3[i]! - (call2[i]! + call3[i]!)
    }
    const best = bestPairOfCuts(rankings[0]!, rankings[1]!, quality[0]!, second, onward)
    const first = charge[0]!.reduce((sum, usd) => sum + usd, 0)
    return { tiers, cuts: [best.first, best.second], value: (best.sum - first) / totalWeight }
  }

  const solve = (lambda: number, mu = 0, warm?: ReadonlyArray<number>): ChainSolution => {
    price(lambda, mu)
    if (last === 2 && entry === undefined) return solvePair()
    const cold = startShares.map((share) => rankings.map(({ bins }) => Math.round(share * bins)))
    const starts = warm === undefined ? cold : [cold[0]!, warm]
    if (last <= 1) return climb(starts[0]!)
    return starts.map(climb).reduce((best, next) => next.value > best.value ? next : best)
  }

  const evaluate = (cuts: ReadonlyArray<number>): ChainOutcome => {
    follow(cuts)
    const outcome = { quality: 0, cost: 0, late: 0 }
    for (let j = 0; j <= last; j++) {
      for (let i = 0; i < n; i++) {
        if (reached[j]![i] === 0) continue
        outcome.cost += cost[j]![i]!
        if (j === last || rankings[j]!.rank[i]! >= cuts[j]!) outcome.quality += quality[j]![i]!
        if (late?.[i] === j) outcome.late += problem.weight?.[i] ?? 1
      }
    }
    return {
      quality: outcome.quality / totalWeight,
      cost: outcome.cost / totalWeight,
      late: outcome.late / totalWeight
    }
  }

  return { solve, evaluate }
}
