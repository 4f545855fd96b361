import type { EmbeddingSpec } from "@spillway/domain"
import { demand } from "../Refuse.ts"
import type { RequestView } from "../RequestView.ts"
import { decodeFloat32 } from "../scorers/LinearHead.ts"
import { sampleText } from "./TextSample.ts"

/**
 * What an embedding model is given of a request: its text without the instructions, of a long one both ends; undefined
 * where there is none, and so no vector.
 */
export const embeddingText = (view: RequestView, maxChars: number): string | undefined =>
  view.text.trim() === "" ? undefined : sampleText(view.text, maxChars).toWellFormed()

/** The vectors of a table, ready to be read. */
export interface CompiledEmbedding {
  readonly spec: EmbeddingSpec
  /**
   * Writes a vector with the table's mean taken off, so that a request without one (or with one of another length) counts
   * zero; false for these.
   */
  readonly centerInto: (vector: Float32Array | undefined, out: Float64Array) => boolean
}

/** Compiles a table's embedding; throws `BadInput` that names the field that is wrong. */
export const compileEmbedding = (spec: EmbeddingSpec): CompiledEmbedding => {
  const mean = decodeWeights(spec.mean, spec, "features.embedding.mean")
  return {
    spec,
    centerInto: (vector, out) => {
      if (vector?.length !== mean.length) return false
      for (let d = 0; d < mean.length; d++) out[d] = vector[d]! - mean[d]!
      return true
    }
  }
}

/** One float32 for each dimension. */
export const decodeWeights = (base64: string, { dimensions }: EmbeddingSpec, field: string): Float64Array => {
  const values = decodeFloat32(base64)
  demand(values !== undefined, field, "not base64 of finite little-endian float32 values")
  demand(values.length === dimensions, field, `${values.length} values for ${dimensions} dimensions`)
  return Float64Array.from(values)
}
