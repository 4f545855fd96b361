import { Schema } from "effect"
import { Embeddings } from "./Embeddings.ts"
import { Grader } from "./Grader.ts"
import { Objective } from "./Objective.ts"
import { Tier } from "./Tier.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

/** One upstream: a wire protocol, an address, limits, and the name of the environment variable that holds its key. */
export const Provider = Schema.Struct({
  protocol: Schema.Literals(["openai"]),
  /** Up to and including the version: `https://api.openai.com/v1`. */
  base_url: Schema.NonEmptyString,
  /** Environment variable with the key; the key itself never stands in a file. */
  api_key_env: Schema.optionalKey(Schema.NonEmptyString),
  /** Calls in flight at once during a replay. */
  concurrency: Schema.optionalKey(Count),
  requests_per_minute: Schema.optionalKey(Count),
  tokens_per_minute: Schema.optionalKey(Count),
  /** Milliseconds a whole call may take. */
  timeout_ms: Schema.optionalKey(Count),
  /** Milliseconds without a byte after which a stream counts as stalled. */
  idle_timeout_ms: Schema.optionalKey(Count),
  max_retries: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))
})
export type Provider = typeof Provider.Type

/** Where the proxy listens and writes; paths are relative to the configuration file. */
export const Proxy = Schema.Struct({
  host: Schema.optionalKey(Schema.NonEmptyString),
  port: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))),
  table: Schema.optionalKey(Schema.NonEmptyString),
  logs: Schema.optionalKey(Schema.NonEmptyString),
  /** Environment variable with the keys that clients must show, apart by commas; every client is served without it. */
  api_keys_env: Schema.optionalKey(Schema.NonEmptyString),
  /** Request header that names the task. */
  task_header: Schema.optionalKey(Schema.NonEmptyString),
  /** Largest request body in bytes. */
  max_body_bytes: Schema.optionalKey(Count)
})
export type Proxy = typeof Proxy.Type

/** `spillway.yaml`. */
export const Config = Schema.Struct({
  /** The DuckDB file. */
  database: Schema.optionalKey(Schema.NonEmptyString),
  providers: Schema.Record(Schema.String, Provider),
  /** Cheapest first; the last is the flagship unless `flagship` names another. */
  tiers: Schema.Array(Tier).check(Schema.isMinLength(1)),
  flagship: Schema.optionalKey(Schema.NonEmptyString),
  graders: Schema.optionalKey(Schema.Struct({
    /** For tasks that name none. */
    default: Schema.optionalKey(Grader),
    /** By task, or by a task's ancestor (`support` for `support.classify`). */
    tasks: Schema.optionalKey(Schema.Record(Schema.String, Grader))
  })),
  objective: Schema.optionalKey(Objective),
  embeddings: Schema.optionalKey(Embeddings),
  proxy: Schema.optionalKey(Proxy)
})
export type Config = typeof Config.Type
