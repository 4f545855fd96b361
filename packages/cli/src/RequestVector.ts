import { BadInput, type EmbeddingModel, embeddingModel } from "@spillway/domain"
import { embeddingText, type RequestView } from "@spillway/policy"
import { makeEmbedder } from "@spillway/providers"
import { Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import type { Loaded } from "./Configuration.ts"

/** What a table's embedding model makes of a request, and where it comes from. */
export interface RequestVector {
  readonly model: string
  readonly from: "database" | "embedder" | "nowhere"
  readonly vector: Float32Array | undefined
}

/** The vector that is stored of a request. */
export const storedVector = Effect.fnUntraced(function*(of: EmbeddingModel, where: string) {
  const store = yield* Store
  const vector = (yield* Stream.runCollect(store.vectors(of, { where })))[0]?.vector[0]
  return { model: of.model, from: vector === undefined ? "nowhere" : "database", vector } satisfies RequestVector
})

/** The vector of a text, by the configured embedder where it is the table's. */
export const textVector = Effect.fnUntraced(function*(
  of: EmbeddingModel,
  view: RequestView,
  loaded: Loaded | undefined
): Effect.fn.Return<RequestVector, BadInput> {
  const text = embeddingText(view, of.max_chars)
  const configured = loaded?.config.embeddings
  if (text === undefined || configured === undefined || embeddingModel(configured).model !== of.model) {
    return { model: of.model, from: "nowhere", vector: undefined }
  }
  const { vectors } = yield* Effect.scoped(
    Effect.flatMap(
      makeEmbedder(loaded!.config, loaded!.path, process.env),
      (embedder) =>
        Effect.mapError(embedder.embed([text]), (error) =>
          new BadInput({
            source: loaded!.path,
            field: "embeddings",
            problem: `no vector for the text: ${error.message.replace(/\.$/, "")}`,
            mend: "Mend the embedder, or explain a stored request"
          }))
    )
  )
  return { model: of.model, from: "embedder", vector: vectors[0] }
})
