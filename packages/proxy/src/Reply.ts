import { Effect } from "effect"
import type { OutgoingHttpHeaders, ServerResponse } from "node:http"
import type { Exchange, Result } from "./Exchange.ts"
import type { HttpError } from "./HttpError.ts"
import type { StreamRelay } from "./StreamRelay.ts"

/** Headers of an upstream that speak of its connection or its clients, not of its answer. */
const NOT_FORWARDED = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
  "date"
])

/** Names of tiers and points may hold any character; headers may not. */
const headerValue = (text: string): string => /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text)

/** The `x-spillway-*` headers: what is known of the exchange at this time. */
const spillwayHeaders = (exchange: Exchange): OutgoingHttpHeaders => {
  const { attempts, requestId, session, table } = exchange
  const headers: OutgoingHttpHeaders = { "x-spillway-request-id": headerValue(requestId) }
  const answering = attempts.findLast(({ accepted }) => accepted) ?? attempts.at(-1)
  if (answering !== undefined) {
    headers["x-spillway-tier"] = headerValue(answering.upstream.tier.name)
    headers["x-spillway-path"] = headerValue(attempts.map(({ upstream }) => upstream.tier.name).join(">"))
  }
  if (session !== undefined) headers["x-spillway-point"] = headerValue(session.point)
  if (table !== undefined) headers["x-spillway-table"] = table.sha256
  if (answering?.test !== undefined) headers["x-spillway-confidence"] = String(Number(answering.test.value.toFixed(6)))
  const cost = answering?.accepted === true ? exchange.costUsd : undefined
  if (cost !== undefined) headers["x-spillway-cost-usd"] = String(Number(cost.toPrecision(12)))
  if (exchange.context.draining()) headers["connection"] = "close"
  return headers
}

/** An upstream's headers that go to the client. */
const forwardedHeaders = (headers: OutgoingHttpHeaders): OutgoingHttpHeaders => {
  const kept: OutgoingHttpHeaders = {}
  for (const name in headers) if (!NOT_FORWARDED.has(name)) kept[name] = headers[name]
  return kept
}

/** Sends a JSON reply at once. */
export const sendJson = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {}
) => {
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(status, { ...headers, "content-type": "application/json", "content-length": bytes.length })
  response.end(bytes)
}

/** Settles the exchange, then sends a whole reply. */
export const sendWhole = (
  exchange: Exchange,
  result: Result,
  status: number,
  headers: OutgoingHttpHeaders,
  body: Buffer
): Effect.Effect<void> =>
  Effect.suspend(() => {
    exchange.markFirstByte()
    const head = { ...forwardedHeaders(headers), ...spillwayHeaders(exchange), "content-length": body.length }
    return Effect.map(exchange.settle(result, status), () => {
      exchange.response.writeHead(status, head)
      exchange.response.end(body)
    })
  })

/** Sends an error in OpenAI's shape at once. */
export const sendHttpError = (response: ServerResponse, error: HttpError, headers: OutgoingHttpHeaders = {}): void => {
  // The rest of an upload that is not read would be taken for the next request.
  const close = response.req.complete ? {} : { connection: "close" }
  sendJson(response, error.status, error.body, { ...headers, ...error.replyHeaders, ...close })
}

/** Settles the exchange, then sends an error. */
export const sendError = (exchange: Exchange, result: Result, error: HttpError): Effect.Effect<void> =>
  Effect.map(exchange.settle(result, error.status), () => {
    sendHttpError(exchange.response, error, spillwayHeaders(exchange))
  })

/** Sends the head of a stream that is relayed as it comes. */
export const openStream = (exchange: Exchange, headers: OutgoingHttpHeaders): void => {
  exchange.markFirstByte()
  exchange.response.writeHead(200, { ...forwardedHeaders(headers), ...spillwayHeaders(exchange) })
}

/** Settles the exchange, then sends the end of a stream that came through whole. */
export const endStream = (exchange: Exchange, relay: StreamRelay): Effect.Effect<void> =>
  Effect.suspend(() => {
    const rest = relay.rest()
    return Effect.map(exchange.settle("complete", 200), () => {
      exchange.response.end(rest)
    })
  })

/**
 * Settles the exchange, then tells the client inside the stream that it broke off. The connection ends without the
 * chunk that would make it a whole HTTP message, so that a client that knows nothing of the event notices too.
 */
export const breakStream = (exchange: Exchange, result: Result, error: HttpError): Effect.Effect<void> =>
  Effect.map(exchange.settle(result, 200), () => {
    const { response } = exchange
    response.write(`event: error\ndata: ${JSON.stringify(error.body)}\n\n`, () => response.destroy())
  })
