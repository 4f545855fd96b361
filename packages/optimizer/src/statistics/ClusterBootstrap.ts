import { type Groups, groupSizes, groupSums } from "./Groups.ts"
import { meanAndVariance } from "./Moments.ts"
import { normalCdf, normalQuantile } from "./Normal.ts"
import { sortedCopy, sortedQuantile } from "./Quantile.ts"
import { seededRandom } from "./SeededRandom.ts"

/** A bootstrap interval of one statistic. */
export interface BootstrapInterval {
  readonly estimate: number
  readonly low: number
  readonly high: number
  readonly standardError: number
}

/** What {@link clusterBootstrap} reads. */
export interface ClusterBootstrapInput {
  /** One column per measured quantity, one row per request; all columns are resampled together, so differences are paired. */
  readonly columns: ReadonlyArray<ArrayLike<number>>
  /** Rows that depend on one another (near-duplicates, one conversation) are drawn together. */
  readonly groups: Groups
  /** Statistics as a function of the column means: differences, ratios, areas under frontiers. */
  readonly statistics: (means: Float64Array) => ArrayLike<number>
  readonly seed: number
  readonly confidence?: number
  readonly resamples?: number
  /** `bca` (default) corrects bias and skew (Efron 1987); `percentile` is the plain quantile. */
  readonly method?: "bca" | "percentile"
}

/**
 * Paired cluster bootstrap of smooth functions of means. Rows are summed per group first, so a resample costs one pass
 * over groups, not rows. Fewer than two groups give infinite intervals.
 */
export const clusterBootstrap = (input: ClusterBootstrapInput): Array<BootstrapInterval> => {
  const { columns, groups, statistics } = input
  const resamples = input.resamples ?? 1_000
  const width = columns.length + 1
  const table = groupTable(columns, groups)
  const totals = new Float64Array(width)
  for (let cell = 0; cell < table.length; cell++) totals[cell % width]! += table[cell]!

  const estimates = Float64Array.from(statistics(meansOf(totals)))
  if (groups.count < 2) {
    return Array.from(estimates, (estimate) => ({ estimate, low: -Infinity, high: Infinity, standardError: Infinity }))
  }
  const random = seededRandom(input.seed)
  const replicates = Array.from(estimates, () => new Float64Array(resamples))
  const drawn = new Float64Array(width)
  for (let b = 0; b < resamples; b++) {
    drawn.fill(0)
    for (let draw = 0; draw < groups.count; draw++) {
      const from = random.integer(groups.count) * width
      for (let j = 0; j < width; j++) drawn[j]! += table[from + j]!
    }
    const values = statistics(meansOf(drawn))
    for (let s = 0; s < replicates.length; s++) replicates[s]![b] = values[s]!
  }
  const tail = (1 - (input.confidence ?? 0.95)) / 2
  const accelerations = input.method === "percentile"
    ? undefined
    : jackknifeAccelerations(table, totals, width, statistics, estimates.length)
  return replicates.map((replicate, s) => {
    const sorted = sortedCopy(replicate)
    const estimate = estimates[s]!
    const [low, high] = accelerations === undefined
      ? [tail, 1 - tail]
      : bcaLevels(sorted, estimate, accelerations[s]!, tail)
    return {
      estimate,
      low: sortedQuantile(sorted, low),
      high: sortedQuantile(sorted, high),
      standardError: Math.sqrt(meanAndVariance(sorted).variance)
    }
  })
}

/** Row-major: for each group, its number of rows and the sum of each column. */
const groupTable = (columns: ReadonlyArray<ArrayLike<number>>, groups: Groups): Float64Array => {
  const parts = [groupSizes(groups), ...columns.map((column) => groupSums(column, groups))]
  const table = new Float64Array(groups.count * parts.length)
  parts.forEach((part, j) => part.forEach((value, group) => table[group * parts.length + j] = value))
  return table
}

const meansOf = (sums: Float64Array) => sums.subarray(1).map((sum) => sum / sums[0]!)

/** Skewness of the leave-one-group-out statistics / 6 (Efron 1987, equation 7.3). */
const jackknifeAccelerations = (
  table: Float64Array,
  totals: Float64Array,
  width: number,
  statistics: ClusterBootstrapInput["statistics"],
  count: number
): Array<number> => {
  const groups = table.length / width
  const left = Array.from({ length: count }, () => new Float64Array(groups))
  for (let group = 0; group < groups; group++) {
    const rest = totals.map((total, j) => total - table[group * width + j]!)
    const values = statistics(meansOf(rest))
    for (let s = 0; s < count; s++) left[s]![group] = values[s]!
  }
  return left.map((values) => {
    const { mean } = meanAndVariance(values)
    let squares = 0
    let cubes = 0
    for (const value of values) {
      squares += (mean - value) ** 2
      cubes += (mean - value) ** 3
    }
    return squares === 0 ? 0 : cubes / (6 * squares ** 1.5)
  })
}

const bcaLevels = (sorted: Float64Array, estimate: number, acceleration: number, tail: number): [number, number] => {
  let below = 0
  for (const value of sorted) below += value < estimate ? 1 : value === estimate ? 0.5 : 0
  const share = Math.min(1 - 0.5 / sorted.length, Math.max(0.5 / sorted.length, below / sorted.length))
  const bias = normalQuantile(share)
  const level = (p: number) => {
    const z = bias + normalQuantile(p)
    return normalCdf(bias + z / (1 - acceleration * z))
  }
  return [level(tail), level(1 - tail)]
}
