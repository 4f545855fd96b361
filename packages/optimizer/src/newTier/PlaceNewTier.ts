import type { OperatingPoint, RoutingTable, TableTier } from "@spillway/domain"
import type { Dataset } from "../data/Dataset.ts"
import { expectedCost, fitCosts } from "../fit/Costs.ts"
import type { Optimized } from "../OptimizeDataset.ts"
import { priceGrid } from "../portfolio/Frontier.ts"
import { routeEntries } from "../search/Route.ts"
import type { Predictions } from "../search/SearchProblem.ts"
import { addTier } from "./AddTier.ts"
import type { Audits } from "./Audits.ts"
import { intervalOf } from "./EstimatedMean.ts"
import { fitGain } from "./GainModel.ts"
import type { NewTierPoint, NewTierReport } from "./NewTierReport.ts"
import { estimateRoute, type RouteEstimate } from "./RouteEstimate.ts"

/** What {@link placeNewTier} is asked for beside what is optimized and the audits. */
export interface NewTierOptions {
  readonly seed: number
  /** Model, settings and price of the new tier, to write into the table. */
  readonly details?: Omit<TableTier, "name"> | undefined
}

/** Operating points at most. */
const POINTS = 8
/** Prices of cost to choose them from. */
const PRICES = 40
/** A point that sends fewer requests to the new tier is not about it. */
const LEAST_SHARE = 0.02

/**
 * Gives a tier with a few hundred audited requests a place in an optimized table, beside tiers that answered all of them.
 *
 * Its head is told by what is known of the others ({@link fitGain}). Added are operating points that route among all
 * tiers by predicted quality and cost, the new one included. What they are expected to do is estimated by imputing the
 * new tier's quality on the rows set apart, corrected by the audits ({@link estimateRoute}). They are not certified and
 * never the default: the certificate and the points that were there stay as they are.
 */
export const placeNewTier = (
  data: Dataset,
  { certify, columns, table }: Pick<Optimized, "certify" | "columns" | "table">,
  all: Audits,
  options: NewTierOptions
): { readonly table: RoutingTable; readonly report: NewTierReport } => {
  const K = data.tiers.length
  const apart = new Set(certify)
  const everywhere = (develop: ReadonlyArray<Float64Array>, certified: ReadonlyArray<Float64Array>) =>
    develop.map((column, k) => column.map((value, row) => apart.has(row) ? certified[k]![row]! : value))
  const quality = everywhere(columns.develop.predictedQuality, columns.certify.predictedQuality)
  const best = quality[data.flagship]!
  // Rows that were not used at all have no prediction.
  const audits: Audits = { ...all, rows: all.rows.filter((row) => !Number.isNaN(best[row]!)) }
  const gain = fitGain(
    data,
    audits,
    quality.map((q, k) => k === data.flagship ? undefined : best.map((b, row) => b - q[row]!)),
    options.seed
  )
  const cost = fitCosts({ ...data, costUsd: [audits.costUsd] }, audits.rows)[0]!
  const costUsd = Float64Array.from({ length: data.n }, (_, row) => expectedCost(cost, data, row))
  const predictions: Predictions = {
    quality: [...quality, best.map((q, row) => Math.max(0, Math.min(1, q - gain.predicted[row]!)))],
    cost: [...everywhere(columns.develop.predictedCost, columns.certify.predictedCost), costUsd]
  }
  const imputed = {
    quality: gain.imputed.map((g, row) => data.quality[data.flagship]![row]! - g),
    costUsd
  }
  const at = positionOf(data, audits)
  // In the order of the table, where the first of equals is called.
  const entry = Array.from({ length: K }, (_, k) => k).toSpliced(at, 0, K)
  const estimate = (choice: Uint8Array, embeddingUsd: number) =>
    estimateRoute(data, choice, certify, audits, imputed, table.objective, embeddingUsd)
  const routes = priceGrid(columns.certify, certify, PRICES).map((lambda) => ({
    lambda,
    ...estimate(routeEntries(data.n, { lambda, tiers: entry }, predictions), columns.certify.embeddingUsd ?? 0)
  }))
  const names = [...data.tiers, audits.tier]
  const points = named(evenly(routes.filter((r) => r.shares[K]! >= LEAST_SHARE)), audits.tier, table)
    .map(({ name, route }) => ({ name, ...route, ...summary(route) }))
  const own = estimate(new Uint8Array(data.n).fill(K), 0)
  const rows = points.map((p): NewTierPoint => ({
    name: p.name,
    cost_usd: p.cost_usd,
    cost_interval: p.cost_interval,
    quality: p.quality_mean,
    quality_interval: p.quality_interval,
    share: p.shares[K]!,
    more_audits: p.moreAudits
  }))
  const added = addTier(table, data, { name: audits.tier, ...options.details }, at, audits, gain, cost)
  return {
    table: {
      ...added,
      points: points.reduce<ReadonlyArray<OperatingPoint>>(
        (before, p) =>
          inserted(before, {
            name: p.name,
            plans: [{
              share: 1,
              plan: {
                kind: "route",
                entry: { lambda: Number(p.lambda.toPrecision(9)), tiers: entry.map((k) => names[k]!) },
                stages: []
              }
            }],
            segments: {},
            expected: {
              n: audits.rows.length,
              quality: p.quality_mean,
              quality_interval: p.quality_interval,
              cost_usd: p.cost_usd,
              cost_interval: p.cost_interval,
              latency_p50_ms: null,
              latency_p95_ms: null,
              shares: Object.fromEntries(entry.map((k) => [names[k]!, p.shares[k]!])),
              // Nothing is promised.
              lower_bound: 0
            }
          }),
        table.points
      )
    },
    report: {
      tier: audits.tier,
      audited: audits.rows.length,
      models: gain.scores,
      weights: Object.fromEntries(
        data.tiers.map((tier, k) => [tier, gain.model.weights[k]!] as const).filter(([, weight]) => weight > 0)
      ),
      quality: summary(own).quality_mean,
      quality_interval: summary(own).quality_interval,
      cost_usd: summary(own).cost_usd,
      points: rows,
      statement: statement(audits, rows)
    }
  }
}

