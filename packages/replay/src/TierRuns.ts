import { BadInput, type Provider } from "@spillway/domain"
import { Config, Effect, Redacted } from "effect"
import type { TierRun } from "./AnswerPair.ts"
import type { PlannedTier } from "./Plan.ts"
import { makeProviderGate } from "./ProviderGate.ts"
import type { ReplayOptions } from "./ReplayOptions.ts"
import { makeTierBreaker } from "./TierBreaker.ts"
import { makeTokenModel } from "./TokenModel.ts"
import { usageHistories } from "./UsageHistories.ts"

/** Fails where the budget is no amount, or a tier without a price could not be kept within it. */
export const checkBudget = Effect.fnUntraced(function*(options: ReplayOptions, tiers: ReadonlyArray<PlannedTier>) {
  if (options.budgetUsd === undefined) return
  if (!(options.budgetUsd > 0)) {
    return yield* new BadInput({
      source: "--budget",
      problem: `${options.budgetUsd} is no amount of US dollars`,
      mend: "Give a number above 0",
      usage: true
    })
  }
  const unpriced = tiers.find(({ tier }) => tier.price === undefined)
  if (unpriced !== undefined) {
    return yield* new BadInput({
      source: options.source,
      field: `${unpriced.field}.price`,
      problem: `the tier ${JSON.stringify(unpriced.tier.name)} has no price, so a budget cannot be kept`,
      mend: "Give its price, or replay without a budget"
    })
  }
})

const apiKey = Effect.fnUntraced(
  function*(name: string, provider: Provider, source: string) {
    const variable = provider.api_key_env
    if (variable === undefined) return undefined
    const key = yield* Effect.mapError(Config.Redacted(variable), () =>
      new BadInput({
        source,
        field: `providers.${name}.api_key_env`,
        problem: `the environment variable ${variable} is not set`,
        mend: `Set it to the provider's key: export ${variable}=...`
      }))
    return Redacted.value(key)
  }
)

/** The tiers with their provider's gate, which the tiers of one provider share. */
export const startTiers = Effect.fnUntraced(function*(planned: ReadonlyArray<PlannedTier>, source: string) {
  const histories = yield* usageHistories
  const shared = new Map<string, Pick<TierRun, "apiKey" | "gate">>()
  for (const { provider, providerName } of planned) {
    if (shared.has(providerName)) continue
    shared.set(providerName, {
      apiKey: yield* apiKey(providerName, provider, source),
      gate: yield* makeProviderGate(provider)
    })
  }
  return planned.map((tier): TierRun => ({
    ...tier,
    ...shared.get(tier.providerName)!,
    breaker: makeTierBreaker(),
    model: makeTokenModel(histories.get(tier.tier.name))
  }))
})
