import { BadInput, type Config, type Settings, type Tier } from "@spillway/domain"
import { Effect, type Scope } from "effect"
import { Pool } from "undici"
import { isRoutedModel } from "./RoutedModel.ts"

/** A whole call may take ten minutes, as in OpenAI's own clients. */
const DEFAULT_TIMEOUT_MS = 600_000
const DEFAULT_IDLE_TIMEOUT_MS = 60_000
const CONNECT_TIMEOUT_MS = 5_000
/** Shorter than the idle time-outs of common servers, so that a connection is not reused while it is being closed. */
const KEEP_ALIVE_MS = 4_000

/** A tier with the way to its provider. */
export interface Upstream {
  readonly tier: Tier
  readonly settings: Settings | undefined
  readonly pool: Pool
  /** Path of chat completions on the provider's origin. */
  readonly path: string
  /** Never logged. */
  readonly apiKey: string | undefined
  /** Names and values in turn, the key among them. */
  readonly headers: ReadonlyArray<string>
  readonly timeoutMs: number
  readonly idleTimeoutMs: number
}

/** One pool per origin: providers that share it share its connections. */
const makePools = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => new Map<string, Pool>()),
    (pools) => Effect.promise(() => Promise.all([...pools.values()].map((pool) => pool.destroy())))
  ),
  (pools) => (origin: string): Pool => {
    let pool = pools.get(origin)
    if (pool === undefined) {
      pool = new Pool(origin, {
        connectTimeout: CONNECT_TIMEOUT_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
        // Calls keep their own time, which undici does only to a second.
        headersTimeout: 0,
        bodyTimeout: 0
      })
      pools.set(origin, pool)
    }
    return pool
  }
)

const wrong = (source: string, field: string, problem: string, mend: string) =>
  Effect.fail(new BadInput({ source, field, problem, mend }))

/**
 * Every tier of the configuration with its upstream, by name.
 *
 * @param source the configuration file, for errors
 * @param env where providers' keys are read from
 */
export const makeUpstreams = Effect.fnUntraced(function*(
  config: Config,
  source: string,
  env: Readonly<Record<string, string | undefined>>
): Effect.fn.Return<ReadonlyMap<string, Upstream>, BadInput, Scope.Scope> {
  const poolOf = yield* makePools
  const upstreams = new Map<string, Upstream>()
  for (const [i, tier] of config.tiers.entries()) {
    if (isRoutedModel(tier.name) || upstreams.has(tier.name)) {
      return yield* wrong(source, `tiers[${i}].name`, `${tier.name} is taken`, "Give every tier a name of its own")
    }
    const provider = config.providers[tier.provider]
    if (provider === undefined) {
      return yield* wrong(
        source,
        `tiers[${i}].provider`,
        `no provider is called ${tier.provider}`,
        "Name one of `providers`"
      )
    }
    const field = `providers.${tier.provider}`
    if (!URL.canParse(provider.base_url) || !/^https?:/.test(provider.base_url)) {
      return yield* wrong(
        source,
        `${field}.base_url`,
        "it is not an http or https address",
        "Write it like https://api.openai.com/v1"
      )
    }
    const url = new URL(provider.base_url)
    const headers = ["content-type", "application/json"]
    const apiKey = provider.api_key_env === undefined ? undefined : env[provider.api_key_env]
    if (provider.api_key_env !== undefined) {
      if (apiKey === undefined || !/^[\x21-\x7e]+$/.test(apiKey)) {
        const problem = `the environment variable ${provider.api_key_env} holds no key`
        return yield* wrong(source, `${field}.api_key_env`, problem, `Set ${provider.api_key_env} and start again`)
      }
      headers.push("authorization", `Bearer ${apiKey}`)
    }
    upstreams.set(tier.name, {
      tier,
      settings: tier.settings !== undefined && Object.keys(tier.settings).length > 0 ? tier.settings : undefined,
      pool: poolOf(url.origin),
      path: `${url.pathname.replace(/\/+$/, "")}/chat/completions${url.search}`,
      apiKey,
      headers,
      timeoutMs: provider.timeout_ms ?? DEFAULT_TIMEOUT_MS,
      idleTimeoutMs: provider.idle_timeout_ms ?? DEFAULT_IDLE_TIMEOUT_MS
    })
  }
  return upstreams
})
