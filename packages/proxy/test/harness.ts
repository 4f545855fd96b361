import type { Config, LogRecord, RoutingTable } from "@spillway/domain"
import { Effect, type Scope } from "effect"
import * as fs from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { type Proxy, serve, type ServeOptions } from "../src/index.ts"
import { testTable } from "./tables.ts"

/** A proxy on a table of its own, and what it wrote. */
export interface TestProxy extends Proxy {
  readonly directory: string
  readonly tableFile: string
  /** Everything logged so far. */
  readonly records: () => ReadonlyArray<LogRecord>
  readonly chat: (body: unknown, init?: RequestInit) => Promise<Response>
  readonly get: (path: string) => Promise<Response>
}

/** A directory that goes with the scope. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "spillway-proxy-"))),
  (directory) => Effect.sync(() => fs.rmSync(directory, { recursive: true, force: true }))
)

/** All records in a log directory, in order of time. */
export const readRecords = (logs: string): ReadonlyArray<LogRecord> =>
  fs.readdirSync(logs).toSorted().flatMap((file) =>
    fs.readFileSync(path.join(logs, file), "utf8").split("\n").filter((line) => line !== "").map((line) =>
      JSON.parse(line)
    )
  )

/** Starts a proxy in front of a configuration. */
export const startProxy = Effect.fnUntraced(function*(
  config: Config,
  options: Partial<ServeOptions> & { readonly tableContent?: RoutingTable } = {}
): Effect.fn.Return<TestProxy, never, Scope.Scope> {
  const directory = yield* temporaryDirectory
  const tableFile = path.join(directory, "table.json")
  const logs = path.join(directory, "logs")
  fs.writeFileSync(tableFile, JSON.stringify(options.tableContent ?? testTable(config.tiers)))
  const proxy = yield* Effect.orDie(
    serve({ config, source: "spillway.yaml", table: tableFile, logs, port: 0, env: {}, ...options })
  )
  const origin = `http://127.0.0.1:${proxy.port}`
  return {
    ...proxy,
    directory,
    tableFile,
    records: () => readRecords(logs),
    chat: (body, init = {}) =>
      fetch(`${proxy.url}/chat/completions`, {
        method: "POST",
        ...init,
        headers: { "content-type": "application/json", ...init.headers },
        body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body)
      }),
    get: (path) => fetch(`${origin}${path}`)
  }
})

/** One request as an upstream got it. */
export interface SeenRequest {
  readonly headers: IncomingMessage["headers"]
  readonly body: Buffer
  readonly json: Record<string, unknown>
}

/** An upstream whose answers a test writes by hand. */
export interface ScriptedUpstream {
  readonly url: string
  readonly seen: ReadonlyArray<SeenRequest>
  /** Done when a client has broken off an answer. */
  readonly brokenOff: Promise<void>
}

/** Starts an upstream that answers with `handler`, over a real socket. */
export const scriptedUpstream = (
  handler: (request: SeenRequest, response: ServerResponse) => void
): Effect.Effect<ScriptedUpstream, never, Scope.Scope> =>
  Effect.gen(function*() {
    const seen: Array<SeenRequest> = []
    const sockets = new Set<Socket>()
    const broken = Promise.withResolvers<void>()
    const server = createServer((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const body = Buffer.concat(chunks)
        const one = { headers: request.headers, body, json: JSON.parse(body.toString()) }
        seen.push(one)
        handler(one, response)
      })
      response.on("close", () => {
        if (!response.writableFinished) broken.resolve()
      })
    })
    server.on("connection", (socket) => sockets.add(socket))
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.sync(() => {
          server.close()
          for (const socket of sockets) socket.destroy()
        })
    )
    const { port } = server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}/v1`, seen, brokenOff: broken.promise }
  })

/** A chat completion body whose tokens all have the log-probability `lp`. */
export const completion = (model: string, content: string, lp = -0.1): Record<string, unknown> => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model,
  choices: [{
    index: 0,
    message: { role: "assistant", content },
    logprobs: { content: [{ token: content, logprob: lp, bytes: null, top_logprobs: [] }], refusal: null },
    finish_reason: "stop"
  }],
  usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 }
})

/** Answers with JSON. */
export const answerJson = (
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {}
) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))

/** A short conversation. */
export const ask = (model: string, more: Record<string, unknown> = {}) => ({
  model,
  messages: [{ role: "user", content: "Is this about billing?" }],
  ...more
})

/** Writes pieces of a size, each when the one before has left. */
export const writePieces = (response: ServerResponse, bytes: Buffer, size: number): void => {
  if (bytes.length <= size) response.end(bytes)
  else {response.write(bytes.subarray(0, size), () =>
      setImmediate(() =>
        writePieces(response, bytes.subarray(size), size)
      ))}
}
