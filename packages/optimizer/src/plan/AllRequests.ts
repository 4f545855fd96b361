import type { BadInput, Cluster, Failure } from "@spillway/domain"
import { compileClusters, requestChars, requestView } from "@spillway/policy"
import { outcomeKey, Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import { gradedByReference } from "./GradedByReference.ts"
import type { RequestFacts } from "./MissingAtRandom.ts"

/**
 * Every selected request that is graded or can be, with or without outcomes, and what it has of some tiers. Columns by
 * tier, then request.
 */
export interface AllRequests {
  readonly requestIds: ReadonlyArray<string>
  /** The task that the policy takes each for: its own, or its cluster's. */
  readonly policyTask: ReadonlyArray<string>
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
  /** Requests left out because they have no reference and their task is graded by one ({@link gradedByReference}). */
  readonly withoutReference: number
}

/**
 * Reads them from the store.
 *
 * @param clusters those of the table, where there is one
 */
export const allRequests = Effect.fnUntraced(function*(
  where: string | undefined,
  tiers: ReadonlyArray<string>,
  clusters: ReadonlyArray<Cluster> = []
): Effect.fn.Return<AllRequests, BadInput | Failure, Store> {
  const store = yield* Store
  const matrix = yield* store.matrix({ where, tiers })
  const answered = yield* store.answered(tiers)
  const failures = new Set(
    (yield* store.query("SELECT request_id, tier FROM outcomes WHERE error IS NOT NULL"))
      .map((row) => outcomeKey({ request_id: row["request_id"] as string, tier: row["tier"] as string }))
  )
  const byReference = yield* gradedByReference()
  const { assign } = compileClusters(clusters)
  const kept: Array<number> = [], chars: Array<number> = [], policyTask: Array<string> = []
  let row = 0
  yield* Stream.runForEach(store.requests({ where }), (chunk) =>
    Effect.sync(() => {
      for (const request of chunk) {
        const complete = matrix.quality.every((column) => !Number.isNaN(column[row]!))
        if (complete || request.reference !== undefined || !byReference.has(request.task)) {
          const view = requestView(request)
          kept.push(row)
          chars.push(requestChars(view))
          policyTask.push(assign(view).task)
        }
        row += 1
      }
    }))
  const requestIds = kept.map((row) => matrix.requestIds[row]!)
  const graded = matrix.quality.map((column) => Uint8Array.from(kept, (row) => Number.isNaN(column[row]!) ? 0 : 1))
  const flags = (of: (key: string, k: number, row: number) => boolean) =>
    tiers.map((tier, k) =>
      Uint8Array.from(requestIds, (request_id, row) => of(outcomeKey({ request_id, tier }), k, row) ? 1 : 0)
    )
  return {
    requestIds,
    policyTask,
    facts: {
      task: Uint32Array.from(kept, (row) => matrix.task[row]!),
      ts: Float64Array.from(kept, (row) => matrix.ts[row]!),
      chars: Float64Array.from(chars)
    },
    tiers,
    graded,
    missing: flags((key, k, row) => graded[k]![row] === 0 && !answered.has(key)),
    failed: flags((key) => failures.has(key)),
    meanUsd: matrix.costUsd.map((column) => {
      const known = column.filter((usd) => !Number.isNaN(usd))
      return known.reduce((sum, usd) => sum + usd, 0) / known.length
    }),
    withoutReference: matrix.requestIds.length - kept.length
  }
})

/** Number of requests graded on all of some tiers, given by index. */
export const countComplete = ({ graded, requestIds }: AllRequests, tiers: ReadonlyArray<number>): number =>
  requestIds.reduce((count, _, row) => count + (tiers.every((k) => graded[k]![row] === 1) ? 1 : 0), 0)
