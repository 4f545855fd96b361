import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { answerJson, ask, completion, scriptedUpstream, startProxy } from "./harness.ts"
import { configFor } from "./tables.ts"

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
})
