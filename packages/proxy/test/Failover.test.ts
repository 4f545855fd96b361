import { assert, describe, it } from "@effect/vitest"
import { FAULT_KINDS, type FaultKind, simulatedServer } from "@spillway/providers"
import { Effect } from "effect"
import { answerJson, ask, completion, scriptedUpstream, startProxy } from "./harness.ts"
import { configFor } from "./tables.ts"

const LIMITS = { timeout_ms: 400, idle_timeout_ms: 150 }

/** The simulated provider, whose economy tier always has a fault, behind a proxy that gives up on it quickly. */
const faulty = Effect.fnUntraced(function*(kind: FaultKind, models = ["economy"]) {
  const fault = { kind, rate: 1, models, ms: 600, retryAfter: 30 }
  const upstream = yield* Effect.orDie(simulatedServer({ book: new Map(), latencyScale: 0, faults: [fault] }))
  return yield* startProxy(configFor(upstream.url, LIMITS))
})

const textOf = (response: Response) => Effect.promise(() => response.text())
const post = (proxy: { chat: (body: unknown) => Promise<Response> }, body: unknown) =>
  Effect.promise(() => proxy.chat(body))

/** Why the attempt failed, by fault, in words of the provider's errors. */
const REASON: Record<FaultKind, string> = {
  "429": "rate_limited",
  "500": "server_error",
  "503": "server_error",
  "reset": "connection",
  "silence": "timeout",
  "slow_first_token": "timeout",
  "cut": "cut",
  "stall": "stalled",
  "malformed": "malformed",
  "no_done": ""
}

