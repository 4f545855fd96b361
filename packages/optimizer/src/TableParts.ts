import type { Acceptor, EmbeddingSpec, Plan, RoutingTable } from "@spillway/domain"
import { encodeFloat32 } from "@spillway/policy"
import type { Dataset } from "./data/Dataset.ts"
import type { FittedPolicy } from "./fit/FitPolicy.ts"
import type { FittedEmbedding } from "./fit/Heads.ts"
import { pooledMean, type PooledMeans } from "./fit/SegmentPooling.ts"
import type { ScoreKind } from "./portfolio/Columns.ts"
import type { IndexedPlan } from "./search/IndexedPlan.ts"

/** Significant digits of numbers in a table: beyond any decision's reach, and a third shorter than all of them. */
const DIGITS = 9

const short = (v: number): number => Number(v.toPrecision(DIGITS))

/** A routing table without its plans and promises. */
export type TableParts = Pick<
  RoutingTable,
  "tiers" | "flagship" | "features" | "heads" | "cost_heads" | "acceptors" | "segments"
>

/** The feature specification and the fitted heads, acceptors and segments, as a routing table stores them. */
export const tableParts = (data: Dataset, fitted: FittedPolicy, tiers: RoutingTable["tiers"]): TableParts => ({
  tiers,
  flagship: data.tiers[data.flagship]!,
  features: {
    version: 2,
    hash_bits: data.hashBits,
    dense: {
      names: data.denseNames,
      mean: Array.from(fitted.standardization.mean, short),
      scale: Array.from(fitted.standardization.scale, short)
    },
    ...(fitted.embedding?.verdict.kept === true ? { embedding: embeddingSpec(fitted.embedding) } : {})
  },
  heads: fitted.heads.map((head) => ({
    tier: data.tiers[head.tier]!,
    target: head.target,
    intercept: short(head.intercept),
    dense: Array.from(head.model.dense, short),
    hashed: head.model.hashed.some((w) => w !== 0) ? encodeFloat32(head.model.hashed) : "",
    ...(head.embedding === undefined ? {} : { embedding: encodeFloat32(head.embedding) }),
    segment_weight: short(head.segmentWeight)
  })),
  cost_heads: fitted.costs.map((cost) => ({
    tier: data.tiers[cost.tier]!,
    intercept_usd: 0,
    usd_per_char: short(cost.usdPerChar)
  })),
  acceptors: fitted.acceptors.map((a) => ({
    tier: data.tiers[a.tier]!,
    ...(a.after === undefined ? {} : { after: data.tiers[a.after]! }),
    score: a.score,
    inputs: a.inputs.map((input) => ({
      ...input,
      mean: short(input.mean),
      scale: short(input.scale),
      weight: short(input.weight)
    })),
    intercept: short(a.intercept),
    calibrator: shortCalibrator(a.calibrator)
  })),
  segments: [...new Set(pooledMeans(fitted).flatMap((means) => [...means.keys()]))].toSorted().map((task) => ({
    task,
    n: Math.max(...pooledMeans(fitted).map((means) => means.get(task)?.n ?? 0)),
    value: byTier(data, (k) => short(pooledMean(fitted.heads[k]!.segments, task))),
    cost_usd: byTier(data, (k) => short(pooledMean(fitted.costs[k]!.intercepts, task)))
  }))
})

const embeddingSpec = ({ max_chars, mean, model }: FittedEmbedding): EmbeddingSpec => ({
  model,
  max_chars,
  dimensions: mean.length,
  mean: encodeFloat32(mean)
})

/** Of quality and of cost: a cluster may be known to one of them only. */
const pooledMeans = ({ costs, heads }: FittedPolicy): ReadonlyArray<PooledMeans> => [
  ...heads.map(({ segments }) => segments),
  ...costs.map(({ intercepts }) => intercepts)
]

/** A plan by tier names. */
export const namedPlan = (data: Dataset, plan: IndexedPlan, score: ScoreKind): Plan => ({
  kind: plan.kind,
  entry: { lambda: short(plan.entry.lambda), tiers: plan.entry.tiers.map((k) => data.tiers[k]!) },
  stages: plan.stages.flatMap((stage, k) =>
    stage === undefined ? [] : [{
      tier: data.tiers[k]!,
      score,
      edges: stage.edges.map(short),
      next: stage.next.map((next) => next === null ? null : data.tiers[next]!)
    }]
  )
})

const byTier = (data: Dataset, value: (tier: number) => number): Record<string, number> =>
  Object.fromEntries(data.tiers.map((tier, k) => [tier, value(k)]))

const shortCalibrator = (calibrator: Acceptor["calibrator"]): Acceptor["calibrator"] => {
  switch (calibrator.kind) {
    case "platt":
      return { kind: "platt", a: short(calibrator.a), b: short(calibrator.b) }
    case "beta":
      return { kind: "beta", a: short(calibrator.a), b: short(calibrator.b), c: short(calibrator.c) }
    case "isotonic":
      return { kind: "isotonic", x: calibrator.x.map(short), y: calibrator.y.map(short) }
  }
}
