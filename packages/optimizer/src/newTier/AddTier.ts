import type { Acceptor, Head, RoutingTable, TableTier } from "@spillway/domain"
import { decodeFloat32, encodeFloat32, logit } from "@spillway/policy"
import type { Dataset } from "../data/Dataset.ts"
import type { FittedCost } from "../fit/Costs.ts"
import { pooledMean } from "../fit/SegmentPooling.ts"
import { fitSparseRidge } from "../fit/SparseRidge.ts"
import { standardizeDense } from "../fit/Standardize.ts"
import { mean } from "../statistics/Moments.ts"
import type { Audits } from "./Audits.ts"
import type { FittedGain } from "./GainModel.ts"

const PENALTY = 10

/**
 * The table with one more tier: its head, cost head and segment values, and acceptors that know only its mean quality, as
 * there are too few audits to tell good answers of it from bad ones.
 *
 * @param at position among the table's tiers, which go from cheap to dear
 */
export const addTier = (
  table: RoutingTable,
  data: Dataset,
  tier: TableTier,
  at: number,
  audits: Audits,
  gain: FittedGain,
  cost: FittedCost
): RoutingTable => {
  const { name } = tier
  const { model } = gain
  const weightOf = new Map(data.tiers.map((known, k) => [known, model.weights[k]!]))
  const parts = table.heads.filter((head) => (weightOf.get(head.tier) ?? 0) > 0)
  const quality = Float64Array.from(audits.rows, (row) => audits.quality[row]!)
  const lost = Float64Array.from(
    audits.rows,
    (row) => Math.max(0, data.quality[data.flagship]![row]! - audits.quality[row]!)
  )
  return {
    ...table,
    tiers: table.tiers.toSpliced(at, 0, tier),
    heads: [
      ...table.heads,
      {
        ...combinedHead(name, parts, weightOf, clusterHead(table, data, gain), model.intercept),
        ...combinedEmbedding(table, parts, weightOf)
      }
    ],
    cost_heads: [...table.cost_heads, { tier: name, intercept_usd: 0, usd_per_char: cost.usdPerChar }],
    acceptors: [
      ...table.acceptors,
      constantAcceptor(name, "confidence", mean(quality)),
      constantAcceptor(name, "advantage", 1 - mean(lost))
    ],
    segments: table.segments.map((segment) => ({
      ...segment,
      value: {
        ...segment.value,
        [name]: parts.reduce(
          (sum, head) => sum + weightOf.get(head.tier)! * head.segment_weight * (segment.value[head.tier] ?? 0),
          pooledMean(model.byTask, segment.task)
        )
      },
      cost_usd: { ...segment.cost_usd, [name]: pooledMean(cost.intercepts, segment.task) }
    }))
  }
}

/** The combination of linear heads is a linear head; what segments add is in the new tier's segment values. */
const combinedHead = (
  tier: string,
  parts: ReadonlyArray<Head>,
  weightOf: ReadonlyMap<string, number>,
  extra: Pick<Head, "intercept" | "dense"> & { readonly hashed: Float64Array },
  intercept: number
): Head => {
  const hashed = extra.hashed.slice(), dense = [...extra.dense]
  let sum = intercept + extra.intercept
  for (const head of parts) {
    const weight = weightOf.get(head.tier)!
    sum += weight * head.intercept
    head.dense.forEach((w, d) => dense[d]! += weight * w)
    decodeFloat32(head.hashed)!.forEach((w, b) => hashed[b]! += weight * w)
  }
  return {
    tier,
    target: "gain",
    intercept: sum,
    dense,
    hashed: hashed.some((w) => w !== 0) ? encodeFloat32(hashed) : "",
    segment_weight: 1
  }
}

/** What the combined heads read of a request's vector. */
const combinedEmbedding = (
  { features: { embedding } }: RoutingTable,
  parts: ReadonlyArray<Head>,
  weightOf: ReadonlyMap<string, number>
): Pick<Head, "embedding"> => {
  if (embedding === undefined) return {}
  const sums = new Float64Array(embedding.dimensions)
  for (const { embedding: weights, tier } of parts) {
    if (weights !== undefined) decodeFloat32(weights)!.forEach((w, d) => sums[d]! += weightOf.get(tier)! * w)
  }
  return { embedding: encodeFloat32(sums) }
}

/**
 * Means of clusters as a linear head: a ridge of every request's cluster mean on its features. No policy has to know the
 * clusters, and requests between two of them get a value between.
 */
const clusterHead = (table: RoutingTable, data: Dataset, { cluster, model }: FittedGain) => {
  const { mean, scale } = table.features.dense
  if (model.kind !== "clusters") {
    return { intercept: 0, dense: mean.map(() => 0), hashed: new Float64Array(2 ** table.features.hash_bits) }
  }
  const dense = standardizeDense(data, { mean: Float64Array.from(mean), scale: Float64Array.from(scale) })
  const rows = Uint32Array.from({ length: data.n }, (_, row) => row)
  const target = Float64Array.from(cluster, (c) => pooledMean(model.byCluster, String(c)))
  const inputs = { hashed: data.hashed, dense, denseColumns: mean.length }
  const linear = fitSparseRidge(inputs, rows, [target], [PENALTY])[0]![0]!
  return { intercept: linear.intercept, dense: Array.from(linear.dense), hashed: linear.hashed }
}

const constantAcceptor = (tier: string, score: Acceptor["score"], value: number): Acceptor => ({
  tier,
  score,
  inputs: [],
  intercept: logit(value),
  calibrator: { kind: "platt", a: 1, b: 0 }
})
