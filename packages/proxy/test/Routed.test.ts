import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { answerJson, ask, completion, scriptedUpstream, startProxy, writePieces } from "./harness.ts"
import { configFor, testTable, tiersAt } from "./tables.ts"

/** Economy is in doubt, standard and flagship are sure. */
const cascading = scriptedUpstream((request, response) => {
  const model = String(request.json["model"])
  answerJson(response, completion(model, `answer of ${model}`, model === "economy" ? -0.9 : -0.1))
})

describe("routed requests", () => {
  it.live("escalate until an answer is accepted, and say so in headers and log", () =>
    Effect.gen(function*() {
      const upstream = yield* cascading
      const proxy = yield* startProxy(configFor(upstream.url))
      const reply = yield* Effect.promise(() =>
        proxy.chat(ask("spillway", { temperature: 0.5 }), {
          headers: { "x-request-id": "r-1", "x-spillway-task": "support.billing" }
        })
      )
      const body = yield* Effect.promise(() => reply.json()) as Effect.Effect<any>
      assert.strictEqual(reply.status, 200)
      assert.strictEqual(body.choices[0].message.content, "answer of standard")
      assert.strictEqual(body.choices[0].logprobs, null)
      assert.strictEqual(reply.headers.get("x-spillway-path"), "economy>standard")
      assert.strictEqual(reply.headers.get("x-spillway-tier"), "standard")
      assert.strictEqual(reply.headers.get("x-spillway-point"), "balanced")
      assert.strictEqual(reply.headers.get("x-spillway-confidence"), "0.9")
      assert.strictEqual(reply.headers.get("x-spillway-cost-usd"), "0.00033")
      assert.strictEqual(reply.headers.get("x-spillway-request-id"), "r-1")
      assert.strictEqual(reply.headers.get("x-spillway-table"), proxy.table().sha256)
      assert.deepStrictEqual(upstream.seen.map(({ json }) => [json["model"], json["logprobs"], json["temperature"]]), [
        ["economy", true, 0.5],
        ["standard", true, 0.5]
      ])
      const [record] = proxy.records()
      assert.strictEqual(record?.task, "support.billing")
      assert.deepStrictEqual(record?.request, ask("spillway", { temperature: 0.5 }))
      assert.deepStrictEqual(record?.attempts.map(({ accepted, cost_usd, tier }) => [tier, accepted, cost_usd]), [
        ["economy", false, 0.000_11],
        ["standard", true, 0.000_22]
      ])
      assert.strictEqual(record?.attempts[0]?.confidence?.toFixed(3), "0.100")
      assert.strictEqual(record?.result, "complete")
    }))

  it.live("relay a final stream as it comes, without the usage that only the proxy asked for", () =>
    Effect.gen(function*() {
      const usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n"
      const answer = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"é\"},\"odd\":1.0}]}\n\n: note\n\n" +
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
      let size = 1
      const upstream = yield* scriptedUpstream((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" })
        writePieces(response, Buffer.from(`${answer}${usage}data: [DONE]\n\n`), size)
      })
      const proxy = yield* startProxy(configFor(upstream.url))
      for (size of [1, 5, 50, 1_000]) {
        const asked = [{}, { stream_options: { include_usage: true, other: 1 } }]
        const [plain, full] = yield* Effect.promise(() =>
          Promise.all(asked.map(async (more) => {
            const reply = await proxy.chat(ask("spillway/economy", { stream: true, ...more }))
            return reply.text()
          }))
        )
        assert.strictEqual(plain!.replace(": note\n\n", ""), `${answer.replace(": note\n\n", "")}data: [DONE]\n\n`)
        assert.strictEqual(full, `${answer}${usage}data: [DONE]\n\n`)
      }
      assert.deepStrictEqual(upstream.seen.map(({ json }) => json["stream_options"]).slice(0, 2).toSorted(byLength), [
        { include_usage: true },
        { include_usage: true, other: 1 }
      ])
      assert.isTrue(proxy.records().every(({ attempts }) => attempts[0]!.cost_usd === 5e-6))
    }))

  it.live("lay each tier's settings over the client's fields, and ask for no stream to test an answer", () =>
    Effect.gen(function*() {
      const upstream = yield* cascading
      const [economy, standard, flagship] = tiersAt("upstream")
      const tiers = [
        { ...economy!, model: "economy", settings: { max_completion_tokens: 50, logprobs: false } },
        standard!,
        flagship!
      ]
      const config = { ...configFor(upstream.url), tiers }
      const proxy = yield* startProxy(config, { tableContent: testTable(tiers) })
      const body = ask("spillway/always", {
        stream: true,
        stream_options: { include_usage: true },
        max_completion_tokens: 9
      })
      const reply = yield* Effect.promise(() => proxy.chat(body))
      const text = yield* Effect.promise(() => reply.text())
      assert.include(text, "answer of flagship")
      assert.include(text, "\"usage\":{\"prompt_tokens\":100")
      const messages = body.messages
      assert.deepStrictEqual(upstream.seen.map(({ json }) => json), [
        { model: "economy", messages, max_completion_tokens: 50, logprobs: false },
        { model: "standard", messages, max_completion_tokens: 9, logprobs: true, top_logprobs: 2 },
        { ...body, model: "flagship" }
      ])
      assert.strictEqual(reply.headers.get("content-type"), "text/event-stream; charset=utf-8")
    }))

  it.live("ask another tier where one refuses the log-probabilities that the client did not ask for", () =>
    Effect.gen(function*() {
      const upstream = yield* scriptedUpstream((request, response) => {
        if (request.json["model"] === "flagship") answerJson(response, completion("flagship", "yes"))
        else answerJson(response, { error: { message: "This model does not support logprobs" } }, 400)
      })
      const proxy = yield* startProxy(configFor(upstream.url))
      const reply = yield* Effect.promise(() => proxy.chat(ask("spillway")))
      assert.strictEqual(reply.headers.get("x-spillway-path"), "economy>standard>flagship")
      const asked = yield* Effect.promise(() => proxy.chat(ask("spillway", { logprobs: true })))
      assert.strictEqual(asked.status, 400)
    }))
})

const byLength = (a: unknown, b: unknown): number => JSON.stringify(a).length - JSON.stringify(b).length
