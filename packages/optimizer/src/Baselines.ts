import { type Dataset, taskOf } from "./data/Dataset.ts"
import { poolByTask, pooledMean } from "./fit/SegmentPooling.ts"
import type { Baseline, CostQuality } from "./OptimizeReport.ts"
import { hullOf } from "./search/Hull.ts"

/** Shares of the flagship at which the random mix is shown. */
const MIX_SHARES = [0.25, 0.5, 0.75]

/** Mean cost and quality of each single tier on the rows, in the order of the data's tiers. */
export const singleTiers = (data: Dataset, rows: Uint32Array): ReadonlyArray<CostQuality> =>
  data.tiers.map((_, k) => ({ cost_usd: meanOf(data.costUsd[k]!, rows), quality: meanOf(data.quality[k]!, rows) }))

/** Upper hull of the single tiers: what choosing among them at random reaches. */
export const randomMix = (data: Dataset, rows: Uint32Array): ReadonlyArray<CostQuality> =>
  hullOf(singleTiers(data, rows).map((p) => ({ ...p, cost: p.cost_usd }))).map(({ cost_usd, quality }) => ({
    cost_usd,
    quality
  }))

/** Prices at which the oracle is shown; at the greatest the whole range of quality is worth 1/700 of the dearest tier. */
export const oraclePrices = (data: Dataset, rows: Uint32Array): ReadonlyArray<number> => {
  const dearest = Math.max(...singleTiers(data, rows).map((p) => p.cost_usd))
  return [0, ...Array.from({ length: 40 }, (_, i) => 10 ** (-3 + i * 0.15) / dearest)]
}

/** The tier that the oracle takes for a row: `argmax quality - lambda cost`, the cheapest of equals. */
export const oracleTier = (data: Dataset, row: number, lambda: number): number => {
  let best = 0, value = -Infinity
  for (let k = 0; k < data.tiers.length; k++) {
    const v = data.quality[k]![row]! - lambda * data.costUsd[k]![row]!
    if (v > value || (v === value && data.costUsd[k]![row]! < data.costUsd[best]![row]!)) {
      value = v
      best = k
    }
  }
  return best
}

/** Frontier of the policy that knows every grade beforehand: {@link oracleTier} over a grid of prices. */
export const oracleFrontier = (data: Dataset, rows: Uint32Array): ReadonlyArray<CostQuality> => {
  const points = oraclePrices(data, rows).map((lambda) => {
    let cost = 0, quality = 0
    for (const row of rows) {
      const tier = oracleTier(data, row, lambda)
      cost += data.costUsd[tier]![row]!
      quality += data.quality[tier]![row]!
    }
    return { cost: cost / rows.length, quality: quality / rows.length }
  })
  return hullOf(points).map((p) => ({ cost_usd: p.cost, quality: p.quality }))
}

/**
 * The policies that a reader would try first, measured on `rows` at the mean cost of the chosen point where they have a
 * dial.
 *
 * @param fitted rows that the task-only router and the selected single tier learn from
 * @param budget mean USD per request that the routers may spend
 */
export const baselines = (
  data: Dataset,
  fitted: Uint32Array,
  rows: Uint32Array,
  budget: number
): ReadonlyArray<Baseline> => {
  const singles = singleTiers(data, rows), before = singleTiers(data, fitted)
  const cheapest = 0, flagship = data.flagship
  const best = (points: ReadonlyArray<CostQuality>) =>
    points.reduce((b, p, k) => p.quality > points[b]!.quality ? k : b, 0)
  const selected = best(before), hindsight = best(singles)
  const between = (share: number): CostQuality => ({
    cost_usd: singles[cheapest]!.cost_usd + share * (singles[flagship]!.cost_usd - singles[cheapest]!.cost_usd),
    quality: singles[cheapest]!.quality + share * (singles[flagship]!.quality - singles[cheapest]!.quality)
  })
  const gain = data.quality[flagship]!.map((y, row) => y - data.quality[cheapest]![row]!)
  const pooled = poolByTask((row) => taskOf(data, row), gain, fitted)
  const dial = `${data.tiers[cheapest]} or ${data.tiers[flagship]}, at the cost of the default point`
  return [
    { name: "always cheapest", ...singles[cheapest]!, note: data.tiers[cheapest] },
    { name: "always flagship", ...singles[flagship]!, note: data.tiers[flagship] },
    { name: "best single tier (selected)", ...singles[selected]!, note: data.tiers[selected] },
    { name: "best single tier (hindsight)", ...singles[hindsight]!, note: data.tiers[hindsight] },
    ...MIX_SHARES.map((share) => ({ name: `random mix ${100 * share}%`, ...between(share) })),
    {
      name: "length only",
      ...routeByScore(data, rows, (row) => data.chars[row]!, budget),
      note: `longer requests to the flagship; ${dial}`
    },
    {
      name: "task only",
      ...routeByScore(data, rows, (row) => pooledMean(pooled, taskOf(data, row)), budget),
      note: `tasks with more to gain to the flagship; ${dial}`
    },
    { name: "oracle", ...atBudget(oracleFrontier(data, rows), budget), note: "knows every grade beforehand" }
  ]
}

/** Sends the rows of the greatest score to the flagship, the others to the cheapest tier, until the budget is used. */
const routeByScore = (
  data: Dataset,
  rows: Uint32Array,
  score: (row: number) => number,
  budget: number
): CostQuality => {
  const cheap = 0, dear = data.flagship
  let cost = 0, quality = 0
  for (const row of rows) {
    cost += data.costUsd[cheap]![row]!
    quality += data.quality[cheap]![row]!
  }
  for (const row of rows.toSorted((a, b) => score(b) - score(a) || a - b)) {
    const extra = data.costUsd[dear]![row]! - data.costUsd[cheap]![row]!
    if (cost + extra > budget * rows.length) break
    cost += extra
    quality += data.quality[dear]![row]! - data.quality[cheap]![row]!
  }
  return { cost_usd: cost / rows.length, quality: quality / rows.length }
}

/** Best quality on a frontier (cheapest first) at a mean cost, mixing neighbours. */
const atBudget = (frontier: ReadonlyArray<CostQuality>, budget: number): CostQuality => {
  const above = frontier.findIndex((p) => p.cost_usd >= budget)
  if (above === 0) return frontier[0]!
  if (above < 0) return frontier[frontier.length - 1]!
  const a = frontier[above - 1]!, b = frontier[above]!
  const share = (budget - a.cost_usd) / (b.cost_usd - a.cost_usd)
  return { cost_usd: budget, quality: a.quality + share * (b.quality - a.quality) }
}

const meanOf = (column: Float64Array, rows: Uint32Array): number =>
  rows.reduce((sum, row) => sum + column[row]!, 0) / Math.max(1, rows.length)
