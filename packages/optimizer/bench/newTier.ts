/**
 * What 200 audits (or as many as the argument says) of a tier are worth: each tier of recorded mmlu-pro is hidden in turn, and the frontier of routes with
 * the audits of it is compared with the frontiers with all of its answers and with none, on requests set apart.
 *
 *     node --conditions=@spillway/source packages/optimizer/bench/newTier.ts
 */
import { importFiles } from "@spillway/ingest"
import { layerMemory } from "@spillway/store"
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { applyTable } from "../src/ApplyTable.ts"
import type { Dataset } from "../src/data/Dataset.ts"
import { loadDataset } from "../src/data/LoadDataset.ts"
import { takeRows } from "../src/data/TakeRows.ts"
import { areaUnderHull, costOnHull, type CurvePoint } from "../src/metrics/CostQualityCurve.ts"
import type { Audits } from "../src/newTier/Audits.ts"
import { placeNewTier } from "../src/newTier/PlaceNewTier.ts"
import { optimizeDataset, type OptimizeOptions } from "../src/OptimizeDataset.ts"
import { type DecisionColumns, predictionsOf } from "../src/portfolio/Columns.ts"
import { priceGrid } from "../src/portfolio/Frontier.ts"
import { routeEntries } from "../src/search/Route.ts"
import { mean, meanAndVariance } from "../src/statistics/Moments.ts"
import { shuffledIndices } from "../src/statistics/SeededRandom.ts"
import { recordedFolder } from "./targets/RecordedData.ts"

const FLAGSHIP = "gpt-4.1"
const TIERS = ["gpt-4.1-nano", "gpt-4o-mini-2024-07-18", "gemini-2.0-flash", "deepseek-chat", "gpt-4.1-mini", FLAGSHIP]
const REQUESTS = 6_000
const AUDITS = Number(process.argv[2] ?? 200)
const SEEDS = 10
const FLOOR = 0.98

const files = ["outcomes.jsonl.gz", "requests.jsonl.gz"].map((file) => join(recordedFolder, "mmlu-pro", file))
if (!files.every((file) => existsSync(file))) {
  console.log(`skipped: no recorded data at ${files.join(", ")}; set SPILLWAY_DATA`)
  process.exit(0)
}

const options: OptimizeOptions = {
  objective: { floor: FLOOR, confidence: 0.9 },
  policy: "route",
  seed: 1,
  dataSha256: "bench",
  version: "bench",
  now: () => 0
}

/** The data with only some of its tiers, in a given order. */
const withTiers = (data: Dataset, tiers: ReadonlyArray<string>): Dataset => {
  const from = tiers.map((tier) => data.tiers.indexOf(tier))
  const pick = <A>(columns: ReadonlyArray<A>) => from.map((k) => columns[k]!)
  return {
    ...data,
    tiers,
    flagship: tiers.indexOf(data.tiers[data.flagship]!),
    quality: pick(data.quality),
    costUsd: pick(data.costUsd),
    latencyMs: pick(data.latencyMs),
    evidence: pick(data.evidence),
    agreement: from.map((k, at) => from.slice(0, at).map((p) => data.agreement[Math.max(k, p)]![Math.min(k, p)]!))
  }
}

/** Routes by predictions at many prices, measured by grades. */
const frontier = (data: Dataset, columns: DecisionColumns, rows: Uint32Array): ReadonlyArray<CurvePoint> => {
  const predictions = predictionsOf(columns, rows)
  const tiers = data.tiers.map((_, k) => k)
  return [0, ...priceGrid(columns, rows, 80)].map((lambda) => {
    const chosen = routeEntries(rows.length, { lambda, tiers }, predictions)
    const of = (column: ReadonlyArray<Float64Array>) => mean(Array.from(rows, (row, i) => column[chosen[i]!]![row]!))
    return { cost: of(data.costUsd), quality: of(data.quality) }
  })
}

const loaded = await Effect.runPromise(
  importFiles(files).pipe(
    Effect.andThen(loadDataset({ tiers: TIERS, flagship: FLAGSHIP })),
    Effect.provide(layerMemory, { local: true })
  )
)
const data = takeRows(loaded.data, shuffledIndices(loaded.data.n, 1).slice(0, REQUESTS).toSorted())
const full = optimizeDataset(data, options)
const rows = full.certify
const singles = data.tiers.map((_, k) => ({
  cost: mean(Array.from(rows, (row) => data.costUsd[k]![row]!)),
  quality: mean(Array.from(rows, (row) => data.quality[k]![row]!))
}))
const range = { from: Math.min(...singles.map((s) => s.cost)), to: Math.max(...singles.map((s) => s.cost)) }
const flagship = singles[data.flagship]!
const score = (points: ReadonlyArray<CurvePoint>) => ({
  area: areaUnderHull(points, range) / (range.to - range.from),
  cost: costOnHull(points, FLOOR * flagship.quality) / flagship.cost
})
const whole = score(frontier(data, full.columns.certify, rows))

console.log(
  `mmlu-pro, ${data.n} requests, ${AUDITS} audits, ${SEEDS} draws, measured on ${rows.length} requests set apart`
)
console.log(
  "area: under the hull of routes over the range of costs; cost: at 98 % of the flagship's quality, share of its cost"
)
console.log("| hidden | area: none | audits | all | cost: none | audits | all | quality off by | model |")
console.log("|---|---|---|---|---|---|---|---|---|")
for (const [hidden, tier] of data.tiers.entries()) {
  if (hidden === data.flagship) continue
  const known = withTiers(data, data.tiers.filter((name) => name !== tier))
  const optimized = optimizeDataset(known, options)
  const none = score(frontier(known, optimized.columns.certify, rows))
  const runs = Array.from({ length: SEEDS }, (_, seed) => {
    const drawn = shuffledIndices(data.n, 100 + seed).slice(0, AUDITS).toSorted()
    const only = (column: Float64Array) => {
      const out = new Float64Array(data.n).fill(NaN)
      for (const row of drawn) out[row] = column[row]!
      return out
    }
    const audits: Audits = {
      tier,
      quality: only(data.quality[hidden]!),
      costUsd: only(data.costUsd[hidden]!),
      rows: drawn
    }
    const { report, table } = placeNewTier(known, optimized, audits, { seed })
    const all = withTiers(data, table.tiers.map((t) => t.name))
    const truth = mean(Array.from(rows, (row) => data.quality[hidden]![row]!))
    return {
      ...score(frontier(all, applyTable(all, table, rows), rows)),
      off: Math.abs(report.quality - truth),
      model: report.models.find((m) => m.chosen)!.model
    }
  })
  const spread = (of: (run: (typeof runs)[number]) => number, digits: number) => {
    const { mean: m, variance } = meanAndVariance(runs.map(of))
    return `${m.toFixed(digits)} ± ${Math.sqrt(variance).toFixed(digits)}`
  }
  const models = Object.entries(Object.groupBy(runs, (run) => run.model)).map(([name, of]) => `${name} ${of!.length}`)
  console.log(
    `| ${tier} | ${none.area.toFixed(4)} | ${spread((r) => r.area, 4)} | ${whole.area.toFixed(4)} | ${
      none.cost.toFixed(3)
    } | ${spread((r) => r.cost, 3)} | ${whole.cost.toFixed(3)} | ${spread((r) => r.off, 3)} | ${models.join(", ")} |`
  )
}
