import { embeddingModel, type Embeddings, embeddingUsd, isObject, type Provider } from "@spillway/domain"
import { Effect, type Scope } from "effect"
import { Agent } from "undici"
import type { EmbeddedTexts, Embedder } from "../Embedder.ts"
import { CompletionError } from "../Provider.ts"
import { unitVector } from "../UnitVector.ts"
import { inBandError, statusError, transportError } from "./CompletionFailure.ts"
import { errorOf } from "./ErrorBody.ts"
import { objectsOf, parseJson } from "./Json.ts"

const DEFAULT_TIMEOUT_MS = 60_000
const DEFAULT_CONCURRENCY = 8
/** Texts in one call: enough that the round trip does not count, few enough that one bad text spoils little. */
const BATCH = 64

/**
 * An embedder over OpenAI's `POST /embeddings`, which vLLM, Ollama and others speak as well.
 *
 * @param embeddings names a model at this provider
 * @param apiKey never logged
 */
export const openAiEmbedder = Effect.fnUntraced(function*(
  embeddings: Embeddings,
  provider: Provider,
  apiKey: string | undefined
): Effect.fn.Return<Embedder, never, Scope.Scope> {
  const agent = yield* Effect.acquireRelease(
    Effect.sync(() => new Agent({ headersTimeout: 0, bodyTimeout: 0 })),
    (agent) => Effect.promise(() => agent.destroy())
  )
  const url = new URL(`${provider.base_url.replace(/\/+$/, "")}/embeddings`)
  const timeoutMs = provider.timeout_ms ?? DEFAULT_TIMEOUT_MS

  const post = async (input: ReadonlyArray<string>, now: () => number, signal: AbortSignal): Promise<EmbeddedTexts> => {
    const { model, dimensions } = embeddings
    const response = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        "user-agent": "spillway",
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` })
      },
      body: JSON.stringify({
        model,
        input,
        encoding_format: "float",
        ...(dimensions === undefined ? {} : { dimensions })
      }),
      signal
    })
    const { headers, statusCode: status } = response
    const text = await response.body.text().catch((cause) => {
      throw transportError(cause, "body")
    })
    if (status < 200 || status > 299) throw statusError({ status, headers, text }, apiKey, now())
    const body = parseJson(text)
    const vectors = vectorsOf(body, input.length)
    if (vectors !== undefined) return { vectors, usd: embeddingUsd(embeddings, tokensOf(body)) }
    if (isObject(body) && isObject(body["error"])) throw inBandError(errorOf(body)!, apiKey)
    throw new CompletionError({
      reason: "malformed",
      status,
      detail: `the answer does not hold ${input.length === 1 ? "a vector" : `${input.length} vectors of one length`}`
    })
  }

  return {
    of: embeddingModel(embeddings),
    batch: BATCH,
    concurrency: provider.concurrency ?? DEFAULT_CONCURRENCY,
    embed: (texts) =>
      Effect.clockWith((clock) =>
        Effect.tryPromise({
          try: (signal) => post(texts, () => clock.currentTimeMillisUnsafe(), signal),
          catch: (cause) => cause instanceof CompletionError ? cause : transportError(cause, "headers")
        })
      ).pipe(
        Effect.timeoutOrElse({
          duration: timeoutMs,
          orElse: () =>
            Effect.fail(new CompletionError({ reason: "timeout", detail: `no whole answer in ${timeoutMs} ms` }))
        })
      )
  }
})

/** The vectors of an answer by their `index`; undefined unless there is one of the same length for each of `count` texts. */
const vectorsOf = (body: unknown, count: number): ReadonlyArray<Float32Array> | undefined => {
  const vectors: Array<Float32Array> = []
  const entries = isObject(body) ? objectsOf(body["data"]) : []
  for (const [i, { embedding, index = i }] of entries.entries()) {
    const vector = Array.isArray(embedding) ? unitVector(embedding) : undefined
    if (vector !== undefined && typeof index === "number" && index >= 0 && index < count) vectors[index] = vector
  }
  for (let i = 0; i < count; i++) {
    if (vectors[i]?.length !== vectors[0]?.length || vectors[i] === undefined) return undefined
  }
  return vectors
}

const tokensOf = (body: unknown): number | undefined => {
  const usage = isObject(body) ? body["usage"] : undefined
  const tokens = isObject(usage) ? usage["prompt_tokens"] ?? usage["total_tokens"] : undefined
  return typeof tokens === "number" && tokens >= 0 ? tokens : undefined
}
