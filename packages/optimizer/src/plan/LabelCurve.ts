import { applyTable } from "../ApplyTable.ts"
import { assignClusters } from "../clusters/AssignClusters.ts"
import type { Dataset } from "../data/Dataset.ts"
import { mix } from "../data/Folds.ts"
import { takeGrades, takeRows } from "../data/TakeRows.ts"
import { pointOutcomes } from "../evaluate/PointOutcomes.ts"
import { costOnHull } from "../metrics/CostQualityCurve.ts"
import { optimizeDataset, type OptimizeOptions } from "../OptimizeDataset.ts"
import type { Interval } from "../OptimizeReport.ts"
import { clusterBootstrap } from "../statistics/ClusterBootstrap.ts"
import { groupRows } from "../statistics/Groups.ts"
import { mean } from "../statistics/Moments.ts"

/** A value with its interval. */
export interface Measured {
  readonly value: number
  /** From the least lower to the greatest upper end of the draws' 95 % intervals. */
  readonly interval: Interval
}

/** What the optimizer reaches with so many graded requests, measured on requests apart from them. Means over the draws. */
export interface LabelBudget {
  readonly labels: number
  /** Samples of that many, each drawn and optimized on its own. */
  readonly draws: number
  /** Share of the draws in which something cheaper than the flagship was certified. */
  readonly certified: number
  /** USD per request of what was served: the certified point, else the flagship. */
  readonly cost_usd: Measured
  /** Share of the flagship's cost that serving it saves. */
  readonly saving: Measured
  /** Quality of what was served, relative to the flagship's. */
  readonly relative_quality: Measured
  /** Least USD per request at which the frontier keeps the floor on these requests, certified or not; null where never. */
  readonly cost_at_floor_usd: Measured | null
}

const BUDGETS = [100, 300, 1_000, 3_000, 10_000]
/** Samples of each size; of all requests there is only one. */
const DRAWS = 3

/**
 * The label-budget curve: the whole optimization, certificate included, on samples of 100, 300, 1,000, 3,000 and 10,000
 * (or, of fewer, all) of the requests that were not held out, measured on those that were. Each draw's samples are nested, so the curve
 * of one draw shows what more requests add, not what others say.
 *
 * @param heldOut whole near-duplicate groups; what is measured on them decides nothing
 */
export const labelCurve = (
  data: Dataset,
  heldOut: Uint32Array,
  options: OptimizeOptions
): ReadonlyArray<LabelBudget> => {
  const apart = new Set(heldOut)
  const available = Uint32Array.from({ length: data.n }, (_, row) => row).filter((row) => !apart.has(row))
  const sizes = [
    ...BUDGETS.filter((size) => size < available.length),
    ...(available.length <= BUDGETS.at(-1)! ? [available.length] : [])
  ]
  const orders = Array.from({ length: DRAWS }, (_, draw) => {
    const key = (row: number) => mix(row, mix(draw, options.seed))
    return available.toSorted((a, b) => key(a) - key(b) || a - b)
  })
  return sizes.map((labels) => {
    const draws = labels === available.length ? 1 : DRAWS
    const reached = orders.slice(0, draws).map((order) => {
      const rows = order.slice(0, labels).toSorted()
      const { table } = optimizeDataset(takeRows(data, rows), {
        ...options,
        labels: undefined,
        grades: options.grades && takeGrades(options.grades, rows)
      })
      return { certified: table.certificate.certified, ...measure(data, heldOut, table, options.seed) }
    })
    const over = (of: (draw: (typeof reached)[number]) => Measured): Measured => ({
      value: mean(reached.map((draw) => of(draw).value)),
      interval: [
        Math.min(...reached.map((draw) => of(draw).interval[0])),
        Math.max(...reached.map((draw) => of(draw).interval[1]))
      ]
    })
    const atFloor = over((draw) => draw.atFloor)
    return {
      labels,
      draws,
      certified: mean(reached.map((draw) => draw.certified ? 1 : 0)),
      cost_usd: over((draw) => draw.cost),
      saving: over((draw) => draw.saving),
      relative_quality: over((draw) => draw.quality),
      cost_at_floor_usd: Number.isFinite(atFloor.interval[1]) ? atFloor : null
    }
  })
}

type Table = ReturnType<typeof optimizeDataset>["table"]

const measure = (all: Dataset, rows: Uint32Array, table: Table, seed: number) => {
  const data = assignClusters(all, table.clusters)
  const columns = applyTable(data, table, rows)
  const points = table.points.map((point) => pointOutcomes(data, columns, rows, point))
  const served = table.points.findIndex((point) => point.name === table.default_point)
  const flagship = table.points.findIndex((point) => point.name === "flagship")
  const { absolute_floor, floor = 0 } = table.objective
  const [cost, saving, quality, atFloor] = clusterBootstrap({
    columns: points.flatMap((point) => [point.costUsd, point.quality]),
    groups: groupRows(rows.length, Uint32Array.from(rows, (row) => data.group[row]!)),
    statistics: (means) => {
      const frontier = points.map((_, p) => ({ cost: means[2 * p]!, quality: means[2 * p + 1]! }))
      const dear = frontier[flagship]!, own = frontier[served]!
      const least = costOnHull(frontier, absolute_floor ?? floor * dear.quality)
      return [
        own.cost,
        dear.cost === 0 ? 0 : 1 - own.cost / dear.cost,
        dear.quality === 0 ? 1 : own.quality / dear.quality,
        Number.isNaN(least) ? Infinity : least
      ]
    },
    seed,
    resamples: 400,
    method: "percentile"
  }).map(({ estimate, high, low }): Measured => ({ value: estimate, interval: [low, high] }))
  return { cost: cost!, saving: saving!, quality: quality!, atFloor: atFloor! }
}
