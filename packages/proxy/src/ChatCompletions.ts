import { Effect } from "effect"
import { chatBodyOf, messagesOf, parseJsonBody } from "./ChatBody.ts"
import { readBody } from "./ClientBody.ts"
import { unauthorized } from "./ClientKeys.ts"
import type { Exchange } from "./Exchange.ts"
import { HttpError } from "./HttpError.ts"
import { targetOf } from "./ModelNames.ts"
import { servePassThrough } from "./PassThrough.ts"
import { breakStream, sendError } from "./Reply.ts"
import { serveRouted } from "./Routed.ts"

const DEFECT = new HttpError({
  status: 500,
  type: "server_error",
  code: "internal_error",
  problem: "The proxy failed on this request. Its log says why."
})

const serve = Effect.fnUntraced(function*(exchange: Exchange): Effect.fn.Return<void, HttpError> {
  const { context, request } = exchange
  if (!context.clientKeys(request.headers.authorization)) return yield* unauthorized
  const body = yield* parseJsonBody(yield* readBody(request, context.maxBodyBytes))
  exchange.body = body
  const chat = yield* chatBodyOf(body)
  const target = targetOf(context, chat.model)
  if (target instanceof HttpError) return yield* target
  if (target._tag === "Tier") return yield* servePassThrough(exchange, chat, target.upstream)
  const messages = yield* messagesOf(body.json)
  yield* serveRouted(exchange, chat, messages, target)
})

/** Answers one chat completion request. Never fails: what goes wrong is a reply, and is logged. */
export const chatCompletions = (exchange: Exchange): Effect.Effect<void> =>
  serve(exchange).pipe(
    Effect.catch((error) => {
      const result = error.status >= 500 ? "upstream_failed" : "rejected"
      return exchange.response.headersSent ? breakStream(exchange, result, error) : sendError(exchange, result, error)
    }),
    Effect.catchDefect((defect) =>
      Effect.andThen(
        Effect.logError(`request ${exchange.requestId} failed`, defect),
        exchange.response.headersSent
          ? breakStream(exchange, "internal_error", DEFECT)
          : sendError(exchange, "internal_error", DEFECT)
      )
    ),
    Effect.onInterrupt(() => exchange.settleInterrupted)
  )
