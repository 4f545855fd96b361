import { type BadInput, costUsd, type Failure, type Provider } from "@spillway/domain"
import type { Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import { recoverJournal } from "./Journal.ts"
import { type PlannedTier, plannedTiers, rowsToAnswer } from "./Plan.ts"
import { DEFAULT_CONCURRENCY } from "./ProviderGate.ts"
import type { ReplayOptions } from "./ReplayOptions.ts"
import { makeTokenModel, maxOutputTokens, requestBytes, type TokenModel, upperUsd } from "./TokenModel.ts"
import { usageHistories } from "./UsageHistories.ts"

/** Latency assumed of a tier that has not answered yet. */
const ASSUMED_LATENCY_MS = 2000
/** Standard normal quantile of a 95 % interval. */
const Z = 1.96

/** What a tier would cost. */
export interface TierEstimate {
  readonly tier: string
  readonly calls: number
  readonly input_tokens: number
  readonly output_tokens: number
  /** Null where the tier has no price. */
  readonly expected_usd: number | null
  /** 95 % interval where the tier was observed; else from answers of one token to the most that the budget reserves. */
  readonly low_usd: number | null
  readonly high_usd: number | null
  /** `observed`: from the stored outcomes of the tier; `assumed`: from usual lengths of answers. */
  readonly basis: "observed" | "assumed"
}

/** What a replay would do. */
export interface ReplayEstimate {
  readonly calls: number
  /** Sums over the tiers; null where a tier with calls has no price. */
  readonly expected_usd: number | null
  readonly low_usd: number | null
  readonly high_usd: number | null
  /** Without failures, at the configured limits. */
  readonly seconds: number
  readonly tiers: ReadonlyArray<TierEstimate>
}

/** Sums over the calls of one tier. */
interface Sums extends PlannedTier {
  readonly model: TokenModel
  readonly latencyMs: number
  calls: number
  input: number
  output: number
  /** Upper estimate in US dollars. */
  most: number
}

const estimateTier = ({ calls, input, model, most, output, tier }: Sums): TierEstimate => {
  const usd = (input_tokens: number, output_tokens: number) =>
    costUsd({ input_tokens, output_tokens }, tier.price) ?? null
  const observed = model.output()
  // Noise of the calls to come, and of the mean that was learned from `answers` calls.
  const half = observed === undefined
    ? undefined
    : Z * Math.sqrt(observed.variance * (calls + calls ** 2 / observed.answers))
  return {
    tier: tier.name,
    calls,
    input_tokens: Math.round(input),
    output_tokens: Math.round(output),
    expected_usd: usd(input, output),
    low_usd: half === undefined ? usd(input / 2, calls) : usd(input, Math.max(calls, output - half)),
    high_usd: tier.price === undefined ? null : half === undefined ? most : usd(input, output + half),
    basis: observed === undefined ? "assumed" : "observed"
  }
}

/** Seconds that a provider takes for the calls of its tiers. */
const secondsOf = (provider: Provider, tiers: ReadonlyArray<Sums>): number => {
  const sum = (of: (tier: Sums) => number) => tiers.reduce((total, tier) => total + of(tier), 0)
  return Math.max(
    sum(({ calls, latencyMs }) => calls * latencyMs) / 1000 / (provider.concurrency ?? DEFAULT_CONCURRENCY),
    (60 * sum(({ calls }) => calls)) / (provider.requests_per_minute ?? Infinity),
    (60 * sum(({ input, output }) => input + output)) / (provider.tokens_per_minute ?? Infinity)
  )
}

/** What {@link replay} would cost and take with the same options. Makes no call. */
export const estimateReplay = Effect.fn("estimateReplay")(function*(
  options: ReplayOptions
): Effect.fn.Return<ReplayEstimate, BadInput | Failure, Store> {
  const planned = yield* plannedTiers(options.config, options.source, options.tiers)
  yield* recoverJournal(options.journal)
  const histories = yield* usageHistories
  const sums = new Map(planned.map((plan): [string, Sums] => {
    const history = histories.get(plan.tier.name)
    const latencyMs = history?.mean_latency_ms ?? ASSUMED_LATENCY_MS
    return [plan.tier.name, {
      ...plan,
      model: makeTokenModel(history),
      latencyMs,
      calls: 0,
      input: 0,
      output: 0,
      most: 0
    }]
  }))
  yield* Stream.runForEach(rowsToAnswer(planned, options), ({ request, tiers }) =>
    Effect.sync(() => {
      const bytes = requestBytes(request)
      for (const { tier } of tiers) {
        const of = sums.get(tier.name)!
        const maxOutput = maxOutputTokens(request.parameters, tier.settings)
        const expected = of.model.expected(bytes, maxOutput)
        of.calls += 1
        of.input += expected.input
        of.output += expected.output
        of.most += upperUsd(of.model.upper(bytes, maxOutput), tier.price)
      }
    }))
  const tiers = [...sums.values()].map(estimateTier)
  const total = (of: "expected_usd" | "low_usd" | "high_usd") =>
    tiers.reduce<number | null>((sum, tier) => {
      if (tier.calls === 0) return sum
      return sum === null || tier[of] === null ? null : sum + tier[of]
    }, 0)
  const byProvider = Map.groupBy(sums.values(), ({ provider }) => provider)
  return {
    calls: tiers.reduce((sum, { calls }) => sum + calls, 0),
    expected_usd: total("expected_usd"),
    low_usd: total("low_usd"),
    high_usd: total("high_usd"),
    seconds: Math.max(0, ...[...byProvider].map(([provider, tiers]) => secondsOf(provider, tiers))),
    tiers
  }
})
