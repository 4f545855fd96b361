import { assert, describe, it } from "@effect/vitest"
import { Completions, type FaultKind, OpenAiCompletions, simulatedServer } from "@spillway/providers"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { payloads, post } from "../Exchange.ts"
import { ask, bookOf, RIGHT } from "./Traffic.ts"

const messages = ask("question 0")
/** A difficulty at which every model is right. */
const book = bookOf(1, () => 0)
const server = simulatedServer({ book, latencyScale: 0 })

const chat = (url: string, fault: string, more: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  post(`${url}/chat/completions`, { model: "economy", messages, ...more }, { "x-simulate-fault": fault, ...headers })

const stream = { stream: true }

const text = (events: ReadonlyArray<string>): string =>
  events.filter((event) => event.startsWith("{")).flatMap((event) => {
    try {
      return [JSON.parse(event).choices[0]?.delta.content ?? ""]
    } catch {
      return []
    }
  }).join("")

describe("faults of the simulated provider, on the wire", () => {
  it.effect("429 and 503 with the Retry-After that was asked for, in whole seconds and exactly; 500 without", () =>
    Effect.gen(function*() {
      const { stats, url } = yield* server
      const look = (fault: string) =>
        Effect.promise(async () => {
          const exchange = chat(url, fault)
          const { headers, status } = (await exchange.head)!
          return [
            status,
            headers["retry-after"],
            headers["retry-after-ms"],
            JSON.parse((await exchange.end).body).error
          ]
        })
      const [status, seconds, ms, error] = yield* look("429;retry_after=1.5")
      assert.deepStrictEqual([status, seconds, ms], [429, "2", "1500"])
      assert.strictEqual(error.type, "rate_limit_exceeded")
      assert.deepStrictEqual((yield* look("429")).slice(0, 2), [429, "1"])
      assert.deepStrictEqual((yield* look("503;retry_after=3")).slice(0, 3), [503, "3", "3000"])
      assert.deepStrictEqual((yield* look("503")).slice(0, 3), [503, undefined, undefined])
      assert.deepStrictEqual((yield* look("500")).slice(0, 3), [500, undefined, undefined])
      assert.strictEqual(stats.models["economy"]!.answered, 0, "nothing was charged")
    }))

  it.effect("reset: the connection breaks before a byte", () =>
    Effect.gen(function*() {
      const { stats, url } = yield* server
      const exchange = chat(url, "reset")
      assert.isUndefined(yield* Effect.promise(() => exchange.head))
      assert.deepStrictEqual(yield* Effect.promise(() => exchange.end), { body: "", broken: true })
      assert.strictEqual(stats.models["economy"]!.answered, 0)
    }))

  it.effect("silence: not a byte, however much time passes, until the client leaves", () =>
    Effect.gen(function*() {
      const { stats, url } = yield* server
      const silent = chat(url, "silence")
      let heard = false
      void silent.head.then((head) => heard = head !== undefined)
      yield* TestClock.adjust("1 hour")
      // Another client is answered meanwhile: the server is alive, and would have had the time to speak.
      assert.include((yield* Effect.promise(() => chat(url, "429").end)).body, "Rate limit")
      assert.isFalse(heard)
      silent.leave()
      assert.isTrue((yield* Effect.promise(() => silent.end)).broken)
      assert.strictEqual(stats.models["economy"]!.answered, 0)
    }))

  it.effect("slow_first_token: headers at once, the first event after the time asked for, then all of it", () =>
    Effect.gen(function*() {
      const { url } = yield* server
      const exchange = chat(url, "slow_first_token;ms=5000", stream)
      assert.strictEqual((yield* Effect.promise(() => exchange.head))!.status, 200)
      yield* TestClock.adjust(4_999)
      yield* Effect.promise(() => chat(url, "429").end)
      assert.strictEqual(exchange.sofar(), "")
      yield* TestClock.adjust(1)
      const { body, broken } = yield* Effect.promise(() => exchange.end)
      assert.isFalse(broken)
      assert.strictEqual(text(payloads(body)), RIGHT)
      assert.strictEqual(payloads(body).at(-1), "[DONE]")
    }))

  it.effect("stall: two thirds, a pause, then the rest; whole answers and streams alike", () =>
    Effect.gen(function*() {
      const { url } = yield* server
      for (const more of [stream, {}]) {
        const exchange = chat(url, "stall;ms=30000", more)
        yield* Effect.promise(() => exchange.until("parc"))
        yield* TestClock.adjust(29_999)
        yield* Effect.promise(() => chat(url, "429").end)
        const before = exchange.sofar()
        assert.notInclude(before, "[DONE]")
        yield* TestClock.adjust(1)
        const { body, broken } = yield* Effect.promise(() => exchange.end)
        assert.isFalse(broken)
        assert.isAbove(body.length, before.length)
        const answer = more === stream ? text(payloads(body)) : JSON.parse(body).choices[0].message.content
        assert.strictEqual(answer, RIGHT)
      }
    }))

  it.effect("cut: the connection breaks inside the answer, which was charged", () =>
    Effect.gen(function*() {
      const { stats, url } = yield* server
      const streamed = yield* Effect.promise(() => chat(url, "cut", stream).end)
      assert.isTrue(streamed.broken)
      const said = text(payloads(streamed.body))
      assert.isTrue(RIGHT.startsWith(said) && said.length > 0 && said.length < RIGHT.length, said)
      assert.notInclude(streamed.body, "[DONE]")
      const whole = yield* Effect.promise(() => chat(url, "cut").end)
      assert.isTrue(whole.broken)
      assert.throws(() => JSON.parse(whole.body))
      assert.strictEqual(stats.models["economy"]!.answered, 2)
    }))

  it.effect("malformed: one chunk that is not JSON amid a stream, half a body otherwise; the connection ends well", () =>
    Effect.gen(function*() {
      const { url } = yield* server
      const streamed = yield* Effect.promise(() => chat(url, "malformed", stream).end)
      assert.isFalse(streamed.broken)
      const bad = payloads(streamed.body).filter((event) => {
        if (event === "[DONE]") return false
        try {
          JSON.parse(event)
          return false
        } catch {
          return true
        }
      })
      assert.strictEqual(bad.length, 1)
      const whole = yield* Effect.promise(() => chat(url, "malformed").end)
      assert.isFalse(whole.broken)
      assert.throws(() => JSON.parse(whole.body))
    }))

  it.effect("no_done: the whole answer and its finish reason, but no [DONE]", () =>
    Effect.gen(function*() {
      const { url } = yield* server
      const { body, broken } = yield* Effect.promise(() => chat(url, "no_done", stream).end)
      assert.isFalse(broken)
      assert.strictEqual(text(payloads(body)), RIGHT)
      assert.notInclude(body, "[DONE]")
      assert.strictEqual(JSON.parse(payloads(body).at(-1)!).choices[0].finish_reason, "stop")
    }))

  it.effect("hits only the attempts it was asked for, by the client's count or the server's own", () =>
    Effect.gen(function*() {
      const { url } = yield* server
      const status = (headers: Record<string, string>) =>
        Effect.promise(async () => (await chat(url, "500;attempts=2", {}, headers).head)!.status)
      const stated = yield* Effect.forEach([1, 2, 3], (n) => status({ "x-spillway-attempt": String(n) }))
      assert.deepStrictEqual(stated, [500, 500, 200])
      const { url: fresh } = yield* server
      const counted = yield* Effect.forEach(
        [1, 2, 3],
        () => Effect.promise(async () => (await chat(fresh, "500;attempts=2").head)!.status)
      )
      assert.deepStrictEqual(counted, [500, 500, 200])
    }))

  it.effect("refuses a fault that it does not know, with the names it knows", () =>
    Effect.gen(function*() {
      const { url } = yield* server
      for (
        const [fault, word] of [["flood", "slow_first_token"], ["429;after=2", "retry_after"], ["stall;ms=x", "ms=x"]]
      ) {
        const exchange = chat(url, fault!)
        assert.strictEqual((yield* Effect.promise(() => exchange.head))!.status, 400)
        assert.include((yield* Effect.promise(() => exchange.end)).body, word!)
      }
    }))
})

describe("faults of the simulated provider, as replay's client sees them", () => {
  const seen: Record<Exclude<FaultKind, "no_done">, readonly [reason: string, retryable: boolean]> = {
    "429": ["rate_limited", true],
    "500": ["server_error", true],
    "503": ["server_error", true],
    reset: ["connection", true],
    silence: ["timeout", true],
    slow_first_token: ["stalled", true],
    stall: ["stalled", true],
    cut: ["cut", true],
    malformed: ["malformed", true]
  }
  const call = (url: string, timeoutMs: number) => ({
    baseUrl: url,
    apiKey: undefined,
    model: "economy",
    settings: undefined,
    request: { request_id: "r", messages },
    attempt: 1,
    timeoutMs,
    idleTimeoutMs: 40
  })

  for (const [kind, [reason, retryable]] of Object.entries(seen)) {
    it.live(`${kind} is ${reason}, and the next attempt is answered`, () =>
      Effect.gen(function*() {
        const { url } = yield* simulatedServer({
          book,
          latencyScale: 0,
          faults: [{ kind: kind as FaultKind, rate: 1, attempts: 1, ms: 60_000 }]
        })
        const completions = yield* Completions
        const error = yield* Effect.flip(completions.complete(call(url, kind === "silence" ? 40 : 30_000)))
        assert.deepStrictEqual([error.reason, error.retryable], [reason, retryable])
        if (kind === "429") assert.strictEqual(error.retryAfterMs, 1_000)
        const answer = yield* completions.complete({ ...call(url, 30_000), attempt: 2 })
        assert.strictEqual(answer.output, RIGHT)
      }).pipe(Effect.provide(OpenAiCompletions.layer())))
  }

  it.live("a missing [DONE] after the finish reason is a whole answer", () =>
    Effect.gen(function*() {
      const { url } = yield* simulatedServer({ book, latencyScale: 0, faults: [{ kind: "no_done", rate: 1 }] })
      const answer = yield* (yield* Completions).complete(call(url, 30_000))
      assert.strictEqual(answer.output, RIGHT)
    }).pipe(Effect.provide(OpenAiCompletions.layer())))
})