/** Before the first known tier that costs more on the audited requests. */
const positionOf = (data: Dataset, { costUsd, rows }: Audits): number => {
  const both = rows.filter((row) => !Number.isNaN(costUsd[row]!))
  const sum = (column: Float64Array) => both.reduce((total, row) => total + column[row]!, 0)
  const own = sum(costUsd)
  const dearer = data.costUsd.findIndex((column) => sum(column) > own)
  return dearer < 0 ? data.tiers.length : dearer
}

interface PricedRoute extends RouteEstimate {
  readonly lambda: number
}

/** At most {@link POINTS} routes, evenly spread in cost, cheapest first. */
const evenly = (routes: ReadonlyArray<PricedRoute>): ReadonlyArray<PricedRoute> => {
  const sorted = routes.toSorted((a, b) => a.cost.value - b.cost.value)
  if (sorted.length === 0) return []
  const from = sorted[0]!.cost.value, range = sorted.at(-1)!.cost.value - from
  const kept: Array<PricedRoute> = []
  for (const route of sorted) {
    const last = kept.at(-1)
    if (last === undefined || route.cost.value - last.cost.value >= range / POINTS) kept.push(route)
  }
  return kept.slice(0, POINTS)
}

/** `cost-<percent of the flagship's cost>-with-<tier>`, with as many digits as tell them apart. */
const named = (routes: ReadonlyArray<PricedRoute>, tier: string, table: RoutingTable) => {
  const dear = table.points.find((point) => point.name === "flagship")!.expected.cost_usd
  const taken = new Set(table.points.map((point) => point.name))
  return routes.map((route) => {
    let digits = 0
    const nameOf = () => `cost-${(100 * route.cost.value / dear).toFixed(digits).padStart(2, "0")}-with-${tier}`
    while (taken.has(nameOf())) digits += 1
    taken.add(nameOf())
    return { name: nameOf(), route }
  })
}

const summary = ({ cost, quality }: RouteEstimate) => ({
  quality_mean: Math.max(0, Math.min(1, quality.value)),
  quality_interval: intervalOf(quality, 0, 1),
  cost_usd: Math.max(0, cost.value),
  cost_interval: intervalOf(cost, 0, Infinity)
})

/** Puts a point before the first that costs more; the flagship stays last. */
const inserted = (points: ReadonlyArray<OperatingPoint>, point: OperatingPoint): ReadonlyArray<OperatingPoint> => {
  const at = points.findIndex((p) => p.expected.cost_usd > point.expected.cost_usd || p.name === "flagship")
  return points.toSpliced(at, 0, point)
}

const statement = ({ rows, tier }: Audits, points: ReadonlyArray<NewTierPoint>): string => {
  if (points.length === 0) {
    return `By its ${rows.length} audited requests, no route is better with "${tier}" than without.`
  }
  const within = points.filter((p) => p.more_audits !== null).toSorted((a, b) => a.more_audits! - b.more_audits!)[0]
  const uncertified =
    `The points with "${tier}" are estimated from ${rows.length} audited requests, not certified, and never the default.`
  return within === undefined
    ? `${uncertified} No number of further audits is likely to certify one of them.`
    : `${uncertified} About ${within.more_audits} more audited requests would probably certify "${within.name}".`
}