describe("failover", () => {
  for (const kind of FAULT_KINDS.filter((kind) => kind !== "no_done")) {
    it.live(`goes to the next tier on ${kind}, when the answer is whole`, () =>
      Effect.gen(function*() {
        const proxy = yield* faulty(kind)
        const reply = yield* post(proxy, ask("spillway/economy"))
        assert.strictEqual(reply.status, 200)
        assert.include(yield* textOf(reply), "answer of standard")
        assert.strictEqual(reply.headers.get("x-spillway-path"), "economy>standard")
        const [failed, answered] = proxy.records()[0]!.attempts
        assert.match(failed!.error!, new RegExp(`^${REASON[kind]}`))
        assert.isFalse(failed!.accepted)
        assert.isTrue(answered!.accepted)
      }))
  }

  for (const kind of ["429", "500", "503", "reset", "silence", "slow_first_token"] as const) {
    it.live(`goes to the next tier on ${kind}, when the answer streams and nothing was sent`, () =>
      Effect.gen(function*() {
        const proxy = yield* faulty(kind)
        const reply = yield* post(proxy, ask("spillway/economy", { stream: true }))
        const text = yield* textOf(reply)
        assert.strictEqual(reply.status, 200)
        assert.strictEqual(reply.headers.get("x-spillway-path"), "economy>standard")
        assert.isTrue(text.endsWith("data: [DONE]\n\n"))
        assert.notInclude(text, "\"usage\":{")
        assert.isAbove(proxy.records()[0]!.attempts[1]!.usage!.output_tokens, 0)
      }))
  }

  for (const kind of ["cut", "stall"] as const) {
    for (const model of ["spillway/economy", "economy"]) {
      it.live(`reports ${kind} inside a stream that has begun (${model})`, () =>
        Effect.gen(function*() {
          const proxy = yield* faulty(kind)
          const reply = yield* post(proxy, ask(model, { stream: true }))
          assert.strictEqual(reply.status, 200)
          const { ended, text } = yield* Effect.promise(() => readAll(reply))
          const record = proxy.records()[0]!
          assert.match(text, /event: error\ndata: \{"error":/)
          assert.notInclude(text, "[DONE]")
          assert.isFalse(ended)
          assert.strictEqual(record.result, "upstream_failed")
          assert.strictEqual(record.attempts.length, 1)
          assert.isAbove(record.attempts[0]!.output!.length, 0)
        }))
    }
  }

  it.live("reports a malformed chunk after a good one, and passes it on by the tier's own name", () =>
    Effect.gen(function*() {
      const good = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
      const bad = "data: {\"choi\n\ndata: [DONE]\n\n"
      const upstream = yield* scriptedUpstream((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" })
        response.write(good, () => setImmediate(() => response.end(bad)))
      })
      const proxy = yield* startProxy(configFor(upstream.url))
      const routed = yield* Effect.promise(async () =>
        readAll(await proxy.chat(ask("spillway/economy", { stream: true })))
      )
      assert.isTrue(routed.text.startsWith(`${good}event: error\ndata: {"error":`))
      assert.isFalse(routed.ended)
      const passed = yield* Effect.promise(async () => readAll(await proxy.chat(ask("economy", { stream: true }))))
      assert.deepStrictEqual(passed, { text: good + bad, ended: true })
    }))

  it.live("ends a stream well that lacks only its end mark", () =>
    Effect.gen(function*() {
      const proxy = yield* faulty("no_done")
      const text = yield* textOf(yield* post(proxy, ask("spillway/economy", { stream: true })))
      assert.isTrue(text.endsWith("data: [DONE]\n\n"))
      assert.strictEqual(proxy.records()[0]!.result, "complete")
    }))

  it.live("says 503 with the shortest wait when every tier is limited", () =>
    Effect.gen(function*() {
      const proxy = yield* faulty("429", ["economy", "standard", "flagship"])
      const reply = yield* post(proxy, ask("spillway"))
      const body = yield* Effect.promise(() => reply.json()) as Effect.Effect<any>
      assert.strictEqual(reply.status, 503)
      assert.strictEqual(reply.headers.get("retry-after"), "30")
      assert.strictEqual(body.error.code, "upstream_rate_limited")
      assert.deepStrictEqual(proxy.records()[0]!.attempts.map(({ tier }) => tier), ["economy", "standard", "flagship"])
    }))

  it.live("says 502 when no tier can be reached", () =>
    Effect.gen(function*() {
      const proxy = yield* startProxy(configFor("http://127.0.0.1:1/v1"))
      const reply = yield* post(proxy, ask("spillway"))
      assert.strictEqual(reply.status, 502)
      assert.strictEqual(proxy.records()[0]!.result, "upstream_failed")
    }))

  it.live("waits out a short Retry-After once, at the same tier", () =>
    Effect.gen(function*() {
      let calls = 0
      const upstream = yield* scriptedUpstream((request, response) => {
        calls += 1
        if (calls === 1) answerJson(response, { error: { message: "slow down" } }, 429, { "retry-after-ms": "20" })
        else answerJson(response, completion(String(request.json["model"]), "yes"))
      })
      const proxy = yield* startProxy(configFor(upstream.url))
      const reply = yield* post(proxy, ask("spillway/economy"))
      assert.strictEqual(reply.status, 200)
      assert.strictEqual(reply.headers.get("x-spillway-path"), "economy>economy")
      assert.deepStrictEqual(upstream.seen.map(({ headers }) => headers["x-spillway-attempt"]), ["1", "2"])
    }))

  for (const status of [500, 400]) {
    it.live(`keeps an answer in doubt when no better tier can be had (${status})`, () =>
      Effect.gen(function*() {
        const upstream = yield* scriptedUpstream((request, response) => {
          if (request.json["model"] === "economy") answerJson(response, completion("economy", "perhaps", -0.9))
          else answerJson(response, { error: { message: "no" } }, status)
        })
        const proxy = yield* startProxy(configFor(upstream.url))
        const reply = yield* post(proxy, ask("spillway"))
        assert.strictEqual(reply.status, 200)
        assert.include(yield* textOf(reply), "perhaps")
        assert.strictEqual(reply.headers.get("x-spillway-tier"), "economy")
        assert.strictEqual(reply.headers.get("x-spillway-path"), "economy>standard>flagship")
        assert.strictEqual(upstream.seen.filter(({ json }) => json["model"] === "economy").length, 1)
      }))
  }

  it.live("passes a refusal of the request on unchanged, without asking others", () =>
    Effect.gen(function*() {
      const refusal = {
        error: { message: "bad temperature", type: "invalid_request_error", param: "temperature", odd: 1 }
      }
      const upstream = yield* scriptedUpstream((_, response) => answerJson(response, refusal, 422))
      const proxy = yield* startProxy(configFor(upstream.url))
      const reply = yield* post(proxy, ask("spillway"))
      assert.strictEqual(reply.status, 422)
      assert.strictEqual(yield* textOf(reply), JSON.stringify(refusal))
      assert.strictEqual(upstream.seen.length, 1)
      assert.strictEqual(proxy.records()[0]!.result, "rejected")
    }))

  it.live("asks a dearer tier when the context is too long for one", () =>
    Effect.gen(function*() {
      const upstream = yield* scriptedUpstream((request, response) => {
        if (request.json["model"] === "flagship") answerJson(response, completion("flagship", "long"))
        else answerJson(response, { error: { message: "too long", code: "context_length_exceeded" } }, 400)
      })
      const proxy = yield* startProxy(configFor(upstream.url))
      const reply = yield* post(proxy, ask("spillway"))
      assert.strictEqual(reply.headers.get("x-spillway-path"), "economy>standard>flagship")
    }))

  it.live("never shows an upstream's words about the key", () =>
    Effect.gen(function*() {
      const refusal = { error: { message: "Incorrect API key provided: sk-secret-1" } }
      const upstream = yield* scriptedUpstream((_, response) => answerJson(response, refusal, 401))
      const config = configFor(upstream.url, { api_key_env: "UPSTREAM_KEY" })
      const proxy = yield* startProxy(config, { env: { UPSTREAM_KEY: "sk-secret-1" } })
      for (const model of ["spillway", "economy"]) {
        const reply = yield* post(proxy, ask(model))
        assert.strictEqual(reply.status, 502)
        assert.notInclude(yield* textOf(reply), "sk-secret")
      }
      assert.strictEqual(upstream.seen[0]!.headers.authorization, "Bearer sk-secret-1")
      assert.notInclude(JSON.stringify(proxy.records()), "sk-secret")
    }))
})

/** Everything that comes before a stream ends or breaks, and which of the two it did. */
const readAll = async (reply: Response): Promise<{ text: string; ended: boolean }> => {
  const decoder = new TextDecoder()
  let text = ""
  try {
    for await (const chunk of reply.body!) text += decoder.decode(chunk, { stream: true })
    return { text, ended: true }
  } catch {
    return { text, ended: false }
  }
}
