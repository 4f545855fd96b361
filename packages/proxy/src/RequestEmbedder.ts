import { type Config, type EmbeddingSpec, embeddingUsd, type LogEmbedding } from "@spillway/domain"
import { embeddingText, type RequestView } from "@spillway/policy"
import { type Embedder, makeEmbedder } from "@spillway/providers"
import { Clock, Effect, Fiber, Option, Scope, Semaphore } from "effect"
import { hash } from "node:crypto"
import type { ProxyMetrics } from "./ProxyMetrics.ts"

/** A request's vector, and how it came by it or not. */
export interface RequestVector {
  readonly vector: Float32Array | undefined
  readonly log: LogEmbedding
}

/** Gives served requests their vectors, in time or not at all: it never fails. */
export interface RequestEmbedder {
  readonly vectorOf: (view: RequestView, spec: EmbeddingSpec) => Effect.Effect<RequestVector>
}

const DEFAULT_TIMEOUT_MS = 50
/** Vectors that are kept for texts that come again, the least recently asked leaving first. */
const CACHED = 4_096

/**
 * Makes the configured embedder for serving. A request waits at most `embeddings.timeout_ms`, its turn among the calls under
 * way included; then it is decided without its vector, and its call is given up.
 */
export const makeRequestEmbedder = Effect.fnUntraced(function*(
  config: Pick<Config, "providers"> & { readonly embeddings: NonNullable<Config["embeddings"]> },
  source: string,
  env: Readonly<Record<string, string | undefined>>,
  metrics: ProxyMetrics
) {
  const { timeout_ms: timeoutMs = DEFAULT_TIMEOUT_MS } = config.embeddings
  const embedder = yield* makeEmbedder(config, source, env)
  const scope = yield* Scope.Scope
  const clock = yield* Clock.Clock
  const turns = yield* Semaphore.make(embedder.concurrency)
  const cache = new Map<string, Float32Array>()
  /** Calls without an answer may still be charged, which costs nothing where the model is local. */
  const unanswered = embeddingUsd(config.embeddings, undefined)

  const cached = (key: string): Float32Array | undefined => {
    const vector = cache.get(key)
    if (vector !== undefined) {
      cache.delete(key)
      cache.set(key, vector)
    }
    return vector
  }
  const keep = (key: string, vector: Float32Array): void => {
    cache.set(key, vector)
    if (cache.size > CACHED) cache.delete(cache.keys().next().value!)
  }

  const vectorOf: RequestEmbedder["vectorOf"] = (view, { dimensions, max_chars }) =>
    Effect.suspend(() => {
      const text = embeddingText(view, max_chars)
      const start = clock.monotonicTimeNanosUnsafe()
      const end = (result: LogEmbedding["result"], usd: number | undefined, vector?: Float32Array): RequestVector => {
        const latency_ms = Number(clock.monotonicTimeNanosUnsafe() - start) / 1e6
        metrics.embedding(1, result)
        metrics.embeddingSeconds(latency_ms / 1000)
        if (usd !== undefined) metrics.embeddingCostUsd(usd)
        return { vector, log: { result, latency_ms, ...(usd === undefined ? {} : { cost_usd: usd }) } }
      }
      if (text === undefined) return Effect.succeed(end("empty", 0))
      const key = hash("sha256", text, "base64")
      const known = cached(key)
      if (known !== undefined) return Effect.succeed(end("cached", 0, known))
      return Effect.map(within(askInTurn(embedder, turns, text), timeoutMs, scope), (answer) => {
        if (answer === "timeout") return end("timeout", unanswered)
        if (answer === "failed") return end("failed", unanswered)
        const vector = answer.vectors[0]!
        if (vector.length !== dimensions) return end("failed", answer.usd)
        keep(key, vector)
        return end("used", answer.usd, vector)
      })
    })
  return { vectorOf } satisfies RequestEmbedder
})

const askInTurn = (embedder: Embedder, turns: Semaphore.Semaphore, text: string) =>
  Effect.orElseSucceed(turns.withPermit(embedder.embed([text])), () => "failed" as const)

/** The work's value, or `timeout`; work that is late is interrupted, but not waited for: some cannot stop at once. */
const within = <A>(work: Effect.Effect<A>, timeoutMs: number, scope: Scope.Scope): Effect.Effect<A | "timeout"> =>
  Effect.flatMap(Effect.forkIn(work, scope), (fiber) =>
    Fiber.join(fiber).pipe(
      Effect.timeoutOption(timeoutMs),
      Effect.map(Option.getOrElse(() => "timeout" as const)),
      Effect.ensuring(Effect.sync(() => fiber.interruptUnsafe()))
    ))
