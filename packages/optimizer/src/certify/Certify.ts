import type { Groups } from "../statistics/Groups.ts"
import { mean } from "../statistics/Moments.ts"
import { budgetPValue, type BudgetTarget } from "./Budget.ts"
import { fallback, holm, jointPValue } from "./Families.ts"
import { latencyPValue, type LatencyTarget } from "./Latency.ts"
import { type Observations, observations } from "./Observations.ts"
import { type PairedQuality, qualityLosses, qualityLowerBound, qualityPValue, type QualityTarget } from "./Quality.ts"
import { requestsNeeded } from "./RequestsNeeded.ts"

/** What a policy did on the certification rows. */
export interface PolicyOutcomes {
  readonly name: string
  readonly quality: ArrayLike<number>
  /** Where `quality` is a judge's: the sure grades, NaN where there is none, and 1 where no judge was asked. */
  readonly gold?: { readonly quality: ArrayLike<number>; readonly sure: ArrayLike<number> } | undefined
  /** Needed for a budget. */
  readonly costUsd?: ArrayLike<number>
  /** Needed for a latency cap. */
  readonly latencyMs?: ArrayLike<number>
}

/** What is promised together: each part that is given must hold. */
export interface Promises {
  readonly quality?: QualityTarget
  readonly latency?: LatencyTarget
  readonly budget?: BudgetTarget
}

/** Rows that nothing was fitted or selected on. */
export interface CertificationRows {
  readonly flagshipQuality: ArrayLike<number>
  /** Sure grades of the flagship, where policies have them too. */
  readonly flagshipGold?: ArrayLike<number> | undefined
  readonly groups: Groups
  readonly alpha: number
  readonly seed: number
}

/** A policy in the order of tests, with its own share of alpha. The shares of a chain add up to at most 1. */
export interface ChainLink {
  readonly policy: PolicyOutcomes
  readonly weight: number
}

/** The outcome of testing a chain of policies. */
export interface ChainCertificate {
  /** Policies tested, in order, each with the p-value of "some promise is broken" and the level it was tested at. */
  readonly sequence: ReadonlyArray<{ readonly point: string; readonly p_value: number; readonly level: number }>
  /** Names of the policies that are certified. */
  readonly certified: ReadonlySet<string>
  /** Independent observations (groups) that the tests read. */
  readonly nEffective: number
  /** More graded requests that would probably let the first failed policy pass; null where none failed or none help. */
  readonly moreRequestsNeeded: number | null
}

/**
 * Tests policies down a chain that was fixed before these rows were read, by {@link fallback}. With probability at
 * least 1 - alpha every certified policy keeps all promises.
 */
export const certifyChain = (
  chain: ReadonlyArray<ChainLink>,
  promises: Promises,
  rows: CertificationRows
): ChainCertificate => {
  const independent = observations(rows.groups, rows.seed)
  const tested = fallback(
    chain.map(({ policy }) => (level) => brokenPValue(policy, promises, { ...rows, alpha: level }, independent)),
    chain.map(({ weight }) => weight),
    rows.alpha
  )
  const failed = tested.find(({ level, pValue }) => pValue > level)
  const nameOf = (index: number) => chain[index]!.policy.name
  return {
    sequence: tested.map(({ index, level, pValue }) => ({ point: nameOf(index), p_value: pValue, level })),
    certified: new Set(tested.filter(({ level, pValue }) => pValue <= level).map(({ index }) => nameOf(index))),
    nEffective: independent.count,
    moreRequestsNeeded: failed === undefined || promises.quality === undefined
      ? null
      : moreFor(promises.quality, chain[failed.index]!.policy, { ...rows, alpha: failed.level }, independent)
  }
}

const pairedQuality = (policy: PolicyOutcomes, rows: CertificationRows): PairedQuality => ({
  policy: policy.quality,
  flagship: rows.flagshipQuality,
  gold: policy.gold && rows.flagshipGold && {
    policy: policy.gold.quality,
    flagship: rows.flagshipGold,
    sure: policy.gold.sure
  }
})

