import type { ChatBody } from "./ChatBody.ts"
import { withFields } from "./JsonFields.ts"
import type { Upstream } from "./Upstream.ts"

/** How the proxy wants a tier's answer. */
export type Wanted =
  /** As the client asked: for a tier called by its own name. */
  | "as-asked"
  /** To be relayed as it comes. */
  | "final"
  /** Whole, to be tested. */
  | "tested"
  /** Whole, to be tested by its log-probabilities among others. */
  | "tested-by-logprobs"

/**
 * The bytes that ask a tier: the client's own, but for the fields that must differ. A tier's settings lie over the
 * client's fields, and log-probabilities are asked for, as in a replay (`requestBody` of the providers): the answer
 * must come about as it did when the table was calibrated.
 */
export const upstreamBody = (chat: ChatBody, upstream: Upstream, wanted: Wanted): Buffer => {
  const { settings, tier } = upstream
  const fields: Record<string, unknown> = { ...settings }
  if (chat.model !== tier.model) fields["model"] = tier.model
  if (wanted === "final" && chat.stream && !chat.includeUsage) {
    fields["stream_options"] = { ...chat.json["stream_options"] as object | undefined, include_usage: true }
  }
  if (wanted === "tested" || wanted === "tested-by-logprobs") {
    fields["stream"] = undefined
    fields["stream_options"] = undefined
  }
  if (wanted === "tested-by-logprobs" && asksNoLogprobs(chat, upstream)) {
    fields["logprobs"] = true
    fields["top_logprobs"] ??= chat.json["top_logprobs"] ?? 2
  }
  return Object.keys(fields).length === 0 ? chat.bytes : withFields(chat.bytes, fields)
}

/** True where neither the client nor the tier's settings say whether log-probabilities are wanted. */
export const asksNoLogprobs = (chat: ChatBody, { settings }: Upstream): boolean =>
  !Object.hasOwn(chat.json, "logprobs") && (settings === undefined || !Object.hasOwn(settings, "logprobs"))
