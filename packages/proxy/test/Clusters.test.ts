import { assert, describe, it } from "@effect/vitest"
import { encodeFloat32, encodeWordIds, makeWordReader } from "@spillway/policy"
import { Effect } from "effect"
import { answerJson, ask, completion, scriptedUpstream, startProxy } from "./harness.ts"
import { configFor, testTable } from "./tables.ts"

const words = makeWordReader().read({ text: "hello", system: "" })

describe("requests without a task", () => {
  it.live("are served as their cluster's, and logged with the task that was sent and the cluster", () =>
    Effect.gen(function*() {
      const upstream = yield* scriptedUpstream((request, response) =>
        answerJson(response, completion(String(request.json["model"]), "yes", -0.1))
      )
      const table = testTable()
      const flagship = table.points.find(({ name }) => name === "flagship")!.plans[0]!.plan
      const proxy = yield* startProxy(configFor(upstream.url), {
        tableContent: {
          ...table,
          clusters: [{ task: "untasked.hello", words: encodeWordIds(words), weights: encodeFloat32([1]) }],
          points: table.points.map((point) => ({ ...point, segments: { "untasked.hello": flagship } }))
        }
      })
      const send = (content: string, headers: Record<string, string> = {}) =>
        Effect.promise(async () => {
          const reply = await proxy.chat(
            { ...ask("spillway"), messages: [{ role: "user", content }] },
            { headers }
          )
          await reply.text()
          return reply.headers.get("x-spillway-tier")
        })
      assert.strictEqual(yield* send("Hello, who are you?"), "flagship")
      assert.strictEqual(yield* send("Hello, who are you?", { "x-spillway-task": "chat" }), "economy")
      assert.strictEqual(yield* send("Good morning"), "economy")
      assert.deepStrictEqual(proxy.records().map(({ cluster, task }) => [task, cluster]), [
        ["untasked", "untasked.hello"],
        ["chat", undefined],
        ["untasked", undefined]
      ])
    }))
})
