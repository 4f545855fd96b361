import { mean } from "../statistics/Moments.ts"
import { ascendingOrder, quantiles } from "../statistics/Quantile.ts"

/** What a router between a weak and a strong model is measured on, one entry per request. */
export interface TwoModelRouting {
  /** The greater, the sooner the request goes to the strong model. */
  readonly score: ArrayLike<number>
  /** Quality of the weak and of the strong model's answer, in [0, 1]. */
  readonly weak: ArrayLike<number>
  readonly strong: ArrayLike<number>
}

/**
 * Performance gap recovered (Ong et al. 2024, RouteLLM, arXiv 2406.18665): `(r - weak) / (strong - weak)` for mean
 * qualities. NaN where both models are equally good.
 */
export const pgr = (quality: number, weak: number, strong: number): number =>
  strong === weak ? Number.NaN : (quality - weak) / (strong - weak)

/** A share of calls to the strong model, and the gap that it recovers. */
interface Cut {
  readonly share: number
  readonly pgr: number
}

/** All ways to cut the requests by score, ascending in share; requests of equal score go together. */
const cutsOf = ({ score, strong, weak }: TwoModelRouting): ReadonlyArray<Cut> => {
  const n = score.length, low = mean(weak), high = mean(strong)
  const cuts: Array<Cut> = [{ share: 0, pgr: pgr(low, low, high) }]
  let gained = 0
  const order = ascendingOrder(score).toReversed()
  order.forEach((row, rank) => {
    gained += strong[row]! - weak[row]!
    if (rank + 1 < n && score[order[rank + 1]!] === score[row]) return
    cuts.push({ share: (rank + 1) / n, pgr: pgr(low + gained / n, low, high) })
  })
  return cuts
}

/** Area under PGR over the share of strong calls, divided by the range of shares. */
const averageOver = (cuts: ReadonlyArray<Cut>): number => {
  let area = 0
  for (let i = 1; i < cuts.length; i++) {
    area += (cuts[i]!.share - cuts[i - 1]!.share) * (cuts[i]!.pgr + cuts[i - 1]!.pgr) / 2
  }
  return area / (cuts.at(-1)!.share - cuts[0]!.share)
}

/**
 * Average PGR as RouteLLM's code computes it (`evals/evaluate.py`): thresholds at the quantiles that cut the scores into
 * `bins` of equal size, the requests at or above a threshold to the strong model (above the last: none), trapezoids over
 * the share of strong calls. A random router has .5.
 */
export const apgrBins = (routing: TwoModelRouting, bins = 10): number => {
  const { score, strong, weak } = routing
  const n = score.length, low = mean(weak), high = mean(strong)
  const thresholds = quantiles(score, Array.from({ length: bins + 1 }, (_, i) => i / bins))
  const cuts = thresholds.map((threshold, i): Cut => {
    let count = 0, gained = 0
    for (let row = 0; row < n; row++) {
      if (i === bins ? score[row]! > threshold : score[row]! >= threshold) {
        count++
        gained += strong[row]! - weak[row]!
      }
    }
    return { share: count / n, pgr: pgr(low + gained / n, low, high) }
  })
  return averageOver(cuts.toReversed())
}

/** Average PGR over all n + 1 cuts; requests of equal score are taken in random order, by expectation. */
export const apgrExact = (routing: TwoModelRouting): number => averageOver(cutsOf(routing))

/**
 * Call-performance threshold (RouteLLM): the least share of strong calls with a PGR of at least `x`, among the cuts that
 * keep requests of equal score together. RouteLLM's code interpolates between its bins instead. NaN where both models
 * are equally good or no cut recovers so much.
 */
export const cpt = (routing: TwoModelRouting, x: number): number =>
  cutsOf(routing).find((cut) => cut.pgr >= x)?.share ?? Number.NaN
