import { Effect } from "effect"
import * as fs from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { Pool } from "undici"
import { serve } from "../src/index.ts"
import { configFor } from "../test/tables.ts"
import { benchTable } from "./benchTable.ts"

// A server in a process of its own: node servers.ts upstream | bare <upstream> | spillway <upstream>.
// Says its port to its parent, then its CPU time in microseconds whenever it is asked.

const text = "The parcel left the warehouse on Tuesday and arrives within three working days. ".repeat(9)
const answer = Buffer.from(JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "economy",
  choices: [{
    index: 0,
    message: { role: "assistant", content: text, refusal: null },
    logprobs: null,
    finish_reason: "stop"
  }],
  usage: { prompt_tokens: 480, completion_tokens: 150, total_tokens: 630 },
  system_fingerprint: "fp"
}))

const event = (choices: ReadonlyArray<object>, more: object = {}) =>
  `data: ${
    JSON.stringify({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1,
      model: "economy",
      choices,
      ...more
    })
  }\n\n`

/** Fifty events in one burst. */
const stream = Buffer.from([
  ...Array.from(
    { length: 48 },
    (_, i) => event([{ index: 0, delta: { content: ` word${i}` }, logprobs: null, finish_reason: null }])
  ),
  event([{ index: 0, delta: {}, logprobs: null, finish_reason: "stop" }]),
  event([], { usage: { prompt_tokens: 480, completion_tokens: 150, total_tokens: 630 } }),
  "data: [DONE]\n\n"
].join(""))

const upstream = () =>
  createServer((request, response) => {
    let streams = false
    request.on("data", (chunk: Buffer) => {
      streams ||= chunk.includes("\"stream\":true")
    })
    request.on("end", () => {
      const body = streams ? stream : answer
      const type = streams ? "text/event-stream" : "application/json"
      response.writeHead(200, { "content-type": type, "content-length": body.length }).end(body)
    })
  })

/** The baseline: bytes in, bytes out. */
const bare = (origin: string) => {
  const pool = new Pool(origin)
  return createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const body = Buffer.concat(chunks)
      pool.dispatch({ method: "POST", path: request.url!, headers: ["content-type", "application/json"], body }, {
        onRequestStart: () => {},
        onResponseStart: (_, status, headers) => {
          response.writeHead(status, { "content-type": String(headers["content-type"]) })
        },
        onResponseData: (_, chunk) => {
          response.write(chunk)
        },
        onResponseEnd: () => {
          response.end()
        },
        onResponseError: () => {
          response.destroy()
        }
      })
    })
  })
}

const spillway = (origin: string): Promise<number> => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "spillway-bench-"))
  process.on("exit", () => fs.rmSync(directory, { recursive: true, force: true }))
  const config = configFor(`${origin}/v1`)
  const table = path.join(directory, "table.json")
  fs.writeFileSync(table, JSON.stringify(benchTable(config.tiers)))
  return Effect.runPromise(Effect.gen(function*() {
    const listening = Promise.withResolvers<number>()
    const run = Effect.gen(function*() {
      const { port } = yield* serve({
        config,
        source: "bench",
        table,
        logs: path.join(directory, "logs"),
        port: 0,
        env: {}
      })
      listening.resolve(port)
      yield* Effect.never
    })
    yield* Effect.forkDetach(Effect.scoped(run))
    return yield* Effect.promise(() => listening.promise)
  }))
}

const [kind, origin = ""] = process.argv.slice(2)
const port = kind === "spillway" ? await spillway(origin) : await new Promise<number>((resolve) => {
  const server = kind === "bare" ? bare(origin) : upstream()
  server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port))
})

process.on("message", () => {
  const { system, user } = process.cpuUsage()
  process.send!(user + system)
})
process.on("disconnect", () => process.exit(0))
process.send!(port)
