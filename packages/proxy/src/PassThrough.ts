import { Effect } from "effect"
import type { ChatBody } from "./ChatBody.ts"
import type { Exchange } from "./Exchange.ts"
import type { HttpError } from "./HttpError.ts"
import { endStream, sendWhole } from "./Reply.ts"
import { callTier } from "./TierCall.ts"
import { tiersFailed } from "./TiersFailed.ts"
import type { Upstream } from "./Upstream.ts"

/**
 * Serves a request for a tier by its own name: bytes in, bytes out, whatever the upstream says. Only what it says of
 * the proxy's own key stays here.
 */
export const servePassThrough = Effect.fnUntraced(function*(
  exchange: Exchange,
  chat: ChatBody,
  upstream: Upstream
): Effect.fn.Return<void, HttpError> {
  const answer = yield* Effect.result(callTier(exchange, chat, upstream, "as-asked"))
  if (answer._tag === "Success") {
    const { attempt } = answer.success
    attempt.accepted = answer.success._tag !== "Refused"
    if (answer.success._tag === "Streamed") return yield* endStream(exchange, answer.success.relay)
    const { body, headers, status } = answer.success.reply
    return yield* sendWhole(exchange, attempt.accepted ? "complete" : "rejected", status, headers, body)
  }
  const { error, reply } = answer.failure
  // A 429 for an empty account is "unauthorized" too, and says nothing of the key.
  if (reply === undefined || error.reason === "unauthorized" && error.status !== 429) {
    return yield* tiersFailed([answer.failure])
  }
  yield* sendWhole(exchange, "upstream_failed", reply.status, reply.headers, reply.body)
})
