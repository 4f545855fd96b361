import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import * as http from "node:http"
import { answerJson, ask, completion, scriptedUpstream, startProxy, writePieces } from "./harness.ts"
import { configFor, tiersAt } from "./tables.ts"

const Leaf = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Null])
const Body = Schema.Record(Schema.String, Schema.Union([Leaf, Schema.Array(Leaf), Schema.Record(Schema.String, Leaf)]))
const bodies = Arbitrary.schema(
  Schema.Struct({ fields: Body, indent: Schema.Literals([0, 1, "\t"]), tail: Schema.Literals(["", " \n"]) })
)
/** Random bodies, the same on every run. */
const samples = Arbitrary.sampleEffect(bodies, { count: 60, seed: 1 })

describe("a tier by its own name", () => {
  it.live("gets and gives the very bytes, with unknown fields and odd spacing", () =>
    Effect.gen(function*() {
      let answer = Buffer.alloc(0)
      const upstream = yield* scriptedUpstream((_, response) => {
        response.writeHead(200, { "content-type": "application/json", "x-odd": "kept", "set-cookie": "a=b" }).end(
          answer
        )
      })
      const proxy = yield* startProxy(configFor(upstream.url))
      for (const { fields, indent, tail } of yield* samples) {
        const request = Buffer.from(
          `\n${JSON.stringify({ ...fields, model: "economy", stream: false }, null, indent)}${tail}`
        )
        answer = Buffer.from(JSON.stringify({ ...fields, ...completion("economy", "é\u2028") }, null, indent) + tail)
        const reply = yield* Effect.promise(() => proxy.chat(request))
        assert.deepStrictEqual(Buffer.from(yield* Effect.promise(() => reply.arrayBuffer())), answer)
        assert.deepStrictEqual(upstream.seen.at(-1)!.body, request)
        assert.strictEqual(reply.headers.get("x-odd"), "kept")
        assert.isNull(reply.headers.get("set-cookie"))
        assert.isNull(reply.headers.get("x-spillway-point"))
        assert.strictEqual(reply.headers.get("x-spillway-cost-usd"), "0.00011")
      }
      assert.strictEqual(proxy.records().length, 60)
    }))

  it.live("streams the very bytes, however they are cut", () =>
    Effect.gen(function*() {
      const text =
        ": keep-alive\r\n\r\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"h\\u00e9 é\"},\"odd\":1}]}\r\n\r\n" +
        "event: x\ndata:{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n" +
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n: after\n"
      const bytes = Buffer.from(text)
      let size = 1
      const upstream = yield* scriptedUpstream((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" })
        writePieces(response, bytes, size)
      })
      const proxy = yield* startProxy(configFor(upstream.url))
      for (size of [1, 7, 64, bytes.length]) {
        const reply = yield* Effect.promise(() => proxy.chat(ask("economy", { stream: true })))
        assert.strictEqual(yield* Effect.promise(() => reply.text()), text)
        const [attempt] = proxy.records().at(-1)!.attempts
        assert.strictEqual(attempt!.output, "hé é")
        assert.deepStrictEqual(attempt!.usage, { input_tokens: 3, output_tokens: 2 })
      }
    }))

  it.live("changes only the model where the provider calls it otherwise, and lays the tier's settings over", () =>
    Effect.gen(function*() {
      const upstream = yield* scriptedUpstream((_, response) => answerJson(response, completion("x", "y")))
      const [economy, standard, flagship] = tiersAt("upstream")
      const tiers = [
        { ...economy!, model: "vendor/small" },
        { ...standard!, settings: { max_tokens: 5, reasoning_effort: "low" } },
        flagship!
      ]
      const proxy = yield* startProxy({ ...configFor(upstream.url), tiers })
      const body = "{ \"n\":1.0, \"model\" : \"economy\",\"max_tokens\": 9 }"
      yield* Effect.promise(() => proxy.chat(body))
      yield* Effect.promise(() => proxy.chat(body.replace("economy", "standard")))
      assert.deepStrictEqual(upstream.seen.map((one) => one.body.toString()), [
        "{ \"n\":1.0, \"model\" : \"vendor/small\",\"max_tokens\": 9 }",
        "{ \"n\":1.0, \"model\" : \"standard\",\"max_tokens\": 5,\"reasoning_effort\":\"low\" }"
      ])
    }))

  it.live("passes failures on as they are", () =>
    Effect.gen(function*() {
      const upstream = yield* scriptedUpstream((_, response) => {
        response.writeHead(429, { "retry-after": "7", "content-type": "text/plain" }).end("slow down")
      })
      const proxy = yield* startProxy(configFor(upstream.url))
      const reply = yield* Effect.promise(() => proxy.chat(ask("economy")))
      assert.strictEqual(reply.status, 429)
      assert.strictEqual(reply.headers.get("retry-after"), "7")
      assert.strictEqual(yield* Effect.promise(() => reply.text()), "slow down")
      assert.strictEqual(upstream.seen.length, 1)
      assert.strictEqual(proxy.records()[0]!.result, "upstream_failed")
    }))

  it.live("slows the upstream down to the pace of the client", () =>
    Effect.gen(function*() {
      const event = Buffer.from(`data: {"choices":[{"index":0,"delta":{"content":"${"x".repeat(60_000)}"}}]}\n\n`)
      const blocked = Promise.withResolvers<void>()
      const upstream = yield* scriptedUpstream((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" })
        let left = 400
        const more = (): void => {
          for (; left > 0; left--) {
            if (!response.write(event)) {
              left -= 1
              const waits = setTimeout(() => blocked.resolve(), 50)
              response.once("drain", () => {
                clearTimeout(waits)
                more()
              })
              return
            }
          }
          response.end(
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
          )
        }
        more()
      })
      const proxy = yield* startProxy(configFor(upstream.url))
      const size = yield* Effect.promise(() =>
        new Promise<number>((resolve) => {
          const request = http.request(`${proxy.url}/chat/completions`, { method: "POST" }, async (reply) => {
            await blocked.promise
            let size = 0
            for await (const chunk of reply) size += (chunk as Buffer).length
            resolve(size)
          })
          request.end(JSON.stringify(ask("economy", { stream: true })))
        })
      )
      assert.isAbove(size, 400 * event.length)
      assert.strictEqual(proxy.records()[0]!.result, "complete")
    }))
})
