import type { JsonObject } from "@spillway/domain"
import { toStreamEvents } from "@spillway/providers"
import type { OutgoingHttpHeaders } from "node:http"
import type { ChatBody } from "./ChatBody.ts"
import type { WholeAnswer } from "./TierCall.ts"

/** A chat completion without log-probabilities, as it comes where they are not asked for. */
const withoutLogprobs = (json: JsonObject): JsonObject => ({
  ...json,
  choices: (json["choices"] as ReadonlyArray<object>).map((choice) => Object.assign({}, choice, { logprobs: null }))
})

/**
 * A whole answer as the client asked for it: the upstream's bytes where nothing must change, without log-probabilities
 * where only the proxy wanted them, as an event stream where the client streams.
 */
export const wholeReply = (
  chat: ChatBody,
  { addedLogprobs, json, reply }: WholeAnswer
): { readonly headers: OutgoingHttpHeaders; readonly body: Buffer } => {
  const shown = addedLogprobs ? withoutLogprobs(json) : json
  if (chat.stream) {
    const events = toStreamEvents(shown, { includeUsage: chat.includeUsage })
    const headers = {
      ...reply.headers,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache"
    }
    return { headers, body: Buffer.from(events.join("")) }
  }
  return { headers: reply.headers, body: addedLogprobs ? Buffer.from(JSON.stringify(shown)) : reply.body }
}
