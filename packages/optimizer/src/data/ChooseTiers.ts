import { BadInput } from "@spillway/domain"
import type { OutcomeMatrix, Selection } from "@spillway/store"
import { Effect } from "effect"

/**
 * A tier graded on fewer than this share of the requests that have any grade is left out: the rows it shares with the
 * others are too few. Requests without any grade are waiting for a replay and count for none.
 */
const LEAST_COVERAGE = 0.5

/**
 * Indices of the tiers to use, cheapest first by mean cost. Tiers that are left out are said in `warnings`. Fails where
 * none is left, where a tier that is asked for has no outcomes, and where a tier has no known cost.
 */
export const chooseTiers = Effect.fnUntraced(function*(
  matrix: OutcomeMatrix,
  options: Selection & { readonly flagship?: string | undefined },
  warnings: Array<string>
): Effect.fn.Return<ReadonlyArray<number>, BadInput> {
  const n = matrix.requestIds.length
  if (n === 0) {
    return yield* new BadInput({
      source: options.where === undefined ? "database" : "where",
      problem: "no request is selected",
      mend: options.where === undefined ? "Run \"spillway import\" first" : "Widen the condition"
    })
  }
  const unknown = options.tiers?.find((tier) => !matrix.tiers.includes(tier))
  if (unknown !== undefined) {
    return yield* new BadInput({
      source: "--tiers",
      problem: `"${unknown}" has no outcomes`,
      mend: `Known tiers: ${matrix.tiers.join(", ")}`
    })
  }
  const known = (column: Float64Array) => column.reduce((count, v) => count + (Number.isNaN(v) ? 0 : 1), 0)
  const mean = (column: Float64Array) =>
    column.reduce((sum, v) => sum + (Number.isNaN(v) ? 0 : v), 0) / Math.max(1, known(column))
  const candidates = matrix.tiers.map((_, k) => k)
    .filter((k) => options.tiers === undefined || options.tiers.includes(matrix.tiers[k]!))
  const priceless = candidates.find((k) => known(matrix.quality[k]!) > 0 && known(matrix.costUsd[k]!) === 0)
  if (priceless !== undefined) {
    return yield* new BadInput({
      source: "database",
      field: matrix.tiers[priceless]!,
      problem: "no outcome of this tier has a cost, and an unknown cost is not zero",
      mend:
        "Give the tier a price in spillway.yaml and replay it, import costs with the outcomes, or leave it out with --tiers"
    })
  }
  const begun = matrix.requestIds.reduce(
    (count, _, row) => count + (candidates.some((k) => !Number.isNaN(matrix.quality[k]![row]!)) ? 1 : 0),
    0
  )
  const kept = candidates.filter((k) => {
    const share = begun === 0 ? 0 : known(matrix.quality[k]!) / begun
    if (share >= LEAST_COVERAGE) return true
    warnings.push(
      `tier ${matrix.tiers[k]!} is left out: graded on ${(100 * share).toFixed(0)} % of the graded requests`
    )
    return false
  })
  if (options.flagship !== undefined && !kept.some((k) => matrix.tiers[k] === options.flagship)) {
    return yield* new BadInput({
      source: "flagship",
      problem: `"${options.flagship}" is not graded on at least half of the graded requests`,
      mend: "Replay and grade it, or name another flagship"
    })
  }
  if (kept.length === 0) {
    return yield* new BadInput({
      source: "database",
      problem: "no tier is graded on at least half of the graded requests",
      mend: "Run \"spillway replay\" and \"spillway grade\" first"
    })
  }
  return kept.toSorted((a, b) => mean(matrix.costUsd[a]!) - mean(matrix.costUsd[b]!) || a - b)
})
