import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import * as http from "node:http"
import * as net from "node:net"
import { serve } from "../src/index.ts"
import {
  answerJson,
  ask,
  completion,
  readRecords,
  scriptedUpstream,
  startProxy,
  temporaryDirectory
} from "./harness.ts"
import { configFor } from "./tables.ts"

const nowhere = configFor("http://127.0.0.1:1/v1")
const json = (reply: Response): Effect.Effect<any> => Effect.promise(() => reply.json())
const answering = scriptedUpstream((request, response) =>
  answerJson(response, completion(String(request.json["model"]), "yes"))
)

describe("wrong requests", () => {
  const wrong: ReadonlyArray<readonly [string, unknown, number, string | null, RegExp]> = [
    ["no JSON", "{\"model\": tru }", 400, null, /not valid JSON: Unexpected token/],
    ["no object", "[]", 400, null, /must be a JSON object/],
    ["no model", {}, 400, "model", /model/],
    ["a stream that is no boolean", { model: "spillway", stream: 1 }, 400, "stream", /true or false/],
    ["no messages", { model: "spillway" }, 400, "messages", /messages/],
    [
      "a message without a role",
      { model: "spillway", messages: [{ role: "user" }, {}] },
      400,
      "messages[1].role",
      /role/
    ],
    ["an unknown model", ask("gpt-9"), 404, "model", /There are: spillway, spillway\/economy, .*, flagship/],
    ["an unknown point", ask("spillway/best"), 404, "model", /spillway\/best/],
    ["too many bytes", ask("economy", { x: "x".repeat(2_000) }), 413, null, /1000 bytes.*max_body_bytes/]
  ]
  it.live("get OpenAI's error shape that names the field", () =>
    Effect.gen(function*() {
      const proxy = yield* startProxy({ ...nowhere, proxy: { max_body_bytes: 1_000 } })
      for (const [what, body, status, param, message] of wrong) {
        const reply = yield* Effect.promise(() => proxy.chat(body))
        const { error } = yield* json(reply)
        assert.deepStrictEqual([what, reply.status, error.param, error.type], [
          what,
          status,
          param,
          "invalid_request_error"
        ])
        assert.match(error.message, message)
        assert.isString(error.code)
      }
      assert.isTrue(proxy.records().every(({ attempts, result }) => result === "rejected" && attempts.length === 0))
    }))

  it.live("are told what paths and methods there are", () =>
    Effect.gen(function*() {
      const proxy = yield* startProxy(nowhere)
      const none = yield* Effect.promise(() => fetch(`${proxy.url}/embeddings`, { method: "POST" }))
      const wrongMethod = yield* Effect.promise(() => fetch(`${proxy.url}/chat/completions`))
      assert.strictEqual(none.status, 404)
      assert.strictEqual(wrongMethod.status, 405)
      assert.strictEqual(wrongMethod.headers.get("allow"), "POST")
      assert.strictEqual((yield* json(wrongMethod)).error.code, "method_not_allowed")
    }))

  it.live("a chunked body that grows too large is cut off", () =>
    Effect.gen(function*() {
      const proxy = yield* startProxy({ ...nowhere, proxy: { max_body_bytes: 1_000 } })
      const status = yield* Effect.callback<number | undefined>((resume) => {
        const request = http.request(`${proxy.url}/chat/completions`, { method: "POST" }, (reply) => {
          resume(Effect.succeed(reply.statusCode))
          request.destroy()
        })
        request.on("error", () => {})
        const more = (): void => void request.write("x".repeat(600), () => setImmediate(more))
        more()
      })
      assert.strictEqual(status, 413)
    }))

  it.live("header values cannot inject lines, and a strange request id is replaced", () =>
    Effect.gen(function*() {
      const upstream = yield* answering
      const proxy = yield* startProxy(configFor(upstream.url))
      for (const [given, kept] of [["a b", false], ["x".repeat(300), false], ["req-1:ok", true]] as const) {
        const reply = yield* Effect.promise(() => proxy.chat(ask("economy"), { headers: { "x-request-id": given } }))
        assert.strictEqual(reply.headers.get("x-spillway-request-id") === given, kept)
      }
      const id = "a%0d%0ax-evil: 1".replace(" ", "%20")
      const reply = yield* Effect.promise(() => proxy.chat(ask("economy"), { headers: { "x-request-id": id } }))
      assert.strictEqual(reply.status, 200)
      assert.isNull(reply.headers.get("x-evil"))
    }))
})

