/**
 * What clusters are worth on recorded answers whose tasks are known: tables are optimized with these tasks, with none, and
 * with clusters in their place, and measured on the requests set apart.
 *
 *     node --conditions=@spillway/source packages/optimizer/bench/clusters.ts DATABASE [SEEDS] [POLICY]
 *
 * DATABASE is left as it is. Of mmlu-pro, APGR is measured too: pairs of a cheap and a dear tier, tables from 1,500 labels
 * and from nine tenths of all, which rank the other requests by the gain they predict.
 */
import { UNTASKED } from "@spillway/domain"
import { layer, Store } from "@spillway/store"
import { Effect } from "effect"
import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { applyTable } from "../src/ApplyTable.ts"
import { assignClusters } from "../src/clusters/AssignClusters.ts"
import { type Dataset, taskOf } from "../src/data/Dataset.ts"
import { groupFolds } from "../src/data/Folds.ts"
import { loadDataset } from "../src/data/LoadDataset.ts"
import { takeRows } from "../src/data/TakeRows.ts"
import { costOnHull } from "../src/metrics/CostQualityCurve.ts"
import { apgrExact } from "../src/metrics/PerformanceGapRecovered.ts"
import { optimizeDataset, type OptimizeOptions } from "../src/OptimizeDataset.ts"
import { mean, meanAndVariance } from "../src/statistics/Moments.ts"
import { drawRows, takeTiers } from "./targets/DrawPart.ts"
import { markdownTable } from "./targets/Target.ts"
import { PAIRS } from "./targets/TwoTierApgr.ts"

const [database, seeds = "1,2,3", policy = "auto"] = process.argv.slice(2)
if (database === undefined || (policy !== "auto" && policy !== "route" && policy !== "cascade")) {
  console.error("usage: clusters.ts DATABASE [SEEDS] [auto|route|cascade]")
  process.exit(2)
}
const SEEDS = seeds.split(",").map(Number)
const FOLDS = 10
const FLOOR = 0.98

const load = (path: string) =>
  Effect.runPromise(
    loadDataset({}).pipe(
      Effect.map(({ data }) => data),
      Effect.provide(layer(path, { readOnly: true }), { local: true })
    )
  )
const folder = mkdtempSync(join(tmpdir(), "spillway-clusters-"))
const bare = join(folder, "untasked.duckdb")
copyFileSync(database, bare)
await Effect.runPromise(
  Effect.gen(function*() {
    const store = yield* Store
    yield* store.query(`UPDATE requests SET task = '${UNTASKED}'`)
  }).pipe(Effect.provide(layer(bare), { local: true }))
)
const tasked = await load(database), untasked = await load(bare)
rmSync(folder, { recursive: true })

const VARIANTS: ReadonlyArray<readonly [name: string, data: Dataset]> = [
  ["tasks known", tasked],
  ["none", { ...untasked, words: undefined }],
  ["clusters", untasked]
]
const trueTask = new Map(tasked.requestIds.map((id, row) => [id, taskOf(tasked, row)]))

const optionsOf = (seed: number, of: OptimizeOptions["policy"], confidence: number): OptimizeOptions => ({
  objective: { floor: FLOOR, confidence },
  policy: of,
  seed,
  dataSha256: "",
  version: "bench",
  now: () => performance.now()
})

/** Purity (Manning et al. 2008, 16.3) and mutual information, normalized by the mean of the entropies. */
const agreement = (pairs: ReadonlyArray<readonly [cluster: string, task: string]>) => {
  const count = (of: Iterable<string>) => {
    const counts = new Map<string, number>()
    for (const name of of) counts.set(name, (counts.get(name) ?? 0) + 1)
    return counts
  }
  const entropy = (counts: ReadonlyMap<string, number>) =>
    [...counts.values()].reduce((sum, n) => sum - n / pairs.length * Math.log(n / pairs.length), 0)
  const clusters = count(pairs.map(([cluster]) => cluster)), tasks = count(pairs.map(([, task]) => task))
  const both = count(pairs.map((pair) => pair.join("\u0000")))
  const most = new Map<string, number>()
  for (const [pair, n] of both) {
    const cluster = pair.split("\u0000")[0]!
    most.set(cluster, Math.max(n, most.get(cluster) ?? 0))
  }
  const shared = entropy(clusters) + entropy(tasks) - entropy(both)
  return {
    purity: [...most.values()].reduce((sum, n) => sum + n, 0) / pairs.length,
    nmi: shared === 0 ? 0 : 2 * shared / (entropy(clusters) + entropy(tasks))
  }
}

