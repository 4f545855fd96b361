import { type CappedLatency, checkProblem, type Judged, type SearchProblem } from "./SearchProblem.ts"

/**
 * Scores replaced by their dense rank. A cut c in 0..bins accepts ranks >= c, which are the scores >= `edges[c]`:
 * cut 0 (edge -Infinity) accepts all, cut `bins` (edge Infinity) none. Edges lie midway between neighbouring scores.
 */
export interface Ranking {
  readonly rank: Uint16Array
  readonly bins: number
  readonly edges: Float64Array
}

/** Ranks of answers, in the bins of their tier, with their quality times the row's weight. */
export interface RankedAnswers {
  readonly rank: Uint16Array
  readonly quality: Float64Array
}

/** A problem with its scores ranked once, so that each pass of a search is linear. */
export interface RankedProblem {
  readonly n: number
  readonly tiers: number
  /** Tiers that cascades may be built of, ascending. */
  readonly candidates: ReadonlyArray<number>
  readonly ranking: ReadonlyArray<Ranking | undefined>
  /** Answers of tier k right after tier p, as `after[k][p]`; undefined where it makes no difference. */
  readonly after: ReadonlyArray<ReadonlyArray<RankedAnswers | undefined>>
  /** Quality and cost times the row's weight. */
  readonly quality: ReadonlyArray<Float64Array>
  readonly cost: ReadonlyArray<Float64Array>
  readonly weight: Float64Array | undefined
  readonly totalWeight: number
  readonly latency: CappedLatency | undefined
}

const maxBins = 65_536

/** The distinct values of an ascending column. */
const distinctOf = (sorted: Float64Array): Float64Array =>
  sorted.filter((value, i) => i === 0 || value > sorted[i - 1]!)

/** The greatest rank whose edge is at most `value`. */
const rankOf = (edges: Float64Array, bins: number, value: number): number => {
  let low = 0
  let high = bins - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (value >= edges[middle]!) low = middle
    else high = middle - 1
  }
  return low
}

/** Halfway between two numbers, never equal to the lower one. */
export const midway = (low: number, high: number): number => {
  const middle = low + (high - low) / 2
  return middle > low && middle <= high ? middle : high
}

/**
 * Ranks scores; equal scores share a rank. With more distinct scores than `bins`, neighbours are merged into bins of
 * about equal mass, which begin at the widest gap within half a bin: where rows are few, a cut says most about rows to come.
 * The best cut is then off by at most one bin, so the objective by at most the mass of two bins (2 / bins of the rows, more
 * only where one score repeats) times the largest gain of a row. O(n log n).
 */
export const rankScores = (score: Float64Array, bins: number = maxBins): Ranking => {
  const edges = edgesOf(score.toSorted(), bins)
  return { rank: ranksOf(score, edges), bins: edges.length - 1, edges }
}

/** Edges of at most `bins` bins of ascending scores. */
const edgesOf = (sorted: Float64Array, bins: number): Float64Array => {
  const limit = Math.min(bins, maxBins)
  const distinct = distinctOf(sorted)
  const cuts = distinct.length <= limit
    ? distinct
    : distinctOf(Float64Array.from({ length: limit }, (_, b) => sorted[widestGap(sorted, b, limit)]!))
  const count = cuts.length
  const edges = new Float64Array(count + 1)
  edges[0] = -Infinity
  edges[count] = Infinity
  for (let c = 1, d = 0; c < count; c++) {
    while (distinct[d]! < cuts[c]!) d++
    edges[c] = midway(distinct[d - 1]!, cuts[c]!)
  }
  return edges
}

/** Where bin `b` begins: the place with the widest gap before it, no further than half a bin from its share of the rows. */
const widestGap = (sorted: Float64Array, b: number, bins: number): number => {
  if (b === 0) return 0
  const from = Math.ceil((b - 0.5) * sorted.length / bins), to = Math.ceil((b + 0.5) * sorted.length / bins)
  let best = from
  for (let i = from + 1; i < to; i++) {
    if (sorted[i]! - sorted[i - 1]! > sorted[best]! - sorted[best - 1]!) best = i
  }
  return best
}

const ranksOf = (score: Float64Array, edges: Float64Array): Uint16Array => {
  const rank = new Uint16Array(score.length)
  for (let i = 0; i < score.length; i++) rank[i] = rankOf(edges, edges.length - 1, score[i]!)
  return rank
}

/** Ranks a tier's scores and those of its answers after other tiers in bins they share: one threshold serves them all. */
const rankTier = (
  score: Float64Array,
  after: ReadonlyArray<Judged | undefined>,
  bins: number | undefined
): { readonly own: Ranking; readonly after: ReadonlyArray<Uint16Array | undefined> } => {
  const columns = [score, ...after.flatMap((judged) => judged === undefined ? [] : [judged.score])]
  if (columns.length === 1) return { own: rankScores(score, bins), after: [] }
  const pooled = new Float64Array(columns.length * score.length)
  columns.forEach((column, c) => pooled.set(column, c * score.length))
  const edges = edgesOf(pooled.toSorted(), bins ?? maxBins)
  return {
    own: { rank: ranksOf(score, edges), bins: edges.length - 1, edges },
    after: after.map((judged) => judged === undefined ? undefined : ranksOf(judged.score, edges))
  }
}

const times = (column: Float64Array, weight: Float64Array | undefined): Float64Array =>
  weight === undefined ? column : column.map((value, i) => value * weight[i]!)

/**
 * Prepares a problem for search. `bins` (at most 65,536) caps the distinct scores per tier, see {@link rankScores};
 * 4,096 is far finer than sampling error and keeps the passes over large problems inside the cache.
 */
export const rankProblem = (problem: SearchProblem, bins?: number): RankedProblem => {
  checkProblem(problem)
  const { n, tiers, weight } = problem
  const ranked = problem.score.map((score, k) =>
    score === undefined ? undefined : rankTier(score, problem.after?.[k] ?? [], bins)
  )
  return {
    n,
    tiers,
    candidates: problem.candidates ?? problem.quality.map((_, k) => k),
    ranking: ranked.map((tier) => tier?.own),
    after: ranked.map((tier, k) =>
      (tier?.after ?? []).map((rank, p) =>
        rank === undefined ? undefined : { rank, quality: times(problem.after![k]![p]!.quality, weight) }
      )
    ),
    quality: problem.quality.map((column) => times(column, weight)),
    cost: problem.cost.map((column) => times(column, weight)),
    weight,
    totalWeight: weight === undefined ? n : weight.reduce((sum, value) => sum + value, 0),
    latency: problem.latency
  }
}

/** Quality of a tier's answers, right after tier `previous` where that is given. */
export const qualityAfter = (problem: RankedProblem, tier: number, previous: number | undefined): Float64Array =>
  (previous === undefined ? undefined : problem.after[tier]?.[previous]?.quality) ?? problem.quality[tier]!

/** Ranks of a tier's answers, right after tier `previous` where that is given. */
export const rankAfter = (problem: RankedProblem, tier: number, previous: number | undefined): Uint16Array =>
  (previous === undefined ? undefined : problem.after[tier]?.[previous]?.rank) ?? rankingOf(problem, tier).rank

/** The ranking of a tier that a plan tests; RangeError where its answers cannot be tested. */
export const rankingOf = (problem: RankedProblem, tier: number): Ranking => {
  const ranking = problem.ranking[tier]
  if (ranking === undefined) throw new RangeError(`Tier ${tier} has no score to test its answers by`)
  return ranking
}
