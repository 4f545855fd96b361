import type { Ranking } from "./RankedProblem.ts"

/** The best pair of cuts of a three-way choice, and the sum it reaches. */
export interface PairOfCuts {
  readonly first: number
  readonly second: number
  readonly sum: number
}

/** Sums over leaves 0..size-1 with the greatest prefix sum, updated one leaf at a time. */
const prefixTree = (leaves: number) => {
  let size = 1
  while (size < leaves) size *= 2
  const sum = new Float64Array(2 * size)
  const best = new Float64Array(2 * size)
  return {
    add(leaf: number, value: number) {
      let node = size + leaf
      sum[node] = sum[node]! + value
      best[node] = Math.max(0, sum[node]!)
      for (node >>= 1; node >= 1; node >>= 1) {
        const left = 2 * node
        sum[node] = sum[left]! + sum[left + 1]!
        best[node] = Math.max(best[left]!, sum[left]! + best[left + 1]!)
      }
    },
    /** The greatest prefix sum; the empty prefix counts as 0. */
    best: () => best[1]!,
    /** How many leaves the shortest greatest prefix holds. */
    length() {
      let node = 1
      if (best[node]! <= 0) return 0
      while (node < size) {
        const left = 2 * node
        node = best[left]! >= sum[left]! + best[left + 1]! ? left : left + 1
      }
      return node - size + 1
    }
  }
}

/** Rows in order of rank. Counting sort, O(n + bins). */
const orderByRank = ({ bins, rank }: Ranking): Uint32Array => {
  const start = new Uint32Array(bins + 1)
  for (let i = 0; i < rank.length; i++) start[rank[i]! + 1] = start[rank[i]! + 1]! + 1
  for (let b = 0; b < bins; b++) start[b + 1] = start[b + 1]! + start[b]!
  const order = new Uint32Array(rank.length)
  for (let i = 0; i < rank.length; i++) {
    const b = rank[i]!
    order[start[b]!] = i
    start[b] = start[b]! + 1
  }
  return order
}

/**
 * The exact maximum over cuts (c1, c2) of the sum over rows of
 * `accept1` where rank1 >= c1, else `accept2` where rank2 >= c2, else `otherwise`.
 *
 * Sweeps c1 upwards. Rows that fall below it enter a segment tree at their second rank with `otherwise - accept2`; the
 * tree's greatest prefix sum is what the best c2 adds. O(n log n). Cheapest cuts on ties.
 */
export const bestPairOfCuts = (
  first: Ranking,
  second: Ranking,
  accept1: Float64Array,
  accept2: Float64Array,
  otherwise: Float64Array
): PairOfCuts => {
  const order = orderByRank(first)
  const tree = prefixTree(second.bins)
  let accepted = 0
  for (let i = 0; i < order.length; i++) accepted += accept1[i]!
  let best: PairOfCuts = { first: 0, second: 0, sum: accepted }
  for (let at = 0; at < order.length; at++) {
    const i = order[at]!
    const group = first.rank[i]!
    accepted += accept2[i]! - accept1[i]!
    tree.add(second.rank[i]!, otherwise[i]! - accept2[i]!)
    const groupEnds = at + 1 === order.length || first.rank[order[at + 1]!] !== group
    const sum = accepted + tree.best()
    if (groupEnds && sum > best.sum) best = { first: group + 1, second: tree.length(), sum }
  }
  return best
}
