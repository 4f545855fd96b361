import type { Outcome, Request } from "@spillway/domain"
import { answerKey } from "../server/AnswerKey.ts"

/** Recorded outcomes by what a live request can be recognized by. */
export interface RecordedAnswers {
  /** Tiers that have outcomes, by name. */
  readonly tiers: ReadonlyArray<string>
  /** By the request's identifier where it is given and known, else by its messages. */
  readonly find: (tier: string, requestId: string | undefined, key: string) => Outcome | undefined
}

/** Indexes recorded outcomes. Of requests with equal messages the first counts where no identifier is given. */
export const recordedAnswers = (requests: Iterable<Request>, outcomes: Iterable<Outcome>): RecordedAnswers => {
  const idOfKey = new Map<string, string>()
  const ids = new Set<string>()
  for (const { messages, request_id } of requests) {
    const key = answerKey(messages)
    if (!idOfKey.has(key)) idOfKey.set(key, request_id)
    ids.add(request_id)
  }
  const byTier = new Map<string, Map<string, Outcome>>()
  for (const outcome of outcomes) {
    const tier = byTier.get(outcome.tier)
    if (tier === undefined) byTier.set(outcome.tier, new Map([[outcome.request_id, outcome]]))
    else tier.set(outcome.request_id, outcome)
  }
  return {
    tiers: [...byTier.keys()].toSorted(),
    find: (tier, requestId, key) => {
      const id = requestId !== undefined && ids.has(requestId) ? requestId : idOfKey.get(key)
      return id === undefined ? undefined : byTier.get(tier)?.get(id)
    }
  }
}