describe("the proxy", () => {
  it.live("lists tiers and operating points as models", () =>
    Effect.gen(function*() {
      const proxy = yield* startProxy(nowhere)
      const list = yield* json(yield* Effect.promise(() => proxy.get("/v1/models")))
      assert.deepStrictEqual(list.data.map(({ id }: { id: string }) => id), [
        "spillway",
        "spillway/economy",
        "spillway/balanced",
        "spillway/always",
        "spillway/flagship",
        "economy",
        "standard",
        "flagship"
      ])
      const one = yield* Effect.promise(() => proxy.get(`/v1/models/${encodeURIComponent("spillway/always")}`))
      assert.strictEqual((yield* json(one)).id, "spillway/always")
    }))

  it.live("takes the task from the header, the body's metadata or neither", () =>
    Effect.gen(function*() {
      const upstream = yield* answering
      const proxy = yield* startProxy({ ...configFor(upstream.url), proxy: { task_header: "X-Job" } })
      yield* Effect.promise(() =>
        proxy.chat(ask("economy", { metadata: { task: "b" } }), { headers: { "x-job": "a" } })
      )
      yield* Effect.promise(() => proxy.chat(ask("economy", { metadata: { task: "b" } })))
      yield* Effect.promise(() => proxy.chat(ask("economy")))
      assert.deepStrictEqual(proxy.records().map(({ task }) => task), ["a", "b", "untasked"])
    }))

  it.live("shows metrics by tier, point and result", () =>
    Effect.gen(function*() {
      const upstream = yield* answering
      const proxy = yield* startProxy(configFor(upstream.url))
      yield* Effect.promise(() => proxy.chat(ask("spillway/always")))
      const text = yield* Effect.promise(async () => (await proxy.get("/metrics")).text())
      assert.include(text, "spillway_requests_total{tier=\"flagship\",point=\"always\",result=\"complete\"} 1")
      assert.include(text, "spillway_escalations_total{tier=\"economy\"} 1")
      assert.include(text, "spillway_attempts_total{tier=\"standard\",result=\"answered\"} 1")
      assert.match(text, /spillway_cost_usd_total\{tier="flagship"\} 0\.0011\n/)
      assert.match(text, /spillway_request_seconds_bucket\{.*le="\+Inf"\} 1\n/)
      assert.match(text, /spillway_decision_seconds_count\{point="always"\} 1\n/)
      assert.match(text, /spillway_log_bytes_total \d{3,}\n/)
    }))

  it.live("serves only clients that show one of its keys, where it has any", () =>
    Effect.gen(function*() {
      const upstream = yield* answering
      const config = { ...configFor(upstream.url), proxy: { api_keys_env: "KEYS" } }
      const proxy = yield* startProxy(config, { env: { KEYS: "one, two" } })
      const status = (authorization?: string) =>
        Effect.promise(async () =>
          (await proxy.chat(ask("economy"), authorization === undefined ? {} : { headers: { authorization } })).status
        )
      assert.strictEqual(yield* status(), 401)
      assert.strictEqual(yield* status("Bearer three"), 401)
      assert.strictEqual(yield* status("Bearer one, two"), 401)
      assert.strictEqual(yield* status("Bearer two"), 200)
      assert.isUndefined(upstream.seen[0]!.headers.authorization)
      assert.strictEqual((yield* Effect.promise(() => proxy.get("/v1/models"))).status, 401)
      assert.strictEqual((yield* Effect.promise(() => proxy.get("/healthz"))).status, 200)
    }))

  it.live("does not start on what it cannot serve", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const options = { source: "spillway.yaml", table: `${directory}/none.json`, logs: directory, port: 0, env: {} }
      const refusal = (config: typeof nowhere) =>
        Effect.map(Effect.flip(serve({ ...options, config })), ({ message }) => message)
      assert.match(yield* refusal(nowhere), /none\.json: it cannot be read/)
      assert.match(
        yield* refusal(configFor("https://x", { api_key_env: "NO_KEY" })),
        /api_key_env: .*NO_KEY holds no key/
      )
      assert.match(yield* refusal(configFor("ftp://x")), /providers\.upstream\.base_url/)
      const [first] = nowhere.tiers
      assert.match(yield* refusal({ ...nowhere, tiers: [{ ...first!, name: "spillway" }] }), /tiers\[0\]\.name/)
      assert.match(yield* refusal({ ...nowhere, tiers: [{ ...first!, provider: "no" }] }), /tiers\[0\]\.provider/)
    }))
})

