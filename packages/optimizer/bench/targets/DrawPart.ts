import type { Dataset } from "../../src/data/Dataset.ts"
import { groupRows } from "../../src/statistics/Groups.ts"
import { shuffledIndices } from "../../src/statistics/SeededRandom.ts"

/** The dataset with some of its tiers, which stay in order of cost; the best of them is the flagship. */
export const takeTiers = (data: Dataset, tiers: ReadonlyArray<string>): Dataset => {
  const kept = data.tiers.flatMap((tier, k) => tiers.includes(tier) ? [k] : [])
  const missing = tiers.filter((tier) => !data.tiers.includes(tier))
  if (missing.length > 0) throw new RangeError(`the recorded data lacks ${missing.join(", ")}`)
  const pick = <A>(columns: ReadonlyArray<A>) => kept.map((k) => columns[k]!)
  const quality = pick(data.quality)
  const sums = quality.map((column) => column.reduce((sum, y) => sum + y, 0))
  return {
    ...data,
    tiers: pick(data.tiers),
    flagship: sums.indexOf(Math.max(...sums)),
    quality,
    costUsd: pick(data.costUsd),
    latencyMs: pick(data.latencyMs),
    evidence: pick(data.evidence),
    agreement: kept.map((k, at) => kept.slice(0, at).map((p) => data.agreement[k]![p]!))
  }
}

/**
 * Draws whole near-duplicate groups by the seed until `wanted` rows are reached; the others are `rest`. So no row of
 * `rest` has a twin among the drawn.
 */
export const drawRows = (
  data: Dataset,
  wanted: number,
  seed: number
): { readonly drawn: Uint32Array; readonly rest: Uint32Array } => {
  const groups = groupRows(data.n, data.group)
  const place = new Uint32Array(groups.count)
  shuffledIndices(groups.count, seed).forEach((group, at) => place[group] = at)
  const order = Uint32Array.from({ length: data.n }, (_, row) => row)
    .toSorted((a, b) => place[groups.index[a]!]! - place[groups.index[b]!]! || a - b)
  const last = groups.index[order[Math.min(wanted, data.n) - 1]!]!
  let end = wanted
  while (end < data.n && groups.index[order[end]!] === last) end += 1
  return { drawn: order.slice(0, wanted), rest: order.slice(end) }
}
