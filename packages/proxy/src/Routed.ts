import type { Message } from "@spillway/domain"
import { readsPredictions, type RequestSource, type RequestView, requestView, type Session } from "@spillway/policy"
import { Effect } from "effect"
import type { ChatBody } from "./ChatBody.ts"
import type { Exchange } from "./Exchange.ts"
import type { HttpError } from "./HttpError.ts"
import type { Target } from "./ModelNames.ts"
import { endStream, sendWhole } from "./Reply.ts"
import type { ActiveTable } from "./TableFile.ts"
import { callTier, type TierFailure, type WholeAnswer } from "./TierCall.ts"
import { tiersFailed } from "./TiersFailed.ts"
import type { Upstream } from "./Upstream.ts"
import type { Wanted } from "./UpstreamBody.ts"
import { wholeReply } from "./WholeReply.ts"

/** A wait this short is cheaper than another tier. */
const SHORT_WAIT_MS = 1_000

/** Asks a tier; where it asks for a short wait, waits and asks once more. */
const callPatiently = (exchange: Exchange, chat: ChatBody, upstream: Upstream, wanted: Wanted) =>
  Effect.catch(callTier(exchange, chat, upstream, wanted), (failure) => {
    const { retryAfterMs, retryable } = failure.error
    return failure.started || !retryable || retryAfterMs === undefined || retryAfterMs > SHORT_WAIT_MS
      ? Effect.fail(failure)
      : Effect.delay(callTier(exchange, chat, upstream, wanted), retryAfterMs)
  })

/** The request as the policy sees it, with its vector where the decision may read it. */
const viewOf = (exchange: Exchange, source: RequestSource, { policy }: ActiveTable, point: string) => {
  const view = requestView(source)
  const { embedder } = exchange.context
  const spec = policy.predictor.embedding?.spec
  if (embedder === undefined || spec === undefined || !readsPredictions(policy.choose(view, point).plan)) {
    return Effect.succeed(view)
  }
  return Effect.map(embedder.vectorOf(view, spec), ({ log, vector }): RequestView => {
    exchange.embedding = log
    return { ...view, vector }
  })
}

/**
 * Serves a request by the routing table: calls the tier that the policy names until it accepts an answer. An answer
 * that is accepted whatever it is streams as it comes; one that is tested is whole before the client sees any of it.
 */
export const serveRouted = Effect.fnUntraced(function*(
  exchange: Exchange,
  chat: ChatBody,
  messages: ReadonlyArray<Message>,
  { point, table }: Extract<Target, { _tag: "Point" }>
): Effect.fn.Return<void, HttpError> {
  exchange.table = table
  const { requestId: request_id, task } = exchange
  const answers = new Map<string, WholeAnswer>()
  const failures: Array<TierFailure> = []
  const view = yield* viewOf(exchange, { request_id, task, messages, parameters: chat.json }, table, point)
  let session = exchange.decide(() => table.policy.begin(view, point))
  while (session.decision._tag === "Call") {
    const { final, tier } = session.decision
    const wanted = final ? "final" : table.logprobTiers.has(tier) ? "tested-by-logprobs" : "tested"
    const called = yield* Effect.result(callPatiently(exchange, chat, exchange.context.upstreams.get(tier)!, wanted))
    if (called._tag === "Failure") failures.push(called.failure)
    else if (called.success._tag === "Streamed") return yield* endStream(exchange, called.success.relay)
    else if (called.success._tag === "Whole") {
      answers.set(tier, called.success)
      session = exchange.tested(called.success.attempt, session)
      continue
    } else if (answers.size === 0) {
      const { body, headers, status } = called.success.reply
      return yield* sendWhole(exchange, "rejected", status, headers, body)
    }
    // Also a tier that refuses what another has answered has only failed.
    const next: Session | undefined = failures.at(-1)?.started === true ? undefined : exchange.decide(session.failed)
    if (next === undefined) return yield* tiersFailed(failures)
    session = next
  }
  const answer = answers.get(session.decision.tier)!
  answer.attempt.accepted = true
  const { body, headers } = wholeReply(chat, answer)
  yield* sendWhole(exchange, "complete", 200, headers, body)
})
