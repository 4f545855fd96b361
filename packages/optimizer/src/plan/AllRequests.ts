import type { BadInput, Failure } from "@spillway/domain"
import { requestChars, requestView } from "@spillway/policy"
import { outcomeKey, Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import type { RequestFacts } from "./MissingAtRandom.ts"

/** Every selected request, with or without outcomes, and what it has of some tiers. Columns by tier, then request. */
export interface AllRequests {
  readonly requestIds: ReadonlyArray<string>
  readonly taskNames: ReadonlyArray<string>
  readonly facts: RequestFacts
  readonly tiers: ReadonlyArray<string>
  /** 1 where the tier has a grade. */
  readonly graded: ReadonlyArray<Uint8Array>
  /** 1 where the tier has neither an answer nor a grade. */
  readonly missing: ReadonlyArray<Uint8Array>
  /** 1 where the tier was asked and failed. */
  readonly failed: ReadonlyArray<Uint8Array>
  /** Mean recorded USD of one call by tier; NaN where none is known. */
  readonly meanUsd: ReadonlyArray<number>
}

/** Reads them from the store. */
export const allRequests = Effect.fnUntraced(function*(
  where: string | undefined,
  tiers: ReadonlyArray<string>
): Effect.fn.Return<AllRequests, BadInput | Failure, Store> {
  const store = yield* Store
  const matrix = yield* store.matrix({ where, tiers })
  const answered = yield* store.answered(tiers)
  const failures = new Set(
    (yield* store.query("SELECT request_id, tier FROM outcomes WHERE error IS NOT NULL"))
      .map((row) => outcomeKey({ request_id: row["request_id"] as string, tier: row["tier"] as string }))
  )
  const { requestIds } = matrix
  const chars = new Float64Array(requestIds.length)
  let at = 0
  yield* Stream.runForEach(store.requests({ where }), (chunk) =>
    Effect.sync(() => {
      for (const request of chunk) chars[at++] = requestChars(requestView(request))
    }))
  const graded = matrix.quality.map((column) => Uint8Array.from(column, (quality) => Number.isNaN(quality) ? 0 : 1))
  const flags = (of: (key: string, k: number, row: number) => boolean) =>
    tiers.map((tier, k) =>
      Uint8Array.from(requestIds, (request_id, row) => of(outcomeKey({ request_id, tier }), k, row) ? 1 : 0)
    )
  return {
    requestIds,
    taskNames: matrix.tasks,
    facts: { task: matrix.task, ts: matrix.ts, chars },
    tiers,
    graded,
    missing: flags((key, k, row) => graded[k]![row] === 0 && !answered.has(key)),
    failed: flags((key) => failures.has(key)),
    meanUsd: matrix.costUsd.map((column) => {
      const known = column.filter((usd) => !Number.isNaN(usd))
      return known.reduce((sum, usd) => sum + usd, 0) / known.length
    })
  }
})

/** Number of requests graded on all of some tiers, given by index. */
export const countComplete = ({ graded, requestIds }: AllRequests, tiers: ReadonlyArray<number>): number =>
  requestIds.reduce((count, _, row) => count + (tiers.every((k) => graded[k]![row] === 1) ? 1 : 0), 0)
