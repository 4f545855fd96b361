import type { PlannedCall } from "@spillway/domain"
import type { AllRequests } from "./AllRequests.ts"
import type { PlannedTierCalls } from "./ReplayPlan.ts"

/** Expected USD of a call: of a tier, by index, for a request. NaN where unknown. */
export type CallCost = (tier: number, row: number) => number

/** The calls that complete some requests on some tiers (by index), in order. */
export const plannedCalls = (
  all: AllRequests,
  rows: Uint32Array,
  tiers: ReadonlyArray<number>,
  usd: CallCost
): ReadonlyArray<PlannedCall> =>
  Array.from(rows).flatMap((row) =>
    tiers.filter((k) => all.missing[k]![row] === 1).map((k): PlannedCall => ({
      request_id: all.requestIds[row]!,
      tier: all.tiers[k]!,
      expected_usd: orNull(usd(k, row))
    }))
  )

/** Calls and expected USD by tier. One call of unknown cost makes the tier's sum unknown. */
export const callsByTier = (calls: ReadonlyArray<PlannedCall>): ReadonlyArray<PlannedTierCalls> =>
  [...Map.groupBy(calls, ({ tier }) => tier)].map(([tier, of]) => ({
    tier,
    calls: of.length,
    expected_usd: sumKnown(of.map((call) => call.expected_usd ?? null))
  }))

/** Sum; null where one part is. */
export const sumKnown = (parts: ReadonlyArray<number | null>): number | null =>
  parts.reduce<number | null>((sum, part) => sum === null || part === null ? null : sum + part, 0)

const orNull = (value: number): number | null => Number.isNaN(value) ? null : value
