import { quantiles } from "../../src/statistics/Quantile.ts"

/** Quantiles tried as thresholds: every 2.5 %, as in the code of "Rational Tuning of LLM Cascades". */
const STEP = 0.025
const EDGE = 0.01
/** Costs told apart: of all candidates in one of these parts of the range the best is kept. */
const COSTS = 400

/**
 * Thresholds of a chain by exhaustive search over quantiles of the confidences, one candidate for every combination; kept
 * are those that nothing cheaper beats. An answer is accepted where its confidence is greater than the threshold.
 *
 * @param confidence by position in the chain
 * @param value what accepting the answer is worth, by position: its grade, or again its confidence
 * @param cost US dollars of all calls up to each position
 */
export const gridSearch = (
  confidence: ReadonlyArray<Float64Array>,
  value: ReadonlyArray<Float64Array>,
  cost: ReadonlyArray<number>
): ReadonlyArray<ReadonlyArray<number>> => {
  const last = confidence.length - 1, n = confidence[0]!.length
  const steps = Array.from({ length: Math.ceil((1 - 2 * EDGE) / STEP) }, (_, i) => EDGE + i * STEP)
  const grids = confidence.slice(0, last).map((column) => quantiles(column, steps))
  /** How many thresholds of the grid accept each row. */
  const accepting = grids.map((grid, j) =>
    Uint8Array.from(confidence[j]!, (c) => grid.reduce((count, t) => count + (c > t ? 1 : 0), 0))
  )
  const width = (cost[last]! - cost[0]!) / COSTS
  const best = Array.from({ length: COSTS + 1 }, () => ({ quality: -1, cost: 0, at: [] as ReadonlyArray<number> }))
  const keep = (quality: number, usd: number, at: ReadonlyArray<number>, final: number) => {
    const slot = best[Math.min(COSTS, Math.floor((usd / n - cost[0]!) / width))]!
    if (quality <= slot.quality) return
    slot.quality = quality
    slot.cost = usd
    slot.at = [...at, final]
  }
  const kept = grids.map(() => new Uint16Array(n))
  const gained = new Float64Array(steps.length + 1), counts = new Float64Array(steps.length + 1)
  const visit = (j: number, rows: Uint16Array, quality: number, usd: number, at: ReadonlyArray<number>) => {
    const accepts = accepting[j]!
    if (j === last - 1) {
      gained.fill(0)
      counts.fill(0)
      let all = quality
      for (const row of rows) {
        all += value[last]![row]!
        gained[accepts[row]!]! += value[j]![row]! - value[last]![row]!
        counts[accepts[row]!]! += 1
      }
      // From the highest threshold down, ever more rows are accepted here.
      let accepted = 0
      for (let g = steps.length - 1; g >= 0; g--) {
        all += gained[g + 1]!
        accepted += counts[g + 1]!
        keep(all, usd + accepted * cost[j]! + (rows.length - accepted) * cost[last]!, at, g)
      }
      return
    }
    for (let g = 0; g < steps.length; g++) {
      let sum = quality, paid = usd, count = 0
      for (const row of rows) {
        if (accepts[row]! > g) {
          sum += value[j]![row]!
          paid += cost[j]!
        } else kept[j]![count++] = row
      }
      visit(j + 1, kept[j]!.subarray(0, count), sum, paid, [...at, g])
    }
  }
  visit(0, Uint16Array.from({ length: n }, (_, i) => i), 0, 0, [])
  let reached = -1
  return best.filter(({ quality }) => quality > -1).toSorted((a, b) => a.cost - b.cost).flatMap(({ at, quality }) => {
    if (quality <= reached) return []
    reached = quality
    return [at.map((g, j) => grids[j]![g]!)]
  })
}