const meanOf = (values: ReadonlyArray<number>) => {
  const { mean, variance } = meanAndVariance(values)
  return `${mean.toFixed(3)} (${Math.sqrt(variance / values.length).toFixed(3)})`
}

console.log(`${tasked.n} requests, ${tasked.tiers.length} tiers, seeds ${seeds}, policy ${policy}\n`)
const saved = VARIANTS.map(([name, data]) => {
  const certified: Array<number> = [], atFloor: Array<number> = []
  for (const seed of SEEDS) {
    const { data: found, report, table } = optimizeDataset(data, optionsOf(seed, policy, 0.95))
    const { cost_usd, quality } = table.points.find((point) => point.name === "flagship")!.expected
    const curve = table.points.map(({ expected }) => ({ cost: expected.cost_usd, quality: expected.quality }))
    certified.push(report.savings.saved_share)
    atFloor.push(1 - costOnHull(curve, FLOOR * quality) / cost_usd)
    if (report.clusters === undefined) continue
    const { clusters } = report
    const errors = (of: typeof clusters.gains) =>
      of === null ? "-" : ((of.error_without - of.error_with) / of.standard_error).toFixed(1)
    const matched = agreement(found.requestIds.map((id, row) => [taskOf(found, row), trueTask.get(id)!]))
    console.log(
      `seed ${seed}: ${clusters.found} clusters, ${
        clusters.kept ? "kept" : "not kept"
      }; standard errors less of gains ` +
        `${errors(clusters.gains)}, of costs ${errors(clusters.costs)}; purity ${matched.purity.toFixed(3)}, NMI ${
          matched.nmi.toFixed(3)
        }; ${report.timing["clusters"]!.toFixed(1)} s; table ${JSON.stringify(table.clusters ?? []).length} bytes`
    )
    if (seed === SEEDS[0]) console.log(`  ${(table.clusters ?? []).map(({ task }) => task).join(", ")}`)
  }
  return [name, meanOf(certified), meanOf(atFloor)]
})
console.log(markdownTable(["", "saved, certified", `saved at ${FLOOR} on the curve`], saved))

const rankedBy = (data: Dataset, training: Uint32Array, test: Uint32Array, seed: number): number => {
  const { table } = optimizeDataset(takeRows(data, training), optionsOf(seed, "route", 0.9))
  const dear = data.flagship, cheap = 1 - dear
  const predicted = applyTable(assignClusters(data, table.clusters), table, test).predictedQuality
  const column = (of: Float64Array) => Float64Array.from(test, (row) => of[row]!)
  return apgrExact({
    score: Float64Array.from(test, (row) => predicted[dear]![row]! - predicted[cheap]![row]!),
    weak: column(data.quality[cheap]!),
    strong: column(data.quality[dear]!)
  })
}

if (PAIRS.flat().every((tier) => tasked.tiers.includes(tier))) {
  const rows = Uint32Array.from({ length: tasked.n }, (_, row) => row)
  const apgr = VARIANTS.map(([name, all]) => {
    const fold = groupFolds(all.group, FOLDS, 1)
    const of = (split: (seed: number) => { readonly drawn: Uint32Array; readonly rest: Uint32Array }) =>
      mean(PAIRS.flatMap((pair) =>
        SEEDS.map((seed) => {
          const { drawn, rest } = split(seed)
          return rankedBy(takeTiers(all, pair), drawn, rest, seed)
        })
      )).toFixed(4)
    return [
      name,
      of((seed) => drawRows(all, 1_500, seed)),
      of((seed) => ({
        drawn: rows.filter((row) => fold[row] !== seed),
        rest: rows.filter((row) => fold[row] === seed)
      }))
    ]
  })
  console.log(`\n${markdownTable(["APGR", "1,500 labels", "nine tenths of all"], apgr)}`)
}
