import { Schema } from "effect"
import { EmbeddingModel } from "./Embeddings.ts"
import { Objective } from "./Objective.ts"
import { Price } from "./Price.ts"
import { Settings } from "./Tier.ts"

const TierName = Schema.NonEmptyString
const Numbers = Schema.Array(Schema.Finite)
/** Little-endian IEEE 754 float32 values as base64: short, and the same bytes on every machine. */
export const Float32Base64 = Schema.String
const ByTier = Schema.Record(TierName, Schema.Finite)

/** A tier as it was when the table was calibrated. The proxy takes address and key from its own configuration. */
export const TableTier = Schema.Struct({
  name: TierName,
  model: Schema.optionalKey(Schema.NonEmptyString),
  settings: Schema.optionalKey(Settings),
  price: Schema.optionalKey(Price)
})
export type TableTier = typeof TableTier.Type

/**
 * The vectors that heads read: of `dimensions` values, of length 1, with `mean` (one float32 a dimension) taken off. A
 * request without one counts as if it had the mean.
 */
export const EmbeddingSpec = Schema.Struct({
  ...EmbeddingModel.fields,
  dimensions: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
  mean: Float32Base64
})
export type EmbeddingSpec = typeof EmbeddingSpec.Type

/**
 * How request text becomes numbers: hashed n-grams in 2^`hash_bits` buckets, named dense features, standardized and
 * clipped to 6 deviations, and the vector of an embedding model where that pays.
 */
export const FeatureSpec = Schema.Struct({
  version: Schema.Literal(2),
  hash_bits: Schema.Int.check(Schema.isBetween({ minimum: 8, maximum: 20 })),
  dense: Schema.Struct({ names: Schema.Array(Schema.NonEmptyString), mean: Numbers, scale: Numbers }),
  embedding: Schema.optionalKey(EmbeddingSpec)
})
export type FeatureSpec = typeof FeatureSpec.Type

/**
 * Ex-ante linear head of one tier. The score of a request is
 * `intercept + dense . d(x) + hashed . h(x) + embedding . (v(x) - mean) + segment_weight * segment value`.
 *
 * `quality` heads estimate the tier's own quality (used for the flagship), `gain` heads estimate
 * flagship quality minus the tier's.
 */
export const Head = Schema.Struct({
  tier: TierName,
  target: Schema.Literals(["quality", "gain"]),
  intercept: Schema.Finite,
  dense: Numbers,
  /** One float32 per bucket, or empty where text did not pay. */
  hashed: Float32Base64,
  /** One float32 per dimension of the embedding. */
  embedding: Schema.optionalKey(Float32Base64),
  segment_weight: Schema.Finite
})
export type Head = typeof Head.Type

/** Expected cost of a tier in USD: `segment intercept + usd_per_char * characters of the request`. */
export const CostHead = Schema.Struct({ tier: TierName, intercept_usd: Schema.Finite, usd_per_char: Schema.Finite })
export type CostHead = typeof CostHead.Type

/** A monotone map from a raw score to [0, 1]: `a` and `b` (beta) are not negative, knots and their values ascend. */
export const Calibrator = Schema.Union([
  /** sigmoid(a * score + b) */
  Schema.Struct({ kind: Schema.Literal("platt"), a: Schema.Finite, b: Schema.Finite }),
  /** sigmoid(a ln p - b ln(1 - p) + c) with p = sigmoid(score); Kull et al. 2017 */
  Schema.Struct({ kind: Schema.Literal("beta"), a: Schema.Finite, b: Schema.Finite, c: Schema.Finite }),
  /** Linear between knots, constant outside. */
  Schema.Struct({ kind: Schema.Literal("isotonic"), x: Numbers, y: Numbers })
])
export type Calibrator = typeof Calibrator.Type

/**
 * Ex-post head of one tier: from the evidence about an answer to a calibrated score in [0, 1].
 *
 * Inputs are named `signal:<name>`, `answer:<name>` (text features of the answer), `request:<dense feature>`,
 * `exante:<tier>` (predicted quality), and of the answer right before: `previous:agreement` (how far both say the same),
 * `previous:signal:<name>` and `previous:answer:<feature>`.
 * A missing input takes `missing` (already standardized) in place of `(value - mean) / scale`,
 * which is clipped to 6 deviations.
 *
 * `confidence` scores estimate the answer's quality; `advantage` scores estimate 1 - max(0, flagship quality - quality).
 */
