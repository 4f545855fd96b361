import { BadInput, type Config } from "@spillway/domain"
import { Effect, type Scope } from "effect"
import { dirname } from "node:path"
import type { Embedder } from "./Embedder.ts"
import { localEmbedder } from "./local/LocalEmbeddings.ts"
import { openAiEmbedder } from "./openai/OpenAiEmbeddings.ts"

/**
 * The embedder that a configuration asks for; a local model is loaded. Fails with `BadInput` that names the field where it
 * asks for none, or for one that cannot be had.
 *
 * @param source path of the configuration, for errors; a local model's folder is relative to it
 * @param env where the provider's key is read from
 */
export const makeEmbedder = Effect.fnUntraced(function*(
  { embeddings, providers }: Pick<Config, "embeddings" | "providers">,
  source: string,
  env: Readonly<Record<string, string | undefined>>
): Effect.fn.Return<Embedder, BadInput, Scope.Scope> {
  const wrong = (field: string, problem: string, mend: string) => new BadInput({ source, field, problem, mend })
  if (embeddings === undefined) {
    return yield* wrong("embeddings", "no embedding model is configured", "Add `embeddings` (see docs/embeddings.md)")
  }
  const { local, provider: name } = embeddings
  if (local !== undefined) return yield* localEmbedder({ ...embeddings, local }, dirname(source), source)
  const provider = name === undefined ? undefined : providers[name]
  if (provider === undefined || embeddings.model === undefined) {
    return yield* wrong("embeddings", "it names no model", "Give `local`, or `provider` and `model`")
  }
  const variable = provider.api_key_env
  const apiKey = variable === undefined ? undefined : env[variable]
  if (variable !== undefined && (apiKey === undefined || !/^[\x21-\x7e]+$/.test(apiKey))) {
    return yield* wrong(
      `providers.${name}.api_key_env`,
      `the environment variable ${variable} holds no key`,
      `Set ${variable} and start again`
    )
  }
  return yield* openAiEmbedder(embeddings, provider, apiKey)
})