/** Sends a request over a bare socket, so that the test decides when it leaves. */
const rawChat = (port: number, body: object): net.Socket => {
  const text = JSON.stringify(body)
  const socket = net.connect(port, "127.0.0.1")
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  )
  return socket
}

describe("a client that leaves", () => {
  for (const stream of [true, false]) {
    it.live(`cancels upstream at once (${stream ? "streaming" : "whole"})`, () =>
      Effect.gen(function*() {
        const asked = Promise.withResolvers<void>()
        const upstream = yield* scriptedUpstream((_, response) => {
          if (stream) {
            response.writeHead(200, { "content-type": "text/event-stream" })
            response.write("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"so far\"}}]}\n\n")
          }
          asked.resolve()
        })
        const proxy = yield* startProxy(configFor(upstream.url))
        const socket = rawChat(proxy.port, ask("spillway/economy", { stream }))
        yield* Effect.promise(() => asked.promise)
        if (stream) yield* Effect.promise(() => new Promise((resolve) => socket.once("data", resolve)))
        socket.destroy()
        yield* Effect.promise(() => upstream.brokenOff)
        while (proxy.records().length === 0) {
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        }
        const [record] = proxy.records()
        assert.strictEqual(record!.result, "client_disconnected")
        assert.strictEqual(record!.status, stream ? 200 : 499)
        assert.strictEqual(record!.attempts[0]!.error, "cancelled")
        assert.strictEqual(record!.attempts[0]!.output, stream ? "so far" : undefined)
      }))
  }
})

describe("shutting down", () => {
  it.live("lets a stream finish, and takes no new connection", () =>
    Effect.gen(function*() {
      const finish = Promise.withResolvers<void>()
      const upstream = yield* scriptedUpstream(async (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" })
        response.write(
          "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n"
        )
        await finish.promise
        response.end("data: [DONE]\n\n")
      })
      const scope = yield* Scope.make()
      const proxy = yield* Scope.provide(startProxy(configFor(upstream.url)), scope)
      const reply = yield* Effect.promise(() => proxy.chat(ask("economy", { stream: true })))
      const idle = net.connect(proxy.port, "127.0.0.1")
      yield* Effect.promise(() => new Promise((resolve) => idle.once("connect", resolve)))
      const closing = Effect.runPromise(Scope.close(scope, Exit.void))
      const refused = yield* Effect.callback<boolean>((resume) => {
        net.connect(proxy.port, "127.0.0.1").once("connect", () => resume(Effect.succeed(false)))
          .once("error", () => resume(Effect.succeed(true)))
      })
      assert.isTrue(refused)
      finish.resolve()
      assert.match(yield* Effect.promise(() => reply.text()), /\[DONE\]\n\n$/)
      yield* Effect.promise(() => closing)
    }))

  it.live("ends what takes longer than the grace period, and logs it", () =>
    Effect.gen(function*() {
      const asked = Promise.withResolvers<void>()
      const upstream = yield* scriptedUpstream(() => asked.resolve())
      const scope = yield* Scope.make()
      const outer = yield* temporaryDirectory
      const logs = `${outer}/logs`
      const proxy = yield* Scope.provide(startProxy(configFor(upstream.url), { grace: 30, logs }), scope)
      const broken = proxy.chat(ask("economy")).then(() => false, () => true)
      yield* Effect.promise(() => asked.promise)
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(yield* Effect.promise(() => broken))
      yield* Effect.promise(() => upstream.brokenOff)
      assert.strictEqual(readRecords(logs)[0]!.result, "shut_down")
    }))
})
