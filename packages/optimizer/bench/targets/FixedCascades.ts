import { applyTable } from "../../src/ApplyTable.ts"
import type { Dataset } from "../../src/data/Dataset.ts"
import { takeRows } from "../../src/data/TakeRows.ts"
import { pointOutcomes } from "../../src/evaluate/PointOutcomes.ts"
import { type CurvePoint, onLine } from "../../src/metrics/CostQualityCurve.ts"
import { errorCostAuc } from "../../src/metrics/ErrorCostAuc.ts"
import { optimizeDataset } from "../../src/OptimizeDataset.ts"
import { chainSearch, thresholdsOf } from "../../src/search/Coordinate.ts"
import { coverByPrice } from "../../src/search/LambdaGrid.ts"
import { rankProblem } from "../../src/search/RankedProblem.ts"
import { clusterBootstrap } from "../../src/statistics/ClusterBootstrap.ts"
import { groupRows } from "../../src/statistics/Groups.ts"
import { mean } from "../../src/statistics/Moments.ts"
import { drawRows, takeTiers } from "./DrawPart.ts"
import { gridSearch } from "./GridSearch.ts"
import { fitRationalModel } from "./RationalTuning.ts"
import { hasRecorded, loadRecorded } from "./RecordedData.ts"
import { signalConfidence } from "./SignalConfidence.ts"
import { markdownTable, type Target, verdictOf, withInterval } from "./Target.ts"

/** Tiers of `mmlu-pro` with a confidence signal; every chain of three to five of one set is a cascade. */
const SETS = [
  ["gpt-4.1-nano", "gpt-4o-mini-2024-07-18", "gpt-4.1-mini", "gemini-1.5-pro", "gpt-4.1"],
  ["gemini-2.0-flash-lite", "gemini-2.0-flash", "gpt-4.1-mini", "gpt-4.1", "grok-3-beta"]
] as const
const CALIBRATION = 300
const TEST = 4_000
/** Points asked for on our frontier, and the widest gap between two of them. */
const COVER = { points: 60, gap: 0.005 }
const PER_MILLION = 1e6

/** Error-cost AUC of one cascade by each method, over the range of costs that all of them cover. */
interface CascadeAreas {
  readonly tiers: number
  readonly seed: number
  readonly copula: number
  readonly ours: number
  readonly gridPlugIn: number
  readonly gridLabels: number
  /** The optimizer as a whole, against the same copula over the range that these two cover. */
  readonly whole?: { readonly ours: number; readonly copula: number }
}

interface CascadePart {
  readonly set: number
  readonly seed: number
  /** Whether the whole optimizer runs too, on one chain of each length. */
  readonly whole: boolean
}

