import type { IncomingMessage, ServerResponse } from "node:http"
import { unauthorized } from "./ClientKeys.ts"
import { HttpError } from "./HttpError.ts"
import { modelNames, unknownModel } from "./ModelNames.ts"
import type { ProxyContext } from "./ProxyContext.ts"
import { sendHttpError, sendJson } from "./Reply.ts"

const MODELS = "/v1/models"

const model = (id: string) => ({ id, object: "model", created: 0, owned_by: "spillway" })

const noSuchPath = (method: string, path: string): HttpError =>
  new HttpError({
    status: 404,
    type: "invalid_request_error",
    code: "unknown_url",
    problem: `There is no ${method} ${path.slice(0, 200)}. ` +
      "There are POST /v1/chat/completions, GET /v1/models, /healthz, /readyz and /metrics."
  })

const wrongMethod = (method: string, allow: string): HttpError =>
  new HttpError({
    status: 405,
    type: "invalid_request_error",
    code: "method_not_allowed",
    problem: `${method} is not allowed here. Use ${allow}.`,
    headers: { allow }
  })

/** Whether the proxy can do its work now, and why not. */
export const readiness = (context: ProxyContext) => {
  const { draining, log, tables } = context
  const refused = tables.refused()
  const writable = log.writable
  return {
    ready: writable && !draining(),
    draining: draining(),
    table: { sha256: tables.current().sha256, ...(refused === undefined ? {} : { refused }) },
    log: { writable, ...(log.problem === undefined ? {} : { problem: log.problem }) }
  }
}

const sendModel = (context: ProxyContext, response: ServerResponse, id: string): void => {
  if (modelNames(context).includes(id)) sendJson(response, 200, model(id))
  else sendHttpError(response, unknownModel(context, id))
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Answers everything but chat completions, at once. */
export const serveRoute = (context: ProxyContext, request: IncomingMessage, response: ServerResponse): void => {
  const method = request.method ?? "GET"
  const path = request.url?.split("?", 1)[0] ?? "/"
  const ofModels = path === MODELS || path.startsWith(`${MODELS}/`)
  const known = ofModels || path === "/healthz" || path === "/readyz" || path === "/metrics"
  if (path === "/v1/chat/completions") return sendHttpError(response, wrongMethod(method, "POST"))
  if (!known) return sendHttpError(response, noSuchPath(method, path))
  if (method !== "GET" && method !== "HEAD") return sendHttpError(response, wrongMethod(method, "GET, HEAD"))
  if (path === "/healthz") return sendJson(response, 200, { status: "ok" })
  if (path === "/readyz") {
    const state = readiness(context)
    return sendJson(response, state.ready ? 200 : 503, state)
  }
  if (path === "/metrics") {
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" })
    return void response.end(context.metrics.text())
  }
  if (!context.clientKeys(request.headers.authorization)) return sendHttpError(response, unauthorized)
  if (path !== MODELS) return sendModel(context, response, decoded(path.slice(MODELS.length + 1)))
  sendJson(response, 200, { object: "list", data: modelNames(context).map(model) })
}
