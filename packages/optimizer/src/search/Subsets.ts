import { chainBuffers, type ChainSearch, chainSearch, type ChainSolution } from "./Coordinate.ts"
import { qualityAfter, type RankedProblem } from "./RankedProblem.ts"

/** The best cascade over any subset of tiers, and how many subsets were searched to know. */
export interface SubsetSolution extends ChainSolution {
  readonly searched: number
}

export interface SubsetSearch {
  /** Prices are best asked for in order: each subset starts from its own last thresholds. */
  readonly solve: (lambda: number) => SubsetSolution
  /** Mean quality and cost of a solution. */
  readonly evaluate: (chain: ChainSolution) => { readonly quality: number; readonly cost: number }
}

/**
 * Joint choice of the tiers and their thresholds by branch and bound.
 *
 * Subsets grow by dearer tiers, depth first. No chain that starts with S and may go on with the tiers U is worth more
 * than the mean over rows of the best answer it could accept, each charged the calls that lead to it at least:
 * `max over k in S of q[k] - lambda * (cost of S up to k)` and `max over k in U of q[k] - lambda * (cost of S + c[k])`.
 * Where that is no more than the best found, the branch is cut. Without pruning 2^K - 1 subsets; thresholds of each by
 * {@link chainSearch}.
 */
export const subsetSearch = (problem: RankedProblem, maxTiers: number = problem.tiers): SubsetSearch => {
  const { candidates, cost, n, ranking, totalWeight } = problem
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
  const bestSoFar = Array.from({ length: maxTiers + 1 }, () => new Float64Array(n))
  const spent = Array.from({ length: maxTiers + 1 }, () => new Float64Array(n))
  bestSoFar[0]!.fill(-Infinity)
  let previous: ReadonlyArray<number> = candidates.slice(0, 1)

  const searchOf = (chain: ReadonlyArray<number>): ChainSearch => {
    const key = chain.join()
    const search = chains.get(key) ?? chainSearch(problem, chain, undefined, buffers)
    chains.set(key, search)
    return search
  }

  const solveChain = (lambda: number, chain: ReadonlyArray<number>): ChainSolution => {
    const key = chain.join()
    const solution = searchOf(chain).solve(lambda, warm.get(key))
    warm.set(key, solution.cuts)
    return solution
  }

  /** Fills the columns of the depth of `chain`, whose last tier has just joined; returns the bounds of this chain and of all that go on. */
  const extend = (lambda: number, chain: ReadonlyArray<number>): { readonly own: number; readonly onward: number } => {
    const depth = chain.length
    const next = chain[depth - 1]!
    const quality = qualityAfter(problem, next, chain[depth - 2])
    const before = bestSoFar[depth - 1]!
    const spentBefore = spent[depth - 1]!
    const best = bestSoFar[depth]!
    const paid = spent[depth]!
    const onwards = candidates.filter((k) => k > next)
    let own = 0
    let onward = 0
    for (let i = 0; i < n; i++) {
      const sum = spentBefore[i]! + lambda * cost[next]![i]!
      const value = Math.max(before[i]!, quality[i]! - sum)
      paid[i] = sum
      best[i] = value
      own += value
      let bound = value
      for (const k of onwards) bound = Math.max(bound, most[k]![i]! - sum - lambda * cost[k]![i]!)
      onward += bound
    }
    return { own: own / totalWeight, onward: onward / totalWeight }
  }

  const solve = (lambda: number): SubsetSolution => {
    let best = solveChain(lambda, previous)
    let searched = 1
    const first = previous.join()
    const visit = (chain: ReadonlyArray<number>) => {
      for (const next of candidates) {
        if (next <= (chain.at(-1) ?? -1)) continue
        const longer = [...chain, next]
        const bound = extend(lambda, longer)
        if (bound.own > best.value && longer.join() !== first) {
          const solution = solveChain(lambda, longer)
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