export const Acceptor = Schema.Struct({
  tier: TierName,
  /** For answers that come right after this tier's. One without serves all others. */
  after: Schema.optionalKey(TierName),
  score: Schema.Literals(["confidence", "advantage"]),
  inputs: Schema.Array(Schema.Struct({
    name: Schema.NonEmptyString,
    /** `logit`: ln(v / (1 - v)) of a value in [0, 1], clamped to [1e-4, 1 - 1e-4], before standardizing. */
    transform: Schema.optionalKey(Schema.Literals(["logit"])),
    mean: Schema.Finite,
    scale: Schema.Finite,
    missing: Schema.Finite,
    weight: Schema.Finite
  })),
  intercept: Schema.Finite,
  calibrator: Calibrator
})
export type Acceptor = typeof Acceptor.Type

/** What is known of one task, pooled towards its parent by empirical Bayes. */
export const Segment = Schema.Struct({
  /** Task identifier; `` (empty) is the root that unseen tasks inherit from. */
  task: Schema.String,
  n: Schema.Int,
  /** Segment value of each head's tier: flagship minus tier, and the flagship's own quality. */
  value: ByTier,
  /** Expected cost at zero characters by tier, USD. */
  cost_usd: ByTier
})
export type Segment = typeof Segment.Type

/**
 * Requests without a task that are alike. A request belongs to the cluster with the greatest sum of the weights of its
 * words, where that is above zero, and is treated as one of the cluster's task.
 */
export const Cluster = Schema.Struct({
  /** `untasked.` and the words that tell it best. */
  task: Schema.NonEmptyString,
  /** Numbers of the words that tell it, ascending, little-endian uint16 as base64. */
  words: Schema.String,
  /** One for each word. */
  weights: Float32Base64
})
export type Cluster = typeof Cluster.Type

/**
 * What happens after a tier's answer: a step function of the calibrated score. `edges` ascend; `next` has one more
 * entry than `edges`; entry i serves scores in [edges[i-1], edges[i]). A tier name escalates, null accepts.
 */
export const Stage = Schema.Struct({
  tier: TierName,
  score: Schema.Literals(["confidence", "advantage"]),
  edges: Numbers,
  next: Schema.Array(Schema.NullOr(TierName))
})
export type Stage = typeof Stage.Type

/** The class of a plan, for people; the decision reads only `entry` and `stages`. */
export const PlanKind = Schema.Literals(["single", "route", "cascade", "route_cascade", "cascade_routing", "stopping"])
export type PlanKind = typeof PlanKind.Type

/**
 * A policy: the entry tier is the one with the greatest `predicted quality - lambda * predicted cost` (per USD) among
 * `entry.tiers`; then stages run until one accepts. A tier without a stage is accepted whatever it answers.
 */
export const Plan = Schema.Struct({
  kind: PlanKind,
  entry: Schema.Struct({ lambda: Schema.Finite, tiers: Schema.Array(TierName).check(Schema.isMinLength(1)) }),
  stages: Schema.Array(Stage)
})
export type Plan = typeof Plan.Type

/** A measured expectation on rows that the search did not see. */
export const Expectation = Schema.Struct({
  n: Schema.Int,
  quality: Schema.Finite,
  quality_interval: Schema.Tuple([Schema.Finite, Schema.Finite]),
  cost_usd: Schema.Finite,
  cost_interval: Schema.Tuple([Schema.Finite, Schema.Finite]),
  latency_p50_ms: Schema.NullOr(Schema.Finite),
  latency_p95_ms: Schema.NullOr(Schema.Finite),
  /** Share of requests whose final answer is the tier's. */
  shares: ByTier,
  /** Simultaneous lower bound of quality relative to the flagship's (1 = equal), at the certificate's confidence. */
  lower_bound: Schema.Finite
})
export type Expectation = typeof Expectation.Type

