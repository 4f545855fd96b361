import { applyTable } from "../../src/ApplyTable.ts"
import { type Dataset, taskOf } from "../../src/data/Dataset.ts"
import { takeRows } from "../../src/data/TakeRows.ts"
import { pointOutcomes } from "../../src/evaluate/PointOutcomes.ts"
import { poolByTask, pooledMean } from "../../src/fit/SegmentPooling.ts"
import { optimizeDataset } from "../../src/OptimizeDataset.ts"
import { mean } from "../../src/statistics/Moments.ts"
import { ascendingOrder } from "../../src/statistics/Quantile.ts"
import { takeTiers } from "./DrawPart.ts"
import { markdownTable, type Measured, verdictOf, withInterval } from "./Target.ts"
import { weightedBootstrap } from "./WeightedBootstrap.ts"

/** A cheap tier and a dear one of `mmlu-pro`, both asked every question. */
export const PAIRS = [
  ["gpt-4.1-nano", "gpt-4.1"],
  ["gpt-4o-mini-2024-07-18", "gpt-4.1"],
  ["claude-3-haiku-20240307", "claude-3-7-sonnet-20250219"],
  ["gemini-2.0-flash-lite", "grok-3-beta"]
] as const

/** Scores of requests that no score was fitted on; position i belongs to `row[i]`. */
export interface ScoredPair {
  readonly pair: number
  readonly seed: number
  /** Near-duplicate group of each row, the same in all parts. */
  readonly group: Uint32Array
  /** Quality of the dear tier minus that of the cheap one. */
  readonly gain: Float64Array
  readonly scores: { readonly ours: Float64Array; readonly task: Float64Array; readonly length: Float64Array }
  /** APGR through the operating points of the table as it was written. */
  readonly throughPoints: number
}

/**
 * Optimizes a pair for routing on the rows of `training` as the command does, the rows to certify on among them, and
 * scores the rows of `test` by the gain that the written table predicts.
 */
export const scorePair = (
  all: Dataset,
  pair: number,
  seed: number,
  training: Uint32Array,
  test: Uint32Array
): ScoredPair => {
  const data = takeTiers(all, PAIRS[pair]!)
  const dear = data.flagship, cheap = 1 - dear
  const { table } = optimizeDataset(takeRows(data, training), {
    objective: { floor: 0.98, confidence: 0.9 },
    policy: "route",
    seed,
    dataSha256: "",
    version: "bench",
    now: () => performance.now()
  })
  const columns = applyTable(data, table, test)
  const predicted = columns.predictedQuality
  const gainOf = (row: number) => data.quality[dear]![row]! - data.quality[cheap]![row]!
  const pooled = poolByTask(
    (row) => taskOf(data, row),
    Float64Array.from({ length: data.n }, (_, i) => gainOf(i)),
    training
  )
  const gain = Float64Array.from(test, gainOf)
  return {
    pair,
    seed,
    group: Uint32Array.from(test, (row) => data.group[row]!),
    gain,
    scores: {
      ours: Float64Array.from(test, (row) => predicted[dear]![row]! - predicted[cheap]![row]!),
      task: Float64Array.from(test, (row) => pooledMean(pooled, taskOf(data, row))),
      length: Float64Array.from(test, (row) => data.chars[row]!)
    },
    throughPoints: areaThrough(
      table.points.map((point) => {
        const { quality, shares } = pointOutcomes(data, columns, test, point)
        return { share: shares[dear]!, quality: mean(quality) }
      })
    )
  }
}

/** PGR over the share of strong calls through some points, by trapezoids; they include all cheap and all dear. */
const areaThrough = (points: ReadonlyArray<{ readonly share: number; readonly quality: number }>): number => {
  const sorted = points.toSorted((a, b) => a.share - b.share)
  const weak = sorted[0]!.quality, strong = sorted.at(-1)!.quality
  let area = 0
  for (let i = 1; i < sorted.length; i++) {
    const a = sorted[i - 1]!, b = sorted[i]!
    area += (b.share - a.share) * ((a.quality + b.quality) / 2 - weak) / (strong - weak)
  }
  return area
}

