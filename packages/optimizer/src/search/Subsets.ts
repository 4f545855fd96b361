import { greatestPrefix } from "./BestCut.ts"
import { chainBuffers, type ChainOutcome, type ChainSearch, chainSearch, type ChainSolution } from "./Coordinate.ts"
import { qualityAfter, type RankedProblem } from "./RankedProblem.ts"
import { isLate } from "./SearchProblem.ts"

/** The best cascade over any subset of tiers, and how many subsets were searched to know. */
export interface SubsetSolution extends ChainSolution {
  readonly searched: number
}

/** A search over all cascades of a problem, which keeps what it made and found for the prices to come. */
export interface SubsetSearch {
  /** Prices are best asked for in order: each subset starts from its own last thresholds. */
  readonly solve: (lambda: number, mu?: number) => SubsetSolution
  readonly evaluate: (chain: ChainSolution) => ChainOutcome
}

/** The most that a chain may be worth, and any chain that goes on from it. */
interface Bounds {
  readonly own: number
  readonly onward: number
}

/**
 * Joint choice of the tiers and their thresholds by branch and bound.
 *
 * Subsets grow by dearer tiers, depth first. No chain that starts with S and may go on with the tiers U is worth more
 * than where only its first test keeps to a threshold, and each row beyond takes the best answer it could accept, charged
 * the calls that lead to it at least: `max over k in S of q[k] - lambda * (cost of S up to k)` and
 * `max over k in U of q[k] - lambda * (cost of S + c[k])`, and for being late likewise. The best threshold of that one test comes from a histogram over
 * ranks. Where that is no more than the best found, the branch is cut. Without pruning 2^K - 1 subsets; thresholds of each
 * by {@link chainSearch}.
 */
export const subsetSearch = (problem: RankedProblem, maxTiers: number = problem.tiers): SubsetSearch => {
  const { candidates, cost, latency, n, ranking, totalWeight } = problem
  /** The most that any answer of a tier is worth, whatever came before. */
  const most = problem.quality.map((own, k) => {
    const others = problem.after[k]!.filter((answers) => answers !== undefined)
    return others.length === 0
      ? own
      : own.map((q, i) => others.reduce((m, answers) => Math.max(m, answers.quality[i]!), q))
  })
  const buffers = chainBuffers(problem)
  const chains = new Map<string, ChainSearch>()
  const warm = new Map<string, ReadonlyArray<number>>()
  const columns = () => Array.from({ length: maxTiers + 1 }, () => new Float64Array(n))
  /** By the number of tiers called: what they are charged, and the best answer after the first less its calls. */
  const spent = columns(), bestAfterFirst = columns()
  /** By the number of tiers called: their milliseconds. */
  const elapsed = latency === undefined ? [] : columns()
  const first = new Float64Array(n), dearer = new Float64Array(n)
  bestAfterFirst[1]!.fill(-Infinity)
  let previous: ReadonlyArray<number> = candidates.slice(0, 1)

  const searchOf = (chain: ReadonlyArray<number>): ChainSearch => {
    const key = chain.join()
    const search = chains.get(key) ?? chainSearch(problem, chain, undefined, buffers)
    chains.set(key, search)
    return search
  }

  const solveChain = (lambda: number, mu: number, chain: ReadonlyArray<number>): ChainSolution => {
    const key = chain.join()
    const solution = searchOf(chain).solve(lambda, mu, warm.get(key))
    warm.set(key, solution.cuts)
    return solution
  }

  /** The greatest mean where the first test of a chain keeps to a threshold, and all rows beyond take `otherwise`. */
  const boundOf = (chain: ReadonlyArray<number>, otherwise: Float64Array): number => {
    const test = ranking[chain[0]!]
    const gain = buffers.gain
    let accepted = 0
    for (let i = 0; i < n; i++) accepted += first[i]!
    if (test === undefined) return accepted / totalWeight
    gain.fill(0, 0, test.bins)
    for (let i = 0; i < n; i++) {
      const r = test.rank[i]!
      gain[r] = gain[r]! + otherwise[i]! - first[i]!
    }
    return (accepted + greatestPrefix(gain, test.bins)) / totalWeight
  }

  /** Fills the columns of a chain whose last tier has just joined; returns its bounds. */
  const extend = (lambda: number, mu: number, chain: ReadonlyArray<number>): Bounds => {
    const depth = chain.length
    const next = chain[depth - 1]!
    const quality = qualityAfter(problem, next, chain[depth - 2])
    const spentBefore = spent[depth - 1]!, before = bestAfterFirst[depth - 1]!, call = cost[next]!
    const paid = spent[depth]!, best = bestAfterFirst[depth]!
    for (let i = 0; i < n; i++) paid[i] = spentBefore[i]! + lambda * call[i]!
    const capped = mu > 0 ? latency : undefined
    const elapsedBefore = elapsed[depth - 1], took = elapsed[depth]
    if (capped !== undefined) {
      const ms = capped.ms[next]!
      for (let i = 0; i < n; i++) {
        took![i] = elapsedBefore![i]! + ms[i]!
        if (isLate(took![i]!, capped.capMs) && !isLate(elapsedBefore![i]!, capped.capMs)) {
          paid[i] = paid[i]! + mu * (problem.weight?.[i] ?? 1)
        }
      }
    }
    if (depth === 1) {
      for (let i = 0; i < n; i++) first[i] = quality[i]! - paid[i]!
    } else {
      for (let i = 0; i < n; i++) best[i] = Math.max(before[i]!, quality[i]! - paid[i]!)
    }
    dearer.set(best)
    for (const k of candidates) {
      if (k <= next) continue
      const top = most[k]!, call = cost[k]!
      if (capped === undefined) {
        for (let i = 0; i < n; i++) dearer[i] = Math.max(dearer[i]!, top[i]! - paid[i]! - lambda * call[i]!)
        continue
      }
      const ms = capped.ms[k]!
      for (let i = 0; i < n; i++) {
        const passes = isLate(took![i]! + ms[i]!, capped.capMs) && !isLate(took![i]!, capped.capMs)
        const late = passes ? mu * (problem.weight?.[i] ?? 1) : 0
        dearer[i] = Math.max(dearer[i]!, top[i]! - paid[i]! - lambda * call[i]! - late)
      }
    }
    return { own: boundOf(chain, best), onward: boundOf(chain, dearer) }
  }

  const solve = (lambda: number, mu = 0): SubsetSolution => {
    let best = solveChain(lambda, mu, previous)
    let searched = 1
    const start = previous.join()
    const visit = (chain: ReadonlyArray<number>) => {
      for (const next of candidates) {
        if (next <= (chain.at(-1) ?? -1)) continue
        const longer = [...chain, next]
        const bound = extend(lambda, mu, longer)
        if (bound.own > best.value && longer.join() !== start) {
          const solution = solveChain(lambda, mu, longer)
          searched += 1
          if (solution.value > best.value) best = solution
        }
        if (bound.onward > best.value && longer.length < maxTiers && ranking[next] !== undefined) visit(longer)
      }
    }
    visit([])
    previous = best.tiers
    return { ...best, searched }
  }

  return { solve, evaluate: (chain) => searchOf(chain.tiers).evaluate(chain.cuts) }
}
