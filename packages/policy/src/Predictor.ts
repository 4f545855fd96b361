import type { Head, RoutingTable, Segment } from "@spillway/domain"
import { type Clusters, compileClusters } from "./Clusters.ts"
import { denseFeatures, denseNames } from "./features/DenseFeatures.ts"
import { type CompiledEmbedding, compileEmbedding, decodeWeights } from "./features/Embedding.ts"
import { makeHasher, type SparseVector } from "./features/HashedNgrams.ts"
import { demand, demandDistinct, tierIndex } from "./Refuse.ts"
import { requestChars, type RequestView } from "./RequestView.ts"
import { decodeFloat32, dotDense, dotSparse, standardize } from "./scorers/LinearHead.ts"
import { makeTaskTree } from "./Segments.ts"

/** A request as numbers. Scratch memory of the predictor: valid until its next call. */
export interface Features {
  /** All dense features, raw, in the order of `denseNames`. */
  readonly dense: Float64Array
  readonly hashed: SparseVector
  /** Of the table's embedding model; absent where there is none. */
  readonly vector?: Float32Array | undefined
}

/** A segment after inheritance: what is known of the task or of its nearest ancestor, by tier; NaN where nothing is. */
export interface ResolvedSegment {
  readonly task: string
  readonly value: Float64Array
  readonly costUsd: Float64Array
}

/** A head ready to run. */
export interface CompiledHead {
  readonly target: Head["target"]
  readonly intercept: number
  /** Weights of the table's dense features. */
  readonly dense: Float64Array
  readonly hashed: Float32Array | undefined
  readonly embedding: Float64Array | undefined
  readonly segmentWeight: number
}

/** What a {@link Predictor} is compiled from: a routing table without its plans and promises. */
export type PredictorParts = Pick<
  RoutingTable,
  "tiers" | "flagship" | "features" | "heads" | "cost_heads" | "segments" | "clusters"
>

/** Ex-ante prediction of quality and cost for every tier. */
export interface Predictor {
  readonly tiers: ReadonlyArray<string>
  readonly hashBits: number
  /** Names of the dense features that the table uses. */
  readonly denseNames: ReadonlyArray<string>
  /** Undefined where no head reads vectors. */
  readonly embedding: CompiledEmbedding | undefined
  /** By tier; undefined where the segment value stands alone. */
  readonly heads: ReadonlyArray<CompiledHead | undefined>
  readonly segment: (task: string) => ResolvedSegment
  /** The view with its cluster for a task, where it has none and the table has one for it; otherwise the view itself. */
  readonly assign: (view: RequestView) => RequestView
  /** Why a request is in its cluster. Undefined where the table has no clusters. */
  readonly explainCluster: Clusters["explain"] | undefined
  readonly features: (view: RequestView) => Features
  /** Writes the table's dense features, standardized and clipped. */
  readonly standardizeInto: (dense: Float64Array, out: Float64Array) => void
  /** Writes predicted quality in [0, 1] and cost in USD (NaN = unknown) from features that are already there. */
  readonly scoreInto: (
    features: Features,
    task: string,
    chars: number,
    quality: Float64Array,
    costUsd: Float64Array
  ) => void
  /** The same from the request, which is put into its cluster where it has no task. */
  readonly predictInto: (view: RequestView, quality: Float64Array, costUsd: Float64Array) => Features
}

const NO_TEXT: SparseVector = { indices: new Uint32Array(0), values: new Float32Array(0), length: 0 }

const clamp01 = (x: number) => Math.min(1, Math.max(0, x))

