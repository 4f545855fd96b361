import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import { answerJson, ask, completion, readRecords, scriptedUpstream, temporaryDirectory } from "./harness.ts"
import { testTable } from "./tables.ts"

interface ChildProxy {
  readonly url: string
  readonly logs: string
  readonly process: ChildProcess
  readonly exited: Promise<number | NodeJS.Signals | null>
}

/** A proxy in a process of its own. */
const childProxy = Effect.fnUntraced(function*(upstream: string) {
  const directory = yield* temporaryDirectory
  const table = `${directory}/table.json`
  const logs = `${directory}/logs`
  fs.writeFileSync(table, JSON.stringify(testTable()))
  const main = new URL("killedProxy.ts", import.meta.url).pathname
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, ["--conditions=@spillway/source", main, upstream, table, logs], {
        stdio: ["ignore", "pipe", "inherit"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once("exit", (code, signal) => resolve(code ?? signal))
  )
  const url = yield* Effect.promise(() =>
    new Promise<string>((resolve) => child.stdout.once("data", (data: Buffer) => resolve(data.toString().trim())))
  )
  return { url, logs, process: child, exited } satisfies ChildProxy
})

const post = (proxy: ChildProxy, id: string, model: string, stream: boolean): Promise<string> =>
  fetch(`${proxy.url}/chat/completions`, {
    method: "POST",
    headers: { "x-request-id": id },
    body: JSON.stringify(ask(model, { stream }))
  }).then(async (reply) => {
    const text = await reply.text()
    return reply.ok && (stream ? text.endsWith("[DONE]\n\n") : text.endsWith("}")) ? id : ""
  }).catch(() => "")

describe("a proxy process", () => {
  it.live("killed under load leaves a log line for every reply that was complete", () =>
    Effect.gen(function*() {
      const upstream = yield* scriptedUpstream((request, response) => {
        const model = String(request.json["model"])
        if (request.json["stream"] !== true) return answerJson(response, completion(model, "yes", -0.9))
        response.writeHead(200, { "content-type": "text/event-stream" })
        response.end(
          "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
        )
      })
      const proxy = yield* childProxy(upstream.url)
      const complete: Array<string> = []
      let next = 0
      const client = async (): Promise<void> => {
        for (;;) {
          const n = next++
          const id = await post(proxy, `r-${n}`, ["spillway", "economy", "spillway/flagship"][n % 3]!, n % 2 === 0)
          if (id === "") return
          complete.push(id)
          if (complete.length === 300) proxy.process.kill("SIGKILL")
        }
      }
      yield* Effect.promise(() => Promise.all(Array.from({ length: 16 }, client)))
      assert.strictEqual(yield* Effect.promise(() => proxy.exited), "SIGKILL")
      const logged = new Map(readRecords(proxy.logs).map((record) => [record.request_id, record]))
      assert.isAtLeast(complete.length, 300)
      assert.deepStrictEqual(complete.filter((id) => logged.get(id)?.result !== "complete"), [])
    }))

  it.live("drains on SIGTERM and exits with 0", () =>
    Effect.gen(function*() {
      const asked = Promise.withResolvers<void>()
      const finish = Promise.withResolvers<void>()
      const upstream = yield* scriptedUpstream(async (_, response) => {
        asked.resolve()
        await finish.promise
        answerJson(response, completion("economy", "late"))
      })
      const proxy = yield* childProxy(upstream.url)
      const reply = post(proxy, "late", "economy", false)
      yield* Effect.promise(() => asked.promise)
      proxy.process.kill("SIGTERM")
      finish.resolve()
      assert.strictEqual(yield* Effect.promise(() => reply), "late")
      assert.strictEqual(yield* Effect.promise(() => proxy.exited), 0)
      assert.deepStrictEqual(fs.readdirSync(proxy.logs).map((file) => file.endsWith(".closed.ndjson")), [true])
    }))
})