/** A named way to run the table. With several plans, a hash of the request identifier picks by `share`. */
export const OperatingPoint = Schema.Struct({
  name: Schema.NonEmptyString,
  plans: Schema.Array(Schema.Struct({ share: Schema.Finite, plan: Plan })).check(Schema.isMinLength(1)),
  /** Tasks that have a plan of their own. */
  segments: Schema.Record(Schema.String, Plan),
  expected: Expectation
})
export type OperatingPoint = typeof OperatingPoint.Type

/** The statistical promise, or why there is none. */
export const Certificate = Schema.Struct({
  /** Whether the default point is certified. A table without a certificate serves the flagship. */
  certified: Schema.Boolean,
  point: Schema.NonEmptyString,
  /** The promise, or its absence, in plain words. */
  statement: Schema.NonEmptyString,
  test: Schema.NonEmptyString,
  floor: Schema.Finite,
  /** Most mean quality lost against the flagship, absolute. */
  epsilon: Schema.Finite,
  alpha: Schema.Finite,
  /** Requests the test read. */
  n: Schema.Int,
  n_effective: Schema.Finite,
  p_value: Schema.Finite,
  /** The points in the order they were tested, each certified where its p-value is at most its level. */
  sequence: Schema.Array(Schema.Struct({ point: Schema.NonEmptyString, p_value: Schema.Finite, level: Schema.Finite })),
  /** More graded requests that would probably let the wanted point pass; null where not known or not needed. */
  more_requests_needed: Schema.NullOr(Schema.Int),
  /** What the measured quality is: sure grades, a judge's opinion, or agreement with the flagship's answer. */
  labels: Schema.Literals(["graded", "judged", "agreement_with_flagship"]),
  /** The sure grades that corrected the others (prediction-powered inference); the promise is then about these. */
  gold: Schema.optionalKey(Schema.Struct({
    /** Requests with a sure grade on the flagship and on the certified point. */
    requests: Schema.Int,
    /** Quality of the point minus the flagship's, by PPI++, with its interval at the certificate's confidence. */
    difference: Schema.Finite,
    interval: Schema.Tuple([Schema.Finite, Schema.Finite]),
    /** How far the judge was trusted: 0 not at all, 1 as it is. */
    lambda: Schema.Finite
  })),
  /** Where a floor for each task was asked for: the verdict at the default point, Holm-adjusted over the tasks. */
  segments: Schema.optionalKey(Schema.Array(Schema.Struct({
    task: Schema.NonEmptyString,
    n: Schema.Int,
    p_value: Schema.Finite,
    certified: Schema.Boolean
  }))),
  /** What the promise does not cover. */
  not_covered: Schema.Array(Schema.NonEmptyString)
})
export type Certificate = typeof Certificate.Type

/** Where the table comes from. Nothing here depends on the clock or the machine. */
export const Provenance = Schema.Struct({
  spillway_version: Schema.NonEmptyString,
  data_sha256: Schema.NonEmptyString,
  seed: Schema.Int,
  requests: Schema.Int,
  outcomes: Schema.Int,
  fit: Schema.Int,
  select: Schema.Int,
  certify: Schema.Int,
  first_ts: Schema.NullOr(Schema.String),
  last_ts: Schema.NullOr(Schema.String)
})
export type Provenance = typeof Provenance.Type

/** A policy as data: what `spillway optimize` writes and `spillway serve` runs. */
export const RoutingTable = Schema.Struct({
  format: Schema.Literal("spillway.routing-table/1"),
  /** Cheapest first. */
  tiers: Schema.Array(TableTier).check(Schema.isMinLength(1)),
  flagship: TierName,
  features: FeatureSpec,
  heads: Schema.Array(Head),
  cost_heads: Schema.Array(CostHead),
  acceptors: Schema.Array(Acceptor),
  segments: Schema.Array(Segment),
  /** Found among requests without a task, where telling them apart pays. */
  clusters: Schema.optionalKey(Schema.Array(Cluster)),
  /** From the cheapest to the flagship. */
  points: Schema.Array(OperatingPoint).check(Schema.isMinLength(1)),
  default_point: Schema.NonEmptyString,
  objective: Objective,
  certificate: Certificate,
  provenance: Provenance
})
export type RoutingTable = typeof RoutingTable.Type