const compileDense = ({ mean, names, scale }: RoutingTable["features"]["dense"]) => {
  const field = "features.dense"
  demandDistinct(names, (i) => `${field}.names[${i}]`)
  const source = names.map((name, i) => {
    const index = denseNames.indexOf(name)
    demand(index >= 0, `${field}.names[${i}]`, `unknown feature "${name}"`)
    return index
  })
  demand(mean.length === names.length, `${field}.mean`, `${mean.length} values for ${names.length} names`)
  demand(scale.length === names.length, `${field}.scale`, `${scale.length} values for ${names.length} names`)
  for (const [i, value] of scale.entries()) demand(value > 0, `${field}.scale[${i}]`, "not positive")
  return (dense: Float64Array, out: Float64Array) => {
    for (let i = 0; i < source.length; i++) out[i] = standardize(dense[source[i]!]!, mean[i]!, scale[i]!)
  }
}

const compileHeads = (table: PredictorParts, tiers: ReadonlyArray<string>) => {
  const heads = tiers.map((): CompiledHead | undefined => undefined)
  demandDistinct(table.heads.map(({ tier }) => tier), (i) => `heads[${i}].tier`)
  for (const [i, head] of table.heads.entries()) {
    const field = `heads[${i}]`
    const tier = tierIndex(tiers, head.tier, `${field}.tier`)
    demand(
      head.target === "quality" || head.tier !== table.flagship,
      `${field}.target`,
      "the flagship has no gain over itself",
      "Use a quality head"
    )
    const names = table.features.dense.names.length
    demand(head.dense.length === names, `${field}.dense`, `${head.dense.length} weights for ${names} features`)
    const hashed = decodeFloat32(head.hashed)
    demand(hashed !== undefined, `${field}.hashed`, "not base64 of finite little-endian float32 values")
    const buckets = 2 ** table.features.hash_bits
    demand(
      hashed.length === 0 || hashed.length === buckets,
      `${field}.hashed`,
      `${hashed.length} weights, neither 0 nor 2^hash_bits = ${buckets}`
    )
    heads[tier] = {
      target: head.target,
      intercept: head.intercept,
      dense: Float64Array.from(head.dense),
      hashed: hashed.length === 0 ? undefined : hashed,
      embedding: head.embedding === undefined ? undefined : embeddingWeights(head.embedding, table, field),
      segmentWeight: head.segment_weight
    }
  }
  return heads
}

const embeddingWeights = (base64: string, { features }: PredictorParts, field: string): Float64Array => {
  demand(features.embedding !== undefined, `${field}.embedding`, "the table has no `features.embedding`")
  return decodeWeights(base64, features.embedding, `${field}.embedding`)
}

const compileSegments = (table: PredictorParts, tiers: ReadonlyArray<string>) => {
  const { segments } = table
  demandDistinct(segments.map(({ task }) => task), (i) => `segments[${i}].task`)
  demand(segments.some(({ task }) => task === ""), "segments", "no root segment (the empty task)")
  for (const [i, { cost_usd, value }] of segments.entries()) {
    for (const tier of Object.keys(value)) tierIndex(tiers, tier, `segments[${i}].value`)
    for (const tier of Object.keys(cost_usd)) tierIndex(tiers, tier, `segments[${i}].cost_usd`)
  }
  const given = makeTaskTree(segments.map((segment) => [segment.task, segment]))
  const resolve = (segment: Segment): ResolvedSegment => {
    const lineage = given.lineage(segment.task)
    const inherit = (of: "value" | "cost_usd") =>
      Float64Array.from(tiers, (tier) => lineage.find((s) => Object.hasOwn(s[of], tier))?.[of][tier] ?? Number.NaN)
    return { task: segment.task, value: inherit("value"), costUsd: inherit("cost_usd") }
  }
  const tree = makeTaskTree(segments.map((segment) => [segment.task, resolve(segment)]))
  return (task: string): ResolvedSegment => tree.find(task)!
}

const compileCosts = (table: PredictorParts, tiers: ReadonlyArray<string>) => {
  const intercepts = new Float64Array(tiers.length).fill(Number.NaN)
  const perChar = new Float64Array(tiers.length)
  demandDistinct(table.cost_heads.map(({ tier }) => tier), (i) => `cost_heads[${i}].tier`)
  for (const [i, head] of table.cost_heads.entries()) {
    const tier = tierIndex(tiers, head.tier, `cost_heads[${i}].tier`)
    intercepts[tier] = head.intercept_usd
    perChar[tier] = head.usd_per_char
  }
  return (segment: ResolvedSegment, chars: number, costUsd: Float64Array) => {
    for (let k = 0; k < tiers.length; k++) {
      const known = segment.costUsd[k]!
      costUsd[k] = Math.max(0, (Number.isNaN(known) ? intercepts[k]! : known) + perChar[k]! * chars)
    }
  }
}

