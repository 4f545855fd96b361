import type { PlanKind } from "@spillway/domain"

/** A step function of the score: entry i of `next` serves scores in [edges[i-1], edges[i]); null accepts. */
export interface IndexedStage {
  readonly edges: ReadonlyArray<number>
  readonly next: ReadonlyArray<number | null>
}

/** The domain's `Plan` with tiers by index. `stages[k]` belongs to tier k; without one, its answer is accepted. */
export interface IndexedPlan {
  readonly kind: PlanKind
  readonly entry: { readonly lambda: number; readonly tiers: ReadonlyArray<number> }
  readonly stages: ReadonlyArray<IndexedStage | undefined>
}

/** A plan with its mean quality and mean USD per row on the rows it was measured on. */
export interface PlanPoint {
  readonly plan: IndexedPlan
  readonly quality: number
  readonly cost: number
}

/** Calls one tier and accepts it. */
export const singlePlan = (tiers: number, tier: number): IndexedPlan => ({
  kind: "single",
  entry: { lambda: 0, tiers: [tier] },
  stages: Array.from({ length: tiers }, () => undefined)
})

/** Calls the tier of the best prediction at `lambda` and accepts it. */
export const routePlan = (tiers: number, lambda: number, candidates: ReadonlyArray<number>): IndexedPlan => ({
  ...singlePlan(tiers, 0),
  kind: "route",
  entry: { lambda, tiers: candidates }
})

/**
 * The stages of a chain of tiers: answer j is accepted when its score is at least `thresholds[j]`, else the next tier of
 * the chain is called. A threshold of -Infinity always accepts, Infinity always escalates.
 */
export const chainStages = (
  tiers: number,
  chain: ReadonlyArray<number>,
  thresholds: ReadonlyArray<number>
): ReadonlyArray<IndexedStage | undefined> => {
  const stages = Array.from({ length: tiers }, (): IndexedStage | undefined => undefined)
  for (let j = 0; j + 1 < chain.length; j++) {
    const threshold = thresholds[j]!
    const next = chain[j + 1]!
    if (threshold === Infinity) stages[chain[j]!] = { edges: [], next: [next] }
    else if (threshold !== -Infinity) stages[chain[j]!] = { edges: [threshold], next: [next, null] }
  }
  return stages
}

/** Calls the tiers of `chain` in order until one is accepted; thresholds as in {@link chainStages}. */
export const chainPlan = (
  tiers: number,
  chain: ReadonlyArray<number>,
  thresholds: ReadonlyArray<number>
): IndexedPlan =>
  chain.length === 1 ? singlePlan(tiers, chain[0]!) : {
    kind: "cascade",
    entry: { lambda: 0, tiers: [chain[0]!] },
    stages: chainStages(tiers, chain, thresholds)
  }
