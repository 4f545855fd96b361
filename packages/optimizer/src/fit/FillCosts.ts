import { BadInput } from "@spillway/domain"
import type { Dataset } from "../data/Dataset.ts"
import { expectedCost, fitCosts } from "./Costs.ts"

/**
 * The data with every missing cost filled by what the tier's other outcomes cost, by task and length ({@link fitCosts}): an
 * unknown cost is not zero, and a failed call has none.
 *
 * @param rows the rows to learn costs from, which hold none that certify
 *
 * Throws {@link BadInput} where a tier has no cost on any of `rows`.
 */
export const fillCosts = (data: Dataset, rows: Uint32Array): Dataset => {
  if (!data.costUsd.some((column) => column.some(Number.isNaN))) return data
  const priceless = data.tiers.filter((_, k) => rows.every((row) => Number.isNaN(data.costUsd[k]![row]!)))
  if (priceless.length > 0) {
    throw new BadInput({
      source: "database",
      field: priceless.join(", "),
      problem:
        "no outcome of this tier has a cost among the requests that are learned from, and an unknown cost is not zero",
      mend: "Import costs with the older outcomes too, or replay them on this tier"
    })
  }
  const costs = fitCosts(data, rows)
  return {
    ...data,
    costUsd: data.costUsd.map((column, k) =>
      column.map((usd, row) => Number.isNaN(usd) ? expectedCost(costs[k]!, data, row) : usd)
    )
  }
}
