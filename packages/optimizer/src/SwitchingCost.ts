import type { Turns } from "./data/Turns.ts"
import type { PlanRows } from "./search/EvaluatePlan.ts"

/** The plans that a row may take, with their shares. */
export type RowMix = ReadonlyArray<{ readonly share: number; readonly rows: Pick<PlanRows, "called"> }>

/**
 * US dollars that each row costs beyond the recorded costs because a tier is called that did not answer the turn before,
 * and so has not its prompt in the cache: the recorded discount times the chance that the tier was not called then. The
 * plans of a mix are drawn for each turn apart. Where the turn before is not among the rows, the chance is the tier's
 * share of all calls.
 *
 * All of the cached prompt counts as lost, also instructions that other conversations may have kept warm: an upper bound.
 * A tier that was replayed without a cache has no discount to lose, and none to gain.
 *
 * @param rows rows of the data; position i of a plan's columns belongs to `rows[i]`
 */
export const switchingUsd = (
  { discountUsd, later, previous }: Turns,
  rows: Uint32Array,
  mixOf: (i: number) => RowMix
): Float64Array => {
  const position = new Int32Array(previous.length).fill(-1)
  rows.forEach((row, i) => position[row] = i)
  const chanceOf = (i: number, tier: number) =>
    mixOf(i).reduce((sum, { rows: { called }, share }) => sum + share * ((called[i]! >>> tier) & 1), 0)
  const shareOf = discountUsd.map((_, tier) => {
    let sum = 0
    for (let i = 0; i < rows.length; i++) sum += chanceOf(i, tier)
    return sum / Math.max(1, rows.length)
  })
  const usd = new Float64Array(rows.length)
  rows.forEach((row, i) => {
    if (later[row] === 0) return
    const before = previous[row]! < 0 ? -1 : position[previous[row]!]!
    discountUsd.forEach((discount, tier) => {
      if (discount[row] === 0) return
      const warm = before < 0 ? shareOf[tier]! : chanceOf(before, tier)
      usd[i]! += discount[row]! * chanceOf(i, tier) * (1 - warm)
    })
  })
  return usd
}
