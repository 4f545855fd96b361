import { BadInput, type Failure, RoutingTable } from "@spillway/domain"
import { compile } from "@spillway/policy"
import { Store } from "@spillway/store"
import { Effect, Schema } from "effect"
import { optimize, type OptimizeRequest, type OptimizeResult } from "../Optimize.ts"
import { readAudits } from "./Audits.ts"
import type { NewTierReport } from "./NewTierReport.ts"
import { placeNewTier } from "./PlaceNewTier.ts"

/** An optimization with a tier of few audits in its table. */
export interface OptimizedWithNewTier extends OptimizeResult {
  readonly newTier: NewTierReport
}

/**
 * Optimizes on all other tiers, as without it, and gives the new tier a place in the table ({@link placeNewTier}). The
 * report and the certificate are those of the others alone.
 */
export const optimizeWithNewTier = Effect.fnUntraced(function*(
  request: OptimizeRequest,
  tier: string
): Effect.fn.Return<OptimizedWithNewTier, BadInput | Failure, Store> {
  const store = yield* Store
  const known = (yield* store.query("SELECT DISTINCT tier FROM outcomes ORDER BY tier"))
    .map((row) => row["tier"] as string)
  if (!known.includes(tier)) {
    return yield* new BadInput({
      source: "--new-tier",
      problem: `"${tier}" has no outcomes`,
      mend: `Known tiers: ${known.join(", ")}`
    })
  }
  if (request.flagship === tier) {
    return yield* new BadInput({
      source: "--new-tier",
      problem: `"${tier}" is the flagship, which all others are measured against`,
      mend: "Name another flagship"
    })
  }
  const tiers = (request.tiers ?? known).filter((name) => name !== tier)
  const result = yield* optimize({ ...request, tiers })
  const audits = yield* readAudits(result.data, tier, request.where)
  const { report, table } = placeNewTier(result.data, result, audits, {
    seed: request.seed,
    details: request.tierDetails?.get(tier)
  })
  compile(Schema.decodeUnknownSync(RoutingTable)(table))
  return { ...result, table, newTier: report }
})