/** Fixed cascades calibrated on 300 requests, against the published ways to tune them. */
export const fixedCascades: Target<CascadePart, ReadonlyArray<CascadeAreas>> = {
  name: "fixed-cascades",
  what: "fixed cascades of 3 to 5 tiers, error-cost AUC against rational tuning by copula, calibrated on 300 rows",
  reference: "1.000x",
  must: "1.000x",
  aim: ".985x",
  parts: (quick) =>
    hasRecorded("mmlu-pro")
      ? SETS.flatMap((_, set) =>
        Array.from({ length: quick ? 2 : 10 }, (_, seed) => ({ set, seed, whole: seed < (quick ? 1 : 5) }))
      )
      : [],
  measure: async ({ seed, set, whole }) => {
    const data = takeTiers(await loadRecorded("mmlu-pro"), SETS[set]!)
    const { drawn, rest } = drawRows(data, CALIBRATION, 1_000 * set + seed)
    return measureCascades(atMeanCosts(data, drawn), drawn, rest.subarray(0, TEST), seed, whole)
  },
  report: (parts) => {
    const areas = parts.flat()
    const methods = ["ours", "gridPlugIn", "gridLabels"] as const
    const ratios = (of: ReadonlyArray<CascadeAreas>) =>
      clusterBootstrap({
        columns: [of.map((a) => a.copula), ...methods.map((m) => of.map((a) => a[m]))],
        groups: groupRows(of.length, of.map(({ seed }) => seed)),
        statistics: (means) => [means[1]! / means[0]!, means[2]! / means[0]!, means[3]! / means[0]!],
        seed: 1,
        method: "percentile"
      })
    const wholes = areas.flatMap(({ seed, tiers, whole }) => whole === undefined ? [] : [{ ...whole, seed, tiers }])
    const wholeRatio = (of: typeof wholes) =>
      clusterBootstrap({
        columns: [of.map((a) => a.copula), of.map((a) => a.ours)],
        groups: groupRows(of.length, of.map(({ seed }) => seed)),
        statistics: (means) => [means[1]! / means[0]!],
        seed: 1,
        method: "percentile"
      })[0]!
    const all = ratios(areas)
    const overGrid = clusterBootstrap({
      columns: [areas.map((a) => a.ours), areas.map((a) => a.gridPlugIn), areas.map((a) => a.gridLabels)],
      groups: groupRows(areas.length, areas.map(({ seed }) => seed)),
      statistics: (means) => [means[0]! / Math.min(means[1]!, means[2]!)],
      seed: 1,
      method: "percentile"
    })[0]!
    const line = (name: string, of: (tiers: number) => boolean) => {
      const kept = areas.filter(({ tiers }) => of(tiers))
      const area = mean(kept.map((a) => a.copula))
      return [
        name,
        String(kept.length),
        area.toFixed(4),
        ...ratios(kept).map((ratio) => withInterval(ratio, 4)),
        withInterval(wholeRatio(wholes.filter(({ tiers }) => of(tiers))), 4)
      ]
    }
    return {
      measured: `thresholds ${withInterval(all[0]!, 3)}x (of the better grid ${withInterval(overGrid, 3)}x); ` +
        `whole optimizer ${withInterval(wholeRatio(wholes), 3)}x`,
      verdict: verdictOf(all[0]!.estimate, { must: 1, aim: 0.985, better: "less" }),
      details: [
        `Chains of ${SETS.length} sets of five tiers, calibrated on ${CALIBRATION} requests and measured on ${TEST} others, ` +
        "by the published protocol: mean cost of each tier, signals calibrated by logistic regression, the same " +
        "calibrated scores for every method; AUC over the range of costs that all methods reach. Ratios to the " +
        "copula, less is better, intervals over draws. \"Whole optimizer\" is `optimizeDataset` with the policy choice " +
        `\`cascade\` on the same ${CALIBRATION} requests, with every signal, any subset of the chain, and its rows to ` +
        "certify taken out of them. Grids have a resolution of 2.5 %; \"on confidences\" is the published one.",
        markdownTable(
          [
            "tiers",
            "cascades",
            "copula AUC",
            "our thresholds",
            "grid on confidences",
            "grid on labels",
            "whole optimizer"
          ],
          [line("3 to 5", () => true), ...[3, 4, 5].map((k) => line(String(k), (tiers) => tiers === k))]
        )
      ]
    }
  }
}

/** Every request costs what its tier costs on average. */
const atMeanCosts = (data: Dataset, rows: Uint32Array): Dataset => ({
  ...data,
  costUsd: data.costUsd.map((column) =>
    new Float64Array(data.n).fill(rows.reduce((sum, row) => sum + column[row]!, 0) / rows.length)
  )
})

const measureCascades = (
  data: Dataset,
  training: Uint32Array,
  test: Uint32Array,
  seed: number,
  whole: boolean
): ReadonlyArray<CascadeAreas> => {
  const pick = (column: Float64Array, rows: Uint32Array) => Float64Array.from(rows, (row) => column[row]!)
  const confidence = data.tiers.map((_, k) => signalConfidence(data, k, training))
  const fitted = confidence.map((column) => pick(column, training)),
    measured = confidence.map((column) => pick(column, test))
  const labels = data.quality.map((column) => pick(column, training)),
    grades = data.quality.map((column) => pick(column, test))
  const usd = data.costUsd.map((column) => column[0]!)
  const model = fitRationalModel(fitted)
  const ranked = rankProblem({
    n: training.length,
    tiers: data.tiers.length,
    quality: fitted,
    cost: data.costUsd.map((column) => pick(column, training)),
    score: fitted
  })
  return chainsOf(data.tiers.length).map((chain, at, chains): CascadeAreas => {
    const of = <A>(columns: ReadonlyArray<A>) => chain.map((k) => columns[k]!)
    let sum = 0
    const paid = of(usd).map((cost) => sum += cost)
    const curve = (thresholds: ReadonlyArray<ReadonlyArray<number>>) =>
      thresholds.map((t) => runChain(of(measured), of(grades), paid, t))
    const copula = curve(model.tune(chain, of(usd).map((cost) => cost * PER_MILLION)))
    const [copulaArea, ours, gridPlugIn, gridLabels] = areasOverCommonRange([
      copula,
      curve(ourThresholds(ranked, chain)),
      curve(gridSearch(of(fitted), of(fitted), paid)),
      curve(gridSearch(of(fitted), of(labels), paid))
    ])
    const areas = {
      tiers: chain.length,
      seed,
      copula: copulaArea!,
      ours: ours!,
      gridPlugIn: gridPlugIn!,
      gridLabels: gridLabels!
    }
    const firstOfItsLength = chains.findIndex(({ length }) => length === chain.length) === at
    if (!whole || !firstOfItsLength) return areas
    const dearest = Math.max(...copula.map(({ cost }) => cost))
    const wholes = wholeCurve(data, chain, training, test, seed)
    const [wholeOurs, wholeCopula] = areasOverCommonRange([reaching(wholes, dearest), copula])
    return { ...areas, whole: { ours: wholeOurs!, copula: wholeCopula! } }
  })
}