/** Rows by descending score in blocks of equal score, whose order is left to chance. */
interface Ranked {
  readonly order: Uint32Array
  /** Where each block ends in `order`. */
  readonly ends: Uint32Array
}

const rankRows = (score: Float64Array): Ranked => {
  const order = ascendingOrder(score.map((v) => -v))
  const ends = Array.from(order.keys(), (i) => i + 1)
    .filter((end) => end === order.length || score[order[end]!] !== score[order[end - 1]!])
  return { order, ends: Uint32Array.from(ends) }
}

/**
 * APGR (RouteLLM, Ong et al. 2024) with a weight for each row: the area under the share of the gap in quality between
 * weak and strong that is recovered, over all shares of strong calls; 0.5 for a random router.
 */
const weightedApgr = ({ ends, order }: Ranked, gain: Float64Array, weightOf: (row: number) => number): number => {
  let area = 0, recovered = 0, total = 0
  for (let b = 0, at = 0; b < ends.length; b++) {
    let mass = 0, gained = 0
    for (; at < ends[b]!; at++) {
      const w = weightOf(order[at]!)
      mass += w
      gained += w * gain[order[at]!]!
    }
    area += mass * (recovered + gained / 2)
    recovered += gained
    total += mass
  }
  return area / (total * recovered)
}

const SCORES = ["ours", "task", "length"] as const

/** Means over all parts with intervals from one bootstrap over the near-duplicate groups that the parts share. */
export const reportApgr = (
  parts: ReadonlyArray<ScoredPair>,
  bounds: { readonly must: number; readonly aim: number },
  draw: "draw" | "fold",
  resamples: number
): Measured => {
  const groups = parts.reduce((most, { group }) => group.reduce((m, g) => Math.max(m, g + 1), most), 0)
  const ranked = parts.map(({ scores }) => SCORES.map((name) => rankRows(scores[name])))
  const pairs = [...new Set(parts.map(({ pair }) => pair))].toSorted()
  const intervals = weightedBootstrap(groups, (weight) => {
    const byPart = parts.map(({ gain, group }, p) =>
      SCORES.map((_, s) => weightedApgr(ranked[p]![s]!, gain, (row) => weight[group[row]!]!))
    )
    const means = (of: (part: ScoredPair) => boolean) => {
      const kept = byPart.filter((_, p) => of(parts[p]!))
      const [ours, task, length] = SCORES.map((_, s) => kept.reduce((sum, v) => sum + v[s]!, 0) / kept.length)
      return [ours!, task!, length!, ours! - task!]
    }
    return [...means(() => true), ...pairs.flatMap((pair) => means((part) => part.pair === pair))]
  }, { resamples, seed: 1 })
  const line = (name: string, at: number, of: (part: ScoredPair) => boolean) => {
    const [ours, task, length, difference] = intervals.slice(at, at + 4)
    const through = parts.filter(of).map((part) => part.throughPoints)
    return [
      name,
      withInterval(ours!, 3),
      withInterval(task!, 3),
      withInterval(length!, 3),
      withInterval(difference!, 3),
      (through.reduce((sum, v) => sum + v, 0) / through.length).toFixed(3)
    ]
  }
  const seeds = new Set(parts.map(({ seed }) => seed)).size
  return {
    measured: `${withInterval(intervals[0]!, 3)}; minus task only ${withInterval(intervals[3]!, 3)}`,
    verdict: verdictOf(intervals[0]!.estimate, { ...bounds, better: "more" }),
    details: [
      `${pairs.length} pairs of tiers, ${seeds} ${
        seeds === 1 ? draw : `${draw}s`
      } each. Requests that the table did not ` +
      "learn from are ranked by the gain it predicts; a random router has .5. The labels include the rows that the " +
      "optimizer sets apart to certify. Last column: through the operating points of the table as written.",
      markdownTable(
        ["pair", "APGR", "task mean only", "length only", "minus task only", "through the points"],
        [
          line("all", 0, () => true),
          ...pairs.map((pair, i) => line(PAIRS[pair]!.join(" or "), 4 * (i + 1), (part) => part.pair === pair))
        ]
      )
    ]
  }
}
