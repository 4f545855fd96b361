import { costUsd, type Outcome, type Request, Usage } from "@spillway/domain"
import { type Completion, type CompletionError, Completions } from "@spillway/providers"
import { Clock, Effect, Option, Result, Schema } from "effect"
import { backoffMs } from "./Backoff.ts"
import type { Budget } from "./Budget.ts"
import type { PlannedTier } from "./Plan.ts"
import { MAX_WAIT_MS, type ProviderGate } from "./ProviderGate.ts"
import type { TierBreaker } from "./TierBreaker.ts"
import { requestBytes, type TokenModel, type Tokens } from "./TokenModel.ts"

const DEFAULT_TIMEOUT_MS = 120_000
const DEFAULT_IDLE_TIMEOUT_MS = 30_000
const DEFAULT_MAX_RETRIES = 5

/** A tier with what its calls share. */
export interface TierRun extends PlannedTier {
  readonly apiKey: string | undefined
  readonly gate: ProviderGate
  readonly breaker: TierBreaker
  readonly model: TokenModel
}

/** One request on one tier, with the budget reserved for one call. */
export interface Pair {
  readonly request: Request
  readonly run: TierRun
  readonly tokens: Tokens
  readonly reservedUsd: number
}

/** What became of a pair. */
export interface Answered {
  /** Undefined where the tier was stopped before the call, or refuses the key: nothing is to be stored. */
  readonly outcome: Outcome | undefined
  readonly error: CompletionError | undefined
  /** Calls made. */
  readonly calls: number
  /** Upper estimate, in US dollars, of calls whose cost the provider did not say. */
  readonly uncertainUsd: number
}

const decodeUsage = Schema.decodeUnknownOption(Usage)

/** Failures after which the provider may have charged for tokens it does not tell of. */
const MAY_BE_CHARGED = new Set<CompletionError["reason"]>(["timeout", "stalled", "cut", "malformed"])

/** US dollars of one attempt; undefined where they are unknown. */
const attemptCost = (result: Result.Result<Completion, CompletionError>, tier: PlannedTier["tier"]) => {
  if (Result.isSuccess(result)) return result.success.cost_usd ?? costUsd(result.success.usage, tier.price)
  const { reason, usage } = result.failure
  const known = costUsd(Option.getOrUndefined(decodeUsage(usage)), tier.price)
  return known ?? (MAY_BE_CHARGED.has(reason) ? undefined : 0)
}

const optional = <Name extends string, A>(name: Name, value: A | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { readonly [K in Name]?: A }

/**
 * Asks a tier until it answers, refuses, or the retries, the budget or the provider's patience are used up. The
 * reservation is settled when it ends. To be run uninterruptibly: only the calls and the waits can be interrupted, so
 * that what has been paid for is kept.
 */
export const answerPair = Effect.fnUntraced(function*(
  { request, reservedUsd, run, tokens }: Pair,
  budget: Budget
): Effect.fn.Return<Answered, never, Completions> {
  const { breaker, gate, model, provider, tier } = run
  const completions = yield* Completions
  const bytes = requestBytes(request)
  const maxRetries = provider.max_retries ?? DEFAULT_MAX_RETRIES
  let knownUsd = 0
  let uncertainUsd = 0
  let calls = 0
  let error: CompletionError | undefined

  const outcome = (rest: Partial<Outcome>): Effect.Effect<Outcome> =>
    Effect.map(Clock.currentTimeMillis, (now) => ({
      request_id: request.request_id,
      tier: tier.name,
      ...rest,
      attempts: calls,
      ts: new Date(now).toISOString()
    }))
  const answer = Effect.fnUntraced(function*(completion: Completion, cost: number | undefined) {
    const { finish_reason, latency_ms, limits, output, signals, ttft_ms, usage } = completion
    breaker.answered()
    if (usage !== undefined) model.learn(bytes, usage)
    const used = usage === undefined ? tokens.input + tokens.output : usage.input_tokens + usage.output_tokens
    yield* gate.answered(limits, tokens.input + tokens.output, used)
    return yield* outcome({
      output,
      ...optional("finish_reason", finish_reason),
      ...optional("usage", usage),
      ...optional("cost_usd", cost === undefined ? undefined : knownUsd),
      latency_ms,
      ...optional("ttft_ms", ttft_ms),
      ...(Object.keys(signals).length === 0 ? {} : { signals })
    })
  })

  let reserved = true
  while (reserved && breaker.stopped() === undefined) {
    calls += 1
    const result = yield* Effect.interruptible(gate.pass(
      tokens.input + tokens.output,
      completions.complete({
        baseUrl: provider.base_url,
        apiKey: run.apiKey,
        model: tier.model,
        settings: tier.settings,
        request,
        attempt: calls,
        timeoutMs: provider.timeout_ms ?? DEFAULT_TIMEOUT_MS,
        idleTimeoutMs: provider.idle_timeout_ms ?? DEFAULT_IDLE_TIMEOUT_MS
      })
    )).pipe(Effect.result)
    const cost = attemptCost(result, tier)
    knownUsd += cost ?? 0
    uncertainUsd += cost === undefined ? reservedUsd : 0
    yield* budget.settle(reservedUsd, cost ?? reservedUsd)
    if (Result.isSuccess(result)) {
      return { outcome: yield* answer(result.success, cost), error: undefined, calls, uncertainUsd }
    }

    error = result.failure
    const waitMs = yield* backoffMs(calls, error.retryAfterMs)
    yield* gate.failed(error, waitMs)
    if (!error.retryable || calls > maxRetries || waitMs > MAX_WAIT_MS) reserved = false
    else reserved = budget.tryReserve(reservedUsd)
    if (reserved) yield* Effect.interruptible(Effect.sleep(waitMs))
  }
  if (reserved) yield* budget.settle(reservedUsd, 0)
  if (error === undefined) return { outcome: undefined, error, calls, uncertainUsd }
  breaker.failed(error)
  if (error.reason === "unauthorized") return { outcome: undefined, error, calls, uncertainUsd }
  return {
    outcome: yield* outcome({
      ...(knownUsd === 0 && uncertainUsd > 0 || tier.price === undefined ? {} : { cost_usd: knownUsd }),
      error: error.message
    }),
    error,
    calls,
    uncertainUsd
  }
})
