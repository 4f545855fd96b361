import { assert, describe, it } from "@effect/vitest"
import type { Embeddings } from "@spillway/domain"
import { makeEmbedder } from "@spillway/providers"
import { Effect, Fiber } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

const KEY = "sk-very-secret"

interface Seen {
  readonly headers: IncomingMessage["headers"]
  readonly path: string | undefined
  readonly json: { readonly model?: string; readonly input?: ReadonlyArray<string> }
}

/** A server on a socket of its own that answers with `handler`. */
const server = (handler: (seen: Seen, response: ServerResponse) => void) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const seen: Array<Seen> = []
        const left = Promise.withResolvers<void>()
        const http = createServer((request, response) => {
          const chunks: Array<Buffer> = []
          response.on("close", () => response.writableFinished || left.resolve())
          request.on("data", (chunk: Buffer) => chunks.push(chunk))
          request.on("end", () => {
            const one = {
              headers: request.headers,
              path: request.url,
              json: JSON.parse(Buffer.concat(chunks).toString())
            }
            seen.push(one)
            handler(one, response)
          })
        })
        await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
        return { http, seen, left: left.promise }
      }),
      ({ http }) => Effect.sync(() => (http.closeAllConnections(), http.close()))
    ),
    ({ http, ...rest }) => ({ ...rest, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1` })
  )

const send = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { "content-type": "application/json" })
    .end(typeof body === "string" ? body : JSON.stringify(body))

/** Runs a test with an embedder at a server. */
const withServer = <A, E>(
  handler: (seen: Seen, response: ServerResponse) => void,
  use: (url: string, at: { readonly seen: ReadonlyArray<Seen>; readonly left: Promise<void> }) => Effect.Effect<A, E>
) => Effect.scoped(Effect.flatMap(server(handler), ({ url, ...at }) => use(url, at)))

const made = (url: string, more: Partial<Embeddings> = {}, timeout_ms?: number) =>
  makeEmbedder(
    {
      providers: { p: { protocol: "openai", base_url: url, api_key_env: "KEY", timeout_ms: timeout_ms ?? 5_000 } },
      embeddings: { provider: "p", model: "m", ...more }
    },
    "spillway.yaml",
    { KEY }
  )

describe("openAiEmbedder", () => {
  it.live("sends the texts and takes vectors by their index, at length 1, with what they cost", () =>
    withServer(
      (_, response) =>
        send(response, {
          object: "list",
          data: [{ index: 1, embedding: [0, -2] }, { index: 0, embedding: [3, 4] }],
          usage: { prompt_tokens: 1_000, total_tokens: 1_000 }
        }),
      (url, { seen }) =>
        Effect.scoped(Effect.gen(function*() {
          const one = yield* made(`${url}/`, { dimensions: 2, price: { input_usd_per_mtok: 0.5 } })
          assert.deepStrictEqual(one.of, { model: "m (2)", max_chars: 2_000 })
          const { usd, vectors } = yield* one.embed(["a", "b"])
          assert.deepStrictEqual(vectors, [Float32Array.of(0.6, 0.8), Float32Array.of(0, -1)])
          assert.strictEqual(usd, 0.0005)
          assert.deepStrictEqual(seen[0]!.json as unknown, {
            model: "m",
            input: ["a", "b"],
            encoding_format: "float",
            dimensions: 2
          })
          assert.strictEqual(seen[0]!.path, "/v1/embeddings")
          assert.strictEqual(seen[0]!.headers.authorization, `Bearer ${KEY}`)
        }))
    ))

  it.live("does not know what unpriced or uncounted embeddings cost", () =>
    withServer(
      ({ json }, response) =>
        send(response, {
          data: [{ embedding: [1] }],
          ...(json.input![0] === "counted" ? { usage: { total_tokens: 10 } } : {})
        }),
      (url) =>
        Effect.scoped(Effect.gen(function*() {
          const unpriced = yield* made(url)
          assert.isUndefined((yield* unpriced.embed(["counted"])).usd)
          const priced = yield* made(url, { price: { input_usd_per_mtok: 1 } })
          assert.isUndefined((yield* priced.embed(["x"])).usd)
          assert.strictEqual((yield* priced.embed(["counted"])).usd, 1e-5)
        }))
    ))

  const wrong: Record<string, readonly [body: unknown, status: number, message: RegExp]> = {
    "no JSON": ["<html>", 200, /^malformed \(200\): the answer does not hold 2 vectors/],
    "one vector for two texts": [{ data: [{ embedding: [1, 2] }] }, 200, /^malformed/],
    "two lengths": [{ data: [{ embedding: [1, 2] }, { embedding: [1] }] }, 200, /^malformed/],
    "the same index twice": [{ data: [{ index: 0, embedding: [1] }, { index: 0, embedding: [1] }] }, 200, /^malformed/],
    "zeros": [{ data: [{ embedding: [0, 0] }, { embedding: [1, 1] }] }, 200, /^malformed/],
    "nulls": [{ data: [{ embedding: [null, 1] }, { embedding: [1, 1] }] }, 200, /^malformed/],
    "a number beyond float": ["{\"data\":[{\"embedding\":[1e999]},{\"embedding\":[1]}]}", 200, /^malformed/],
    "an error in words": [
      { error: { message: `bad ${KEY}`, type: "x" } },
      500,
      /^server_error \(500\): bad \[redacted\]$/
    ],
    "an error of status 200": [{ error: { message: "busy", code: 429 } }, 200, /^rate_limited \(429\): busy$/],
    "an unknown model": [{ error: { message: "no model m" } }, 404, /^rejected \(404\): no model m$/],
    "a wrong key": [{ error: { message: "who?" } }, 401, /^unauthorized \(401\): who\?$/]
  }
  for (const [name, [body, status, message]] of Object.entries(wrong)) {
    it.live(`tells what is wrong, without the key: ${name}`, () =>
      withServer((_, response) => send(response, body, status), (url) =>
        Effect.scoped(Effect.gen(function*() {
          const error = yield* Effect.flip((yield* made(url)).embed(["a", "b"]))
          assert.match(error.message, message)
          assert.notInclude(error.message, KEY)
        }))))
  }

  it.live("gives up after the provider's time, and leaves the connection when interrupted", () =>
    withServer(() => {}, (url, { left }) =>
      Effect.scoped(Effect.gen(function*() {
        const error = yield* Effect.flip((yield* made(url, {}, 30)).embed(["a"]))
        assert.strictEqual(error.message, "timeout: no whole answer in 30 ms")
        yield* Effect.promise(() => left)
        const fiber = yield* Effect.forkChild((yield* made(url)).embed(["a"]))
        yield* Fiber.interrupt(fiber)
      }))))

  it.live("says that nobody listens", () =>
    Effect.scoped(Effect.gen(function*() {
      const error = yield* Effect.flip((yield* made("http://127.0.0.1:1/v1")).embed(["a"]))
      assert.match(error.message, /^connection: no connection to the provider/)
    })))

  it.effect("is refused without a model, a provider or its key", () =>
    Effect.scoped(Effect.gen(function*() {
      const message = (config: Parameters<typeof makeEmbedder>[0], env = {}) =>
        Effect.map(Effect.flip(makeEmbedder(config, "spillway.yaml", env)), (error) => error.message)
      const providers = { p: { protocol: "openai", base_url: "http://x/v1", api_key_env: "KEY" } } as const
      assert.match(yield* message({ providers }), /^spillway\.yaml: embeddings: no embedding model is configured/)
      assert.match(yield* message({ providers, embeddings: { provider: "p" } }), /Give `local`, or `provider`/)
      assert.match(
        yield* message({ providers, embeddings: { provider: "p", model: "m" } }, { KEY: "a b" }),
        /^spillway\.yaml: providers\.p\.api_key_env: the environment variable KEY holds no key\. Set KEY/
      )
    })))
})
