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

/**
 * The rows that are left to answer: in the plan's order where there is one, else in the store's row order. Rows with
 * nothing left are not among them. Fails with {@link BadInput} where the plan names a tier or a request that is not there.
 */
export const rowsToAnswer = (
  tiers: ReadonlyArray<PlannedTier>,
  options: Pick<ReplayOptions, "tiers" | "where" | "limit" | "plan">
): Stream.Stream<Row, BadInput | Failure, Store> =>
  Stream.unwrap(Effect.gen(function*() {
    const store = yield* Store
    const answered = yield* store.answered(tiers.map(({ tier }) => tier.name))
    const { limit, plan, where } = options
    const requests = plan === undefined
      ? Stream.flattenIterable(store.requests({ where, limit }))
      : yield* plannedRequests(plan, tiers, options)
    return requests.pipe(
      Stream.map((request): Row => ({
        request,
        tiers: tiers.filter(({ tier }) =>
          (plan === undefined || plan.calls.get(request.request_id)!.has(tier.name)) &&
          !answered.has(outcomeKey({ request_id: request.request_id, tier: tier.name }))
        )
      })),
      Stream.filter(({ tiers }) => tiers.length > 0)
    )
  }))

/**
 * The requests of a plan in its order. A plan is in random order, so that a replay that stops at its budget has answered
 * a random part of it. Tiers and requests that the options leave out are passed over.
 */
const plannedRequests = Effect.fnUntraced(function*(
  { calls, source }: NonNullable<ReplayOptions["plan"]>,
  tiers: ReadonlyArray<PlannedTier>,
  options: Pick<ReplayOptions, "tiers" | "where" | "limit">
): Effect.fn.Return<Stream.Stream<Request>, BadInput | Failure, Store> {
  const bad = (field: string, problem: string, mend: string) => new BadInput({ source, field, problem, mend })
  const known = new Set(tiers.map(({ tier }) => tier.name))
  const found = new Map<string, Request>()
  const store = yield* Store
  yield* Stream.runForEach(store.requests({ where: options.where }), (chunk) =>
    Effect.sync(() => {
      for (const request of chunk) if (calls.has(request.request_id)) found.set(request.request_id, request)
    }))
  for (const [request_id, names] of calls) {
    const unknown = [...names].find((name) => !known.has(name))
    if (unknown !== undefined && options.tiers === undefined) {
      return yield* bad(
        "tier",
        `there is no tier ${JSON.stringify(unknown)}`,
        `Add it to the configuration, which has ${[...known].join(", ")}`
      )
    }
    if (!found.has(request_id) && options.where === undefined) {
      return yield* bad(
        "request_id",
        `there is no request ${JSON.stringify(request_id)}`,
        "Write the plan anew with \"spillway optimize --plan\" on this database"
      )
    }
  }
  const planned = [...calls.keys()].flatMap((id) => found.get(id) ?? [])
  return Stream.fromIterable(planned.slice(0, options.limit))
})