/**
 * Compiles features, heads, cost heads and segments; throws `BadInput` that names the field that is wrong.
 *
 * Quality of the flagship: its head's score, else its segment value, else 1. Of another tier: the flagship's minus its
 * gain, which is its head's score, else its segment value, else 1 (a tier that was never measured is preferred to
 * none); a `quality` head gives it directly. In a head's score an unknown segment value counts 0. All are clamped to
 * [0, 1]. Cost: the segment's, else the cost head's intercept, plus `usd_per_char` times {@link requestChars}; unknown
 * (NaN) where neither is known.
 */
export const compilePredictor = (table: PredictorParts): Predictor => {
  const tiers = table.tiers.map(({ name }) => name)
  const flagship = tierIndex(tiers, table.flagship, "flagship")
  const standardizeInto = compileDense(table.features.dense)
  const heads = compileHeads(table, tiers)
  const embedding = table.features.embedding && compileEmbedding(table.features.embedding)
  const segment = compileSegments(table, tiers)
  const costInto = compileCosts(table, tiers)
  const clusters = table.clusters && compileClusters(table.clusters)
  const assign: Predictor["assign"] = clusters?.assign ?? ((view) => view)
  const readsText = heads.some((head) => head?.hashed !== undefined)
  const hasher = readsText ? makeHasher(table.features.hash_bits) : undefined
  const dense = new Float64Array(denseNames.length)
  const standardized = new Float64Array(table.features.dense.names.length)
  const centered = new Float64Array(embedding?.spec.dimensions ?? 0)

  const features = (view: RequestView): Features => {
    denseFeatures(view, dense)
    return { dense, hashed: hasher?.hash(view.text, view.system) ?? NO_TEXT, vector: view.vector }
  }

  let hasVector = false
  const score = (head: CompiledHead, hashed: SparseVector, segmentValue: number) =>
    head.intercept + dotDense(head.dense, standardized) +
    (head.hashed === undefined ? 0 : dotSparse(head.hashed, hashed)) +
    (hasVector && head.embedding !== undefined ? dotDense(head.embedding, centered) : 0) +
    (Number.isNaN(segmentValue) ? 0 : head.segmentWeight * segmentValue)

  const estimate = (tier: number, hashed: SparseVector, { value }: ResolvedSegment) => {
    const head = heads[tier]
    const known = value[tier]!
    if (head !== undefined) return score(head, hashed, known)
    return Number.isNaN(known) ? 1 : known
  }

  const scoreInto: Predictor["scoreInto"] = ({ dense, hashed, vector }, task, chars, quality, costUsd) => {
    const of = segment(task)
    standardizeInto(dense, standardized)
    hasVector = embedding?.centerInto(vector, centered) ?? false
    const best = clamp01(estimate(flagship, hashed, of))
    for (let k = 0; k < tiers.length; k++) {
      if (k === flagship) quality[k] = best
      else {
        const estimated = estimate(k, hashed, of)
        quality[k] = clamp01(heads[k]?.target === "quality" ? estimated : best - estimated)
      }
    }
    costInto(of, chars, costUsd)
  }

  return {
    tiers,
    hashBits: table.features.hash_bits,
    denseNames: table.features.dense.names,
    embedding,
    heads,
    segment,
    assign,
    explainCluster: clusters?.explain,
    features,
    standardizeInto,
    scoreInto,
    predictInto: (view, quality, costUsd) => {
      const found = features(view)
      scoreInto(found, assign(view).task, requestChars(view), quality, costUsd)
      return found
    }
  }
}
