/**
 * What the vectors of an embedding model are worth on recorded mmlu-pro: for pairs of a cheap and a dear tier, tables are
 * optimized on some labels with and without them, and rank all other requests by the gain they predict.
 *
 *     node --conditions=@spillway/source packages/optimizer/bench/embeddings.ts DATABASE MODEL [LABELS] [MAX_CHARS]
 *
 * DATABASE holds mmlu-pro with the model's vectors (`spillway embed`).
 */
import { layer } from "@spillway/store"
import { Effect } from "effect"
import { applyTable } from "../src/ApplyTable.ts"
import type { Dataset } from "../src/data/Dataset.ts"
import { loadDataset } from "../src/data/LoadDataset.ts"
import { takeRows } from "../src/data/TakeRows.ts"
import { apgrExact } from "../src/metrics/PerformanceGapRecovered.ts"
import { type Optimized, optimizeDataset } from "../src/OptimizeDataset.ts"
import { mean, meanAndVariance } from "../src/statistics/Moments.ts"
import { drawRows, takeTiers } from "./targets/DrawPart.ts"
import { PAIRS } from "./targets/TwoTierApgr.ts"

const [database, model, labels = "1500", maxChars = "2000"] = process.argv.slice(2)
if (database === undefined || model === undefined) {
  console.error("usage: embeddings.ts DATABASE MODEL [LABELS] [MAX_CHARS]")
  process.exit(2)
}
const SEEDS = [1, 2, 3, 4]

const all = await Effect.runPromise(
  loadDataset({ embedding: { model, max_chars: Number(maxChars) } }).pipe(
    Effect.map(({ data }) => data),
    Effect.provide(layer(database, { readOnly: true }), { local: true })
  )
)
if (all.embedding === undefined) throw new Error(`${database} has no vectors of ${model}`)

const optimized = (data: Dataset, drawn: Uint32Array, seed: number): Optimized =>
  optimizeDataset(takeRows(data, drawn), {
    objective: { floor: 0.98, confidence: 0.9 },
    policy: "route",
    seed,
    dataSha256: "",
    version: "bench",
    now: () => performance.now()
  })

/** APGR of the gain that a table predicts, on requests it was not made from. */
const ranked = (data: Dataset, { table }: Optimized, rest: Uint32Array): number => {
  const dear = data.flagship, cheap = 1 - dear
  const predicted = applyTable(data, table, rest).predictedQuality
  const column = (of: Float64Array) => Float64Array.from(rest, (row) => of[row]!)
  return apgrExact({
    score: Float64Array.from(rest, (row) => predicted[dear]![row]! - predicted[cheap]![row]!),
    weak: column(data.quality[cheap]!),
    strong: column(data.quality[dear]!)
  })
}

const differences: Array<number> = [], without: Array<number> = [], ratios: Array<number> = []
let kept = 0
for (const pair of PAIRS) {
  const data = takeTiers(all, pair)
  for (const seed of SEEDS) {
    const { drawn, rest } = drawRows(data, Number(labels), seed)
    const having = optimized(data, drawn, seed), bare = optimized({ ...data, embedding: undefined }, drawn, seed)
    const { error_with, error_without, standard_error, ...verdict } = having.report.embedding!
    const before = ranked(data, bare, rest), after = ranked(data, having, rest)
    const ratio = (error_without - error_with) / standard_error
    kept += verdict.kept ? 1 : 0
    ratios.push(ratio)
    without.push(before)
    differences.push(after - before)
    console.log(
      `${pair.join(" or ")}, draw ${seed}: error ${error_without.toFixed(5)} without, ${error_with.toFixed(5)} with, ` +
        `${ratio.toFixed(2)} standard errors less, ${verdict.kept ? "kept" : "not kept"}; ` +
        `APGR ${before.toFixed(4)} without, ${after.toFixed(4)} as decided`
    )
  }
}
const { variance } = meanAndVariance(differences)
console.log(
  `${labels} labels, ${differences.length} tables: kept in ${kept}, error ${
    mean(ratios).toFixed(2)
  } standard errors less; ` +
    `APGR ${mean(without).toFixed(4)} without, ${(mean(without) + mean(differences)).toFixed(4)} as decided ` +
    `(difference ${mean(differences).toFixed(4)} +- ${Math.sqrt(variance / differences.length).toFixed(4)} over tables)`
)