const brokenPValue = (
  policy: PolicyOutcomes,
  promises: Promises,
  rows: CertificationRows,
  independent: Observations
): number => {
  const parts: Array<number> = []
  if (promises.quality !== undefined) {
    parts.push(qualityPValue(promises.quality, pairedQuality(policy, rows), independent, rows.alpha))
  }
  if (promises.latency !== undefined) {
    parts.push(
      policy.latencyMs === undefined ? 1 : latencyPValue(policy.latencyMs, promises.latency, rows.groups, rows.seed)
    )
  }
  if (promises.budget !== undefined) {
    parts.push(
      policy.costUsd === undefined ? 1 : budgetPValue(policy.costUsd, promises.budget, independent, rows.alpha)
    )
  }
  return parts.length === 0 ? 1 : jointPValue(parts)
}

const moreFor = (
  target: QualityTarget,
  policy: PolicyOutcomes,
  rows: CertificationRows,
  independent: Observations
): number | null => {
  const loss = qualityLosses(target, pairedQuality(policy, rows), independent)
  return requestsNeeded({
    v: mean(loss.map((d) => d * d)),
    mean: mean(loss),
    eps: 0,
    alpha: rows.alpha,
    n: loss.length
  })
}

/**
 * Lower bounds that hold for all policies at once with probability at least 1 - alpha, in the target's terms (see
 * {@link qualityLowerBound}). Each bound is taken at alpha / number of policies.
 *
 * Bonferroni is the sharpest choice that is valid at every n here. A fixed sequence spends no alpha but bounds a
 * policy only by the floor it was tested at, and nothing after the first failure; Holm gives no better bound to a
 * policy it does not reject; averaging wealth over policies projects back to Bonferroni; bootstrap bands are valid
 * only for large n. The price is small: bounds widen by sqrt(ln(k / alpha) / ln(1 / alpha)), 1.3 for five policies
 * at alpha = 0.1. The flagship itself needs no test and must not be passed.
 */
export const simultaneousLowerBounds = (
  policies: ReadonlyArray<PolicyOutcomes>,
  target: QualityTarget,
  rows: CertificationRows
): Array<number> => {
  const independent = observations(rows.groups, rows.seed)
  return policies.map((policy) =>
    qualityLowerBound(
      target,
      pairedQuality(policy, rows),
      independent,
      rows.alpha / policies.length
    )
  )
}

/** The verdict on one segment. */
export interface SegmentCertificate {
  readonly segment: string
  readonly nEffective: number
  /** Adjusted by Holm over all segments: certified where at most alpha. */
  readonly p_value: number
}

/** Tests the promise in every segment, with a chance of at most alpha that any certified segment breaks it. */
export const certifySegments = (
  policy: PolicyOutcomes,
  promises: Promises,
  rows: CertificationRows,
  segments: ReadonlyArray<{ readonly segment: string; readonly rows: Uint32Array; readonly groups: Groups }>
): Array<SegmentCertificate> => {
  const pick = (values: ArrayLike<number>, at: Uint32Array) => Float64Array.from(at, (row) => values[row]!)
  const pValues = segments.map(({ rows: at, groups }) =>
    brokenPValue(
      {
        name: policy.name,
        quality: pick(policy.quality, at),
        gold: policy.gold && { quality: pick(policy.gold.quality, at), sure: pick(policy.gold.sure, at) },
        ...(policy.costUsd === undefined ? {} : { costUsd: pick(policy.costUsd, at) }),
        ...(policy.latencyMs === undefined ? {} : { latencyMs: pick(policy.latencyMs, at) })
      },
      promises,
      {
        ...rows,
        flagshipQuality: pick(rows.flagshipQuality, at),
        flagshipGold: rows.flagshipGold && pick(rows.flagshipGold, at),
        groups
      },
      observations(groups, rows.seed)
    )
  )
  const adjusted = holm(pValues)
  return segments.map(({ segment, groups }, i) => ({ segment, nEffective: groups.count, p_value: adjusted[i]! }))
}
