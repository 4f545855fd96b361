import { assert, describe, it } from "@effect/vitest"
import { simulatedServer } from "@spillway/providers"
import { Effect } from "effect"
import OpenAI, { APIError, NotFoundError } from "openai"
import { startProxy } from "./harness.ts"
import { configFor } from "./tables.ts"

const client = (baseURL: string) => new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 })
const messages = [{ role: "user" as const, content: "Where is my parcel?" }]
const upstreamOf = (faults: NonNullable<Parameters<typeof simulatedServer>[0]["faults"]> = []) =>
  Effect.orDie(simulatedServer({ book: new Map(), latencyScale: 0, faults }))

describe("the official client", () => {
  it.live("gets whole answers and streams, tested and relayed", () =>
    Effect.gen(function*() {
      const upstream = yield* upstreamOf()
      const proxy = yield* startProxy(configFor(upstream.url))
      const openai = client(proxy.url)
      for (const model of ["spillway", "spillway/always", "spillway/flagship", "flagship"]) {
        const whole = yield* Effect.promise(() => openai.chat.completions.create({ model, messages }))
        const text = whole.choices[0]!.message.content!
        assert.isAbove(text.length, 10)
        assert.isNull(whole.choices[0]!.logprobs)
        const { pieces, usage } = yield* Effect.promise(async () => {
          const stream = await openai.chat.completions.create({
            model,
            messages,
            stream: true,
            stream_options: { include_usage: true }
          })
          let pieces = ""
          let usage: OpenAI.CompletionUsage | null | undefined
          for await (const chunk of stream) {
            pieces += chunk.choices[0]?.delta.content ?? ""
            usage = chunk.usage ?? usage
          }
          return { pieces, usage }
        })
        assert.strictEqual(pieces, text)
        assert.deepStrictEqual(usage, whole.usage)
      }
      const models = yield* Effect.promise(() => openai.models.list())
      assert.strictEqual(models.data[0]!.id, "spillway")
    }))

  it.live("gets log-probabilities where it asks for them itself", () =>
    Effect.gen(function*() {
      const upstream = yield* upstreamOf()
      const proxy = yield* startProxy(configFor(upstream.url))
      const whole = yield* Effect.promise(() =>
        client(proxy.url).chat.completions.create({ model: "spillway", messages, logprobs: true })
      )
      assert.isAbove(whole.choices[0]!.logprobs!.content!.length, 0)
    }))

  it.live("throws on a stream that breaks off, and says why", () =>
    Effect.gen(function*() {
      const upstream = yield* upstreamOf([{ kind: "cut", rate: 1 }])
      const proxy = yield* startProxy(configFor(upstream.url))
      const error = yield* Effect.promise(async () => {
        const stream = await client(proxy.url).chat.completions.create({
          model: "spillway/flagship",
          messages,
          stream: true
        })
        try {
          for await (const _ of stream);
          return undefined
        } catch (error) {
          return error as Error
        }
      })
      assert.instanceOf(error, APIError)
      assert.match(error!.message, /The answer broke off\. flagship: cut/)
    }))

  it.live("throws its own errors for refusals", () =>
    Effect.gen(function*() {
      const upstream = yield* upstreamOf()
      const proxy = yield* startProxy(configFor(upstream.url))
      const error = yield* Effect.promise(() =>
        client(proxy.url).chat.completions.create({ model: "nothing", messages }).then(
          () => undefined,
          (error) => error
        )
      )
      assert.instanceOf(error, NotFoundError)
      assert.strictEqual(error.code, "model_not_found")
    }))
})
