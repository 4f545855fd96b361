import type { Certificate, EmbeddingModel, Objective } from "@spillway/domain"

/** Lower and upper end of a two-sided interval. */
export type Interval = readonly [number, number]

/** Mean cost in USD per request against mean quality in [0, 1]. */
export interface CostQuality {
  readonly cost_usd: number
  readonly quality: number
}

/** One operating point, measured on requests that the search did not see. */
export interface FrontierPoint extends CostQuality {
  readonly name: string
  readonly quality_interval: Interval
  readonly cost_interval: Interval
  /** Null where no latency was recorded. */
  readonly latency_p50_ms: number | null
  readonly latency_p95_ms: number | null
  /** Share of requests whose final answer is the tier's. */
  readonly shares: Readonly<Record<string, number>>
  /** Simultaneous lower bound of quality relative to the flagship's (1 = equal), at the certificate's confidence. */
  readonly lower_bound: number
}

/** A policy that a reader would try first, measured on the same requests as the frontier. */
export interface Baseline extends CostQuality {
  readonly name: string
  readonly cost_interval?: Interval | undefined
  readonly quality_interval?: Interval | undefined
  readonly note?: string | undefined
}

/** Cross-validated score of one policy class; greater is better. */
export interface PortfolioEntry {
  readonly class: string
  readonly score: number
  readonly stderr: number
  readonly chosen: boolean
}

/** The default point on the requests of one task, against the flagship on the same requests. Costs in USD per request. */
export interface TaskResult {
  readonly task: string
  readonly n: number
  readonly flagship_quality: number
  readonly quality: number
  readonly quality_interval: Interval
  readonly cost_usd: number
  readonly flagship_cost_usd: number
  /** Share of the flagship's cost that is saved; negative where the policy costs more. */
  readonly saving: number
  /** Whether the default point has a plan of its own for the task or for an ancestor of it. */
  readonly own_plan: boolean
  readonly tier_shares: Readonly<Record<string, number>>
}

/** Requests of similar calibrated score: their mean score, their mean observed quality and their number. */
export interface CalibrationBin {
  readonly predicted: number
  readonly observed: number
  readonly n: number
}

/** How far a tier's calibrated score can be taken at its word, on requests that the calibrator did not see. */
export interface TierCalibration {
  readonly tier: string
  readonly n: number
  /** Expected calibration error: mean |predicted - observed| over the bins, weighted by requests. */
  readonly ece: number
  readonly brier: number
  /** Probability that a better answer scores higher than a worse one; .5 is chance. */
  readonly auroc: number
  readonly bins: ReadonlyArray<CalibrationBin>
}

/** The default point against always-flagship over all measured requests, in USD. */
export interface Savings {
  readonly flagship_usd: number
  readonly policy_usd: number
  readonly saved_usd: number
  readonly saved_interval: Interval
  /** `saved_usd / flagship_usd`. */
  readonly saved_share: number
  readonly requests: number
}

/** Whether the vectors of an embedding model better what is predicted of requests, by cross-validation. */
export interface EmbeddingReport extends EmbeddingModel {
  readonly dimensions: number
  /** Requests learned from, and how many of them have no vector. */
  readonly requests: number
  readonly without_vector: number
  /** Whether the table reads vectors: the error falls by more than its standard error. */
  readonly kept: boolean
  /** Mean squared error of the predicted differences to the flagship, on requests not learned from. */
  readonly error_without: number
  readonly error_with: number
  /** Of the difference of the two. */
  readonly standard_error: number
  /** Mean US dollars of a request's vector, charged to points that read it; null where unknown, and then left out. */
  readonly usd_per_request: number | null
}

/** By how much clusters better a prediction, by cross-validation. */
export interface ClusterErrors {
  /** Mean squared errors on requests not learned from. */
  readonly error_without: number
  readonly error_with: number
  /** Of the difference of the two. */
  readonly standard_error: number
  /** Whether the error falls by enough to go by it: by two of these for gains, by one for costs. */
  readonly better: boolean
}

/** Whether it pays to tell kinds of work apart among requests without a task. */
export interface ClustersReport {
  /** Requests without a task among those learned from. */
  readonly requests: number
  /** Clusters that were tried; 0 where there are too few requests, or these are all alike. */
  readonly found: number
  /** Whether the table has them: gains or costs get better. */
  readonly kept: boolean
  /** Quality of the flagship less that of another tier; null where nothing was found. */
  readonly gains: ClusterErrors | null
  /** Cost of the flagship less that of another tier, in units of its mean cost; null where nothing was found. */
  readonly costs: ClusterErrors | null
}

/** Everything that one optimization measured, for people and for `--json`. */
export interface OptimizeReport {
  /** Operating points out of sample, from the cheapest to the flagship. */
  readonly frontier: ReadonlyArray<FrontierPoint>
  /** Frontier of the clairvoyant policy that knows every answer's grade beforehand. */
  readonly oracle: ReadonlyArray<CostQuality>
  /** Always cheapest, always flagship, best single tier, random mix, length only, task only, ... */
  readonly baselines: ReadonlyArray<Baseline>
  /** Upper hull of the single tiers: what mixing them at random reaches. */
  readonly mix: ReadonlyArray<CostQuality>
  readonly certificate: Certificate
  /** Whether the figures come from requests set apart; false where all were learned from, and figures are cross-fitted. */
  readonly held_out: boolean
  /** Name of the frontier point that is served by default. */
  readonly default_point: string
  readonly objective: Objective
  readonly portfolio: ReadonlyArray<PortfolioEntry>
  readonly tasks: ReadonlyArray<TaskResult>
  readonly calibration: ReadonlyArray<TierCalibration>
  /** Absent where no request has a vector. */
  readonly embedding?: EmbeddingReport | undefined
  /** Absent where every request has a task, or where there is one tier only. */
  readonly clusters?: ClustersReport | undefined
  readonly savings: Savings
  /** Seconds by phase. */
  readonly timing: Readonly<Record<string, number>>
  /** Greatest resident memory of the process, in MB. */
  readonly peak_rss_mb: number
}