/** Chains of three to five of some tiers, in order of cost. */
const chainsOf = (tiers: number): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from(
    { length: 2 ** tiers },
    (_, set) => Array.from({ length: tiers }, (_, k) => k).filter((k) => (set >> k & 1) === 1)
  )
    .filter(({ length }) => length >= 3)

const ourThresholds = (
  ranked: ReturnType<typeof rankProblem>,
  chain: ReadonlyArray<number>
): ReadonlyArray<ReadonlyArray<number>> => {
  const search = chainSearch(ranked, chain)
  const at = (lambda: number) => {
    const found = search.solve(lambda)
    return { lambda, thresholds: thresholdsOf(ranked, found), ...search.evaluate(found.cuts) }
  }
  const paid = chain.reduce((sum, k) => sum + ranked.cost[k]![0]!, 0) - ranked.cost[chain[0]!]![0]!
  return coverByPrice(at, [1e-3 / paid, 1e2 / paid], COVER).map(({ thresholds }) => thresholds)
}

/** The optimizer with everything it has, on the tiers of the chain. */
const wholeCurve = (
  data: Dataset,
  chain: ReadonlyArray<number>,
  training: Uint32Array,
  test: Uint32Array,
  seed: number
): ReadonlyArray<CurvePoint> => {
  const tiers = takeTiers(data, chain.map((k) => data.tiers[k]!))
  const { table } = optimizeDataset(takeRows(tiers, training), {
    objective: { floor: 0.98, confidence: 0.9 },
    policy: "cascade",
    seed,
    dataSha256: "",
    version: "bench",
    now: () => performance.now()
  })
  const columns = applyTable(tiers, table, test)
  return table.points.map((point) => {
    const { costUsd, quality } = pointOutcomes(tiers, columns, test, point)
    return { cost: mean(costUsd), quality: mean(quality) }
  })
}

/** Mean cost and quality of a chain; an answer is accepted where its confidence is greater than the threshold. */
const runChain = (
  confidence: ReadonlyArray<Float64Array>,
  quality: ReadonlyArray<Float64Array>,
  paid: ReadonlyArray<number>,
  thresholds: ReadonlyArray<number>
): CurvePoint => {
  const n = quality[0]!.length
  let cost = 0, graded = 0
  for (let i = 0; i < n; i++) {
    let at = 0
    while (at < thresholds.length && confidence[at]![i]! <= thresholds[at]!) at++
    cost += paid[at]!
    graded += quality[at]![i]!
  }
  return { cost: cost / n, quality: graded / n }
}

/** A curve that ends short of a cost goes on flat: money need not be spent. */
const reaching = (points: ReadonlyArray<CurvePoint>, cost: number): ReadonlyArray<CurvePoint> => {
  const last = points.reduce((dearest, point) => point.cost > dearest.cost ? point : dearest)
  return last.cost < cost ? [...points, { cost, quality: last.quality }] : points
}

/** Error-cost AUC of each curve over the costs that all of them reach. */
const areasOverCommonRange = (curves: ReadonlyArray<ReadonlyArray<CurvePoint>>): ReadonlyArray<number> => {
  const lines = curves.map((points) => {
    const sorted = points.toSorted((a, b) => a.cost - b.cost || b.quality - a.quality)
    return sorted.filter((point, i) => point.cost !== sorted[i - 1]?.cost)
  })
  const from = Math.max(...lines.map((line) => line[0]!.cost)), to = Math.min(...lines.map((line) => line.at(-1)!.cost))
  return lines.map((line) => {
    const at = (cost: number): CurvePoint => {
      const above = line.findIndex((point) => point.cost >= cost)
      return above === 0 ? line[0]! : { cost, quality: onLine(line[above - 1]!, line[above]!, cost) }
    }
    return errorCostAuc([at(from), ...line.filter(({ cost }) => cost > from && cost < to), at(to)])
  })
}
