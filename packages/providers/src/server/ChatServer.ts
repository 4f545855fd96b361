import { Failure } from "@spillway/domain"
import { type Context, Effect, type Scope } from "effect"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { errorBody } from "../openai/ErrorBody.ts"
import { askOf, type ChatAsk, header } from "./ChatAsk.ts"
import { type ChatReply, sendJson, writeReply } from "./ChatReply.ts"
import { type Fault, FAULT_HEADER, hits, parseFault } from "./Fault.ts"

/** What makes a chat server out of a source of answers. */
export interface ChatServerOptions {
  readonly models: ReadonlyArray<string>
  /** Loopback by default. */
  readonly host?: string | undefined
  /** 0, the default, takes a free one. */
  readonly port?: number | undefined
  /** Answer only requests that carry this key. */
  readonly apiKey?: string | undefined
  /** Factor on every latency; 0 answers at once. Default 1. */
  readonly latencyScale?: number | undefined
  /** The fault that hits a request whose client asked for none. */
  readonly fault?: ((ask: ChatAsk) => Fault | undefined) | undefined
  readonly reply: (ask: ChatAsk) => Effect.Effect<ChatReply>
}

/** A server that listens. */
export interface ChatServer {
  /** Up to and including the version, as `base_url` wants it: `http://127.0.0.1:8123/v1`. */
  readonly url: string
  readonly port: number
}

/** Largest request body in bytes. */
const BODY_LIMIT = 32 * 1024 * 1024

/**
 * Starts a real HTTP server that speaks OpenAI's chat completions (`POST /v1/chat/completions`, streaming and not) and
 * `GET /v1/models`, with faults on demand. It closes with its scope; a client that leaves stops its answer.
 */
export const serveChat = Effect.fn("serveChat")(function*(
  options: ChatServerOptions
): Effect.fn.Return<ChatServer, Failure, Scope.Scope> {
  const context = yield* Effect.context()
  const attempts = new Map<string, number>()
  const host = options.host ?? "127.0.0.1"
  const server = createServer((request, response) => serve(request, response, options, attempts, context))
  yield* Effect.acquireRelease(listen(server, host, options.port ?? 0), () => close(server))
  const { port } = server.address() as AddressInfo
  return { url: `http://${host.includes(":") ? `[${host}]` : host}:${port}/v1`, port }
})

const listen = (server: Server, host: string, port: number): Effect.Effect<void, Failure> =>
  Effect.callback((resume) => {
    server.once("error", (cause) =>
      resume(Effect.fail(
        new Failure({
          doing: `listening on ${host}:${port}`,
          problem: cause.message,
          mend: "Choose another port, or 0 for a free one",
          cause
        })
      )))
    server.listen(port, host, () => resume(Effect.void))
  })

const close = (server: Server): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

const serve = (
  request: IncomingMessage,
  response: ServerResponse,
  options: ChatServerOptions,
  attempts: Map<string, number>,
  context: Context.Context<never>
): void => {
  const handled = Effect.gen(function*() {
    const key = options.apiKey
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
      return yield* refuse(response, 401, "Incorrect API key provided.", "invalid_api_key")
    }
    const path = request.url?.split("?", 1)[0]
    if (request.method === "GET" && path === "/v1/models") {
      return yield* sendJson(response, 200, modelList(options.models))
    }
    if (request.method !== "POST" || path !== "/v1/chat/completions") {
      return yield* refuse(response, 404, `No ${request.method} ${path} here`, "not_found")
    }
    const text = yield* readBody(request)
    if (text === undefined) return yield* refuse(response, 413, "The body is too large", "too_large")
    const ask = askOf(request, text, options.models, attempts)
    if (typeof ask === "string") return yield* refuse(response, 400, ask, null)
    if (!options.models.includes(ask.model)) {
      return yield* refuse(response, 404, `The model "${ask.model}" does not exist`, "model_not_found")
    }
    const fault = faultOf(request, ask, options)
    if (typeof fault === "string") return yield* refuse(response, 400, `${FAULT_HEADER}: ${fault}`, null)
    yield* writeReply(response, { ask, fault, scale: options.latencyScale ?? 1, reply: options.reply(ask) })
  })
  const fiber = Effect.runForkWith(context)(handled)
  response.once("close", () => fiber.interruptUnsafe())
}

const refuse = (response: ServerResponse, status: number, message: string, code: string | null) =>
  sendJson(response, status, errorBody(message, "invalid_request_error", code))

const modelList = (models: ReadonlyArray<string>) => ({
  object: "list",
  data: models.map((id) => ({ id, object: "model", created: 0, owned_by: "spillway" }))
})

/** The body's text; undefined where it is larger than the limit. */
const readBody = (request: IncomingMessage): Effect.Effect<string | undefined> =>
  Effect.callback((resume) => {
    const chunks: Array<Buffer> = []
    let length = 0
    request.on("data", (chunk: Buffer) => {
      length += chunk.length
      if (length <= BODY_LIMIT) chunks.push(chunk)
    })
    request.on("end", () => resume(Effect.succeed(length > BODY_LIMIT ? undefined : Buffer.concat(chunks).toString())))
  })

const faultOf = (request: IncomingMessage, ask: ChatAsk, options: ChatServerOptions): Fault | string | undefined => {
  const asked = header(request, FAULT_HEADER)
  const fault = asked === undefined ? options.fault?.(ask) : parseFault(asked)
  return fault === undefined || typeof fault === "string" || hits(fault, ask.attempt) ? fault : undefined
}
