import { BadInput, type Config, type Failure, type Provider, type Request, type Tier } from "@spillway/domain"
import { outcomeKey, Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import type { ReplayOptions } from "./ReplayOptions.ts"

/** A tier with the provider it is reached at. */
export interface PlannedTier {
  readonly tier: Tier
  /** Where it stands in the configuration: `tiers[1]`. */
  readonly field: string
  readonly providerName: string
  readonly provider: Provider
}

/** A request and the tiers that have not answered it. */
export interface Row {
  readonly request: Request
  readonly tiers: ReadonlyArray<PlannedTier>
}

/** The tiers of the configuration that `names` selects, all where it is left out. */
export const plannedTiers = Effect.fnUntraced(function*(
  config: Config,
  source: string,
  names: ReadonlyArray<string> | undefined
): Effect.fn.Return<ReadonlyArray<PlannedTier>, BadInput> {
  const unknown = names?.find((name) => !config.tiers.some((tier) => tier.name === name))
  if (unknown !== undefined) {
    return yield* new BadInput({
      source,
      field: "tiers",
      problem: `there is no tier ${JSON.stringify(unknown)}`,
      mend: `Name one of ${config.tiers.map((tier) => tier.name).join(", ")}`
    })
  }
  const planned: Array<PlannedTier> = []
  for (const [index, tier] of config.tiers.entries()) {
    if (names !== undefined && !names.includes(tier.name)) continue
    const field = `tiers[${index}]`
    if (!Object.hasOwn(config.providers, tier.provider)) {
      return yield* new BadInput({
        source,
        field: `${field}.provider`,
        problem: `there is no provider ${JSON.stringify(tier.provider)}`,
        mend: `Name one of ${Object.keys(config.providers).join(", ")}, or add it under providers`
      })
    }
    planned.push({ tier, field, providerName: tier.provider, provider: config.providers[tier.provider]! })
  }
  return planned
})

/** The rows that are left to answer, in the store's row order; rows with nothing left are not among them. */
export const rowsToAnswer = (
  tiers: ReadonlyArray<PlannedTier>,
  options: Pick<ReplayOptions, "where" | "limit">
): Stream.Stream<Row, BadInput | Failure, Store> =>
  Stream.unwrap(Effect.gen(function*() {
    const store = yield* Store
    const answered = yield* store.answered(tiers.map(({ tier }) => tier.name))
    return store.requests({ where: options.where, limit: options.limit }).pipe(
      Stream.flattenIterable,
      Stream.map((request): Row => ({
        request,
        tiers: tiers.filter(({ tier }) =>
          !answered.has(outcomeKey({ request_id: request.request_id, tier: tier.name }))
        )
      })),
      Stream.filter(({ tiers }) => tiers.length > 0)
    )
  }))
