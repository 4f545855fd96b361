import { BadInput, embeddingModel, type Embeddings } from "@spillway/domain"
import { Effect, Semaphore } from "effect"
import { statSync } from "node:fs"
import { createRequire } from "node:module"
import { isAbsolute, join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import type { Embedder } from "../Embedder.ts"
import { CompletionError } from "../Provider.ts"
import { unitVector } from "../UnitVector.ts"

const PACKAGE = "@huggingface/transformers"
/** Codes of Node's module loaders for a package that is not there. */
const NOT_FOUND = new Set<unknown>(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"])
const INSTALL = `npm install ${PACKAGE}@4`

/** The part of Transformers.js that is used. */
interface Transformers {
  readonly pipeline: (
    task: "feature-extraction",
    model: string,
    options: { readonly dtype: string; readonly local_files_only: boolean }
  ) => Promise<(text: string, options: { readonly pooling: "mean" }) => Promise<{ readonly data: ArrayLike<number> }>>
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** The first line of what went wrong. */
const lineOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split("\n", 1)[0]!.replace(/\.$/, "")

/** Loads Transformers.js as it is installed for the configuration's folder, else for Spillway itself. */
const loadTransformers = async (folder: string): Promise<Transformers> => {
  let entry = PACKAGE
  try {
    entry = pathToFileURL(createRequire(join(resolve(folder), "package.json")).resolve(PACKAGE)).href
  } catch {
    // Not there: Spillway's own, or the error of its absence.
  }
  const loaded = await import(entry) as Transformers & { readonly default?: Transformers }
  return loaded.default ?? loaded
}

/**
 * An embedder that runs a model in this process by the optional package Transformers.js: the mean of the last layer's
 * vectors, weights at the precision `embeddings.dtype`. Loads the model. Fails with `BadInput` where the package is not
 * installed or the model cannot be loaded.
 *
 * Texts go through the model one by one: on a CPU a batch is no faster, and of a quantized model it gives vectors that
 * depend on the batch's other texts.
 *
 * @param folder the configuration's, which paths are relative to
 * @param source the configuration, for errors
 */
export const localEmbedder = Effect.fnUntraced(function*(
  embeddings: Embeddings & { readonly local: string },
  folder: string,
  source: string
): Effect.fn.Return<Embedder, BadInput> {
  const { dtype = "q8", local } = embeddings
  const wrong = (problem: string, mend: string) => new BadInput({ source, field: "embeddings.local", problem, mend })
  const path = resolve(folder, local)
  const inFolder = isFolder(path)
  if (!inFolder && (isAbsolute(local) || local.startsWith("."))) {
    return yield* wrong(
      `there is no folder ${path}`,
      "Name the folder of a model, or its identifier on the Hugging Face hub"
    )
  }
  const transformers = yield* Effect.tryPromise({
    try: () => loadTransformers(folder),
    catch: (cause) =>
      NOT_FOUND.has((cause as { readonly code?: unknown }).code)
        ? wrong(`the optional package ${PACKAGE} is not installed`, `Install it beside the configuration: ${INSTALL}`)
        : wrong(`the package ${PACKAGE} cannot be loaded: ${lineOf(cause)}`, `Install it anew: ${INSTALL}`)
  })
  const extract = yield* Effect.tryPromise({
    try: () =>
      transformers.pipeline("feature-extraction", inFolder ? path : local, { dtype, local_files_only: inFolder }),
    catch: (cause) =>
      wrong(
        `the model cannot be loaded: ${lineOf(cause)}`,
        `Name a model with ONNX weights of precision ${dtype} (embeddings.dtype), or its folder where it cannot be downloaded`
      )
  })
  const turn = yield* Semaphore.make(1)

  const embedOne = (text: string) =>
    Effect.tryPromise({
      try: async () => unitVector((await extract(text, { pooling: "mean" })).data),
      catch: (cause) => new CompletionError({ reason: "server_error", detail: `the model failed: ${lineOf(cause)}` })
    }).pipe(
      Effect.filterOrFail(
        (vector) => vector !== undefined,
        () => new CompletionError({ reason: "malformed", detail: "the model gave no vector of finite numbers" })
      )
    )
  return {
    of: embeddingModel(embeddings),
    batch: 1,
    concurrency: 1,
    // A model that computes cannot be stopped, so its turn lasts until it is done.
    embed: (texts) =>
      turn.withPermit(
        Effect.uninterruptible(Effect.map(Effect.forEach(texts, embedOne), (vectors) => ({ vectors, usd: 0 })))
      )
  }
})
