import { assert, describe, it } from "@effect/vitest"
import type { Embeddings } from "@spillway/domain"
import { makeEmbedder } from "@spillway/providers"
import { Effect } from "effect"
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A package of the optional package's name, whose model counts letters; it notes how many texts it has at once. */
const PACKAGE = `
let running = 0
export const pipeline = async (task, model, options) => {
  if (model.endsWith("broken")) throw new Error("no weights here.\\nat line 3")
  return async (text, { pooling }) => {
    running += 1
    await new Promise((resolve) => setImmediate(resolve))
    const alone = running === 1
    running -= 1
    if (text === "fail") throw new Error("out of memory")
    return { data: text === "zero" ? [0, 0] : [text.length, alone ? 0 : 1], task, model, options, pooling }
  }
}
`

const folderWith = (files: Record<string, string>): string => {
  const folder = mkdtempSync(join(tmpdir(), "spillway-local-"))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const installed = {
  "node_modules/@huggingface/transformers/package.json": JSON.stringify({
    name: "@huggingface/transformers",
    type: "module",
    exports: "./index.js"
  }),
  "node_modules/@huggingface/transformers/index.js": PACKAGE
}

const made = (folder: string, embeddings: Embeddings) =>
  makeEmbedder({ providers: {}, embeddings }, join(folder, "spillway.yaml"), {})

describe("localEmbedder", () => {
  it.live("loads the package that stands beside the configuration, and gives its model the texts one by one", () =>
    Effect.scoped(Effect.gen(function*() {
      const embedder = yield* made(folderWith(installed), { local: "some/model", max_chars: 99 })
      assert.deepStrictEqual(embedder.of, { model: "some/model (q8)", max_chars: 99 })
      const together = yield* Effect.all([embedder.embed(["abc", "d"]), embedder.embed(["efg"])], {
        concurrency: "unbounded"
      })
      for (const { usd, vectors } of together) {
        assert.strictEqual(usd, 0)
        for (const vector of vectors) assert.deepStrictEqual(vector, Float32Array.of(1, 0))
      }
    })))

  it.live("names the command that installs the package where it is missing", () =>
    Effect.scoped(Effect.gen(function*() {
      const error = yield* Effect.flip(made(folderWith({}), { local: "some/model" }))
      assert.match(
        error.message,
        /spillway\.yaml: embeddings\.local: the optional package @huggingface\/transformers is not installed\. .*: npm install @huggingface\/transformers@4$/
      )
    })))

  it.live("says what is wrong with a model, a folder or a text", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = folderWith(installed)
      const refused = (local: string) => Effect.map(Effect.flip(made(folder, { local })), (error) => error.message)
      assert.match(
        yield* refused("some/broken"),
        /the model cannot be loaded: no weights here\. Name a model with ONNX/
      )
      assert.match(yield* refused("./models/none"), /there is no folder .*\/models\/none\. Name the folder/)
      const embedder = yield* made(folder, { local: "some/model" })
      const failed = (text: string) => Effect.map(Effect.flip(embedder.embed([text])), (error) => error.message)
      assert.strictEqual(yield* failed("fail"), "server_error: the model failed: out of memory")
      assert.strictEqual(yield* failed("zero"), "malformed: the model gave no vector of finite numbers")
      assert.lengthOf((yield* embedder.embed(["good"])).vectors, 1)
    })))
})
