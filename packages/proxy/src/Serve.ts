import { type BadInput, type Config, Failure } from "@spillway/domain"
import { Clock, type Context, Duration, Effect, type Scope } from "effect"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { chatCompletions } from "./ChatCompletions.ts"
import { makeClientKeys } from "./ClientKeys.ts"
import { Exchange } from "./Exchange.ts"
import { InFlight } from "./InFlight.ts"
import { type ProxyContext, RequestIds } from "./ProxyContext.ts"
import { makeProxyMetrics } from "./ProxyMetrics.ts"
import { makeRequestEmbedder, type RequestEmbedder } from "./RequestEmbedder.ts"
import { serveRoute } from "./Routes.ts"
import { DEFAULT_SEGMENT_LIMITS, makeSegmentLog, type SegmentLimits } from "./SegmentLog.ts"
import { type ActiveTable, watchTable } from "./TableFile.ts"
import { makeUpstreams } from "./Upstream.ts"

/** What the proxy serves, and where. */
export interface ServeOptions {
  readonly config: Config
  /** The configuration file, for errors. */
  readonly source: string
  /** The routing table file. */
  readonly table: string
  /** Directory of the request log; made where it is missing. */
  readonly logs: string
  /** Host and port lie over those of `config.proxy`; 127.0.0.1 and 8787 where neither names them. Port 0 takes a free one. */
  readonly host?: string | undefined
  readonly port?: number | undefined
  /** Where keys are read from. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** How long requests may still take after the scope begins to close. Default 30 seconds. */
  readonly grace?: Duration.Input | undefined
  /** When a log segment is closed. */
  readonly segments?: SegmentLimits | undefined
  /** Milliseconds between looks at the table file, beside the file system's own events. */
  readonly tablePollMs?: number | undefined
}

/** A proxy that listens. */
export interface Proxy {
  /** Origin and version, as an OpenAI client's `baseURL` wants it: `http://127.0.0.1:8787/v1`. */
  readonly url: string
  readonly port: number
  /** The routing table in service now. */
  readonly table: () => ActiveTable
}

const DEFAULT_HOST = "127.0.0.1"
const DEFAULT_PORT = 8787
const DEFAULT_MAX_BODY_BYTES = 32 * 1024 * 1024
const DEFAULT_TASK_HEADER = "x-spillway-task"
const DEFAULT_TABLE_POLL_MS = 5_000
/** Longer than load balancers keep an idle connection, so that it is they who close it. */
const KEEP_ALIVE_MS = 65_000
const DEFAULT_GRACE = Duration.seconds(30)

const listen = (server: Server, host: string, port: number): Effect.Effect<AddressInfo, Failure> =>
  Effect.callback((resume) => {
    server.once("error", (cause) =>
      resume(Effect.fail(
        new Failure({
          doing: `listening on ${host}:${port}`,
          problem: cause.message,
          mend: "Choose another `proxy.host` or `proxy.port`, or 0 for a free port",
          cause
        })
      )))
    server.listen(port, host, () => resume(Effect.succeed(server.address() as AddressInfo)))
  })

/** Stops accepting, lets requests finish for a while, then ends them. */
const drain = (server: Server, inFlight: InFlight, grace: Duration.Input): Effect.Effect<void> =>
  Effect.sync(() => {
    server.close()
    server.closeIdleConnections()
  }).pipe(
    Effect.andThen(inFlight.empty),
    Effect.timeoutOrElse({ duration: grace, orElse: () => inFlight.interrupted }),
    // Also those that never sent a request, which would keep the process for a minute.
    Effect.andThen(Effect.sync(() => server.closeAllConnections()))
  )

/** Runs chat completions, a fiber each, and ends the fiber of a client that leaves. */
const runner = (context: ProxyContext, inFlight: InFlight, services: Context.Context<never>) => {
  const run = Effect.runForkWith(services)
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (request.method !== "POST" || request.url?.split("?", 1)[0] !== "/v1/chat/completions") {
      return serveRoute(context, request, response)
    }
    const exchange = new Exchange(context, request, response)
    const fiber = run(chatCompletions(exchange))
    inFlight.add(fiber)
    response.once("close", () => {
      inFlight.remove(fiber)
      if (response.writableFinished) return
      exchange.clientLeft = true
      fiber.interruptUnsafe()
    })
  }
}

/**
 * Serves a routing table over OpenAI's chat protocol until the scope closes.
 *
 * Closing the scope drains: nothing new is accepted, `/readyz` says so, requests under way get `grace` to finish.
 */
export const serve = Effect.fn("serve")(function*(
  options: ServeOptions
): Effect.fn.Return<Proxy, BadInput | Failure, Scope.Scope> {
  const { config, env, source } = options
  const clock = yield* Clock.Clock
  const metrics = makeProxyMetrics()
  const clientKeys = yield* makeClientKeys(config.proxy?.api_keys_env, env, source)
  const upstreams = yield* makeUpstreams(config, source, env)
  const pollMs = options.tablePollMs ?? DEFAULT_TABLE_POLL_MS
  let embedder: RequestEmbedder | undefined
  const tables = yield* watchTable(options.table, config, metrics, pollMs, () => embedder !== undefined)
  const { embeddings } = config
  if (embeddings !== undefined && tables.current().policy.predictor.embedding !== undefined) {
    embedder = yield* makeRequestEmbedder({ ...config, embeddings }, source, env, metrics)
  }
  const log = yield* makeSegmentLog(options.logs, options.segments ?? DEFAULT_SEGMENT_LIMITS, metrics)
  let draining = false
  const context: ProxyContext = {
    upstreams,
    tables,
    embedder,
    log,
    metrics,
    clientKeys,
    taskHeader: (config.proxy?.task_header ?? DEFAULT_TASK_HEADER).toLowerCase(),
    maxBodyBytes: config.proxy?.max_body_bytes ?? DEFAULT_MAX_BODY_BYTES,
    newRequestId: yield* RequestIds,
    wallMs: () => clock.currentTimeMillisUnsafe(),
    nowMs: () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6,
    draining: () => draining
  }
  const inFlight = new InFlight(metrics.inFlight)
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS },
    runner(context, inFlight, yield* Effect.context<never>())
  )
  const host = options.host ?? config.proxy?.host ?? DEFAULT_HOST
  const { port } = yield* Effect.acquireRelease(
    listen(server, host, options.port ?? config.proxy?.port ?? DEFAULT_PORT),
    () =>
      Effect.suspend(() => {
        draining = true
        return drain(server, inFlight, options.grace ?? DEFAULT_GRACE)
      })
  )
  return { url: `http://${host.includes(":") ? `[${host}]` : host}:${port}/v1`, port, table: tables.current }
})
