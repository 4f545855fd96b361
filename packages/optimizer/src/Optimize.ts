import { BadInput, type Failure, type Objective, RoutingTable } from "@spillway/domain"
import { compile } from "@spillway/policy"
import { Store } from "@spillway/store"
import { Clock, Effect, Schema } from "effect"
import type { Dataset } from "./data/Dataset.ts"
import { loadDataset, type LoadOptions, SAMPLE_REQUESTS } from "./data/LoadDataset.ts"
import { gradeSources } from "./labels/GradeSources.ts"
import { type Optimized, optimizeDataset, type OptimizeOptions } from "./OptimizeDataset.ts"

/** {@link OptimizeOptions} without what the store and the clock provide. */
export type OptimizeRequest = LoadOptions & Omit<OptimizeOptions, "dataSha256" | "now" | "grades">

/** An optimized table with what was set aside while loading. */
export interface OptimizeResult extends Optimized {
  readonly warnings: ReadonlyArray<string>
}

/**
 * Loads what the store holds, optimizes it and checks the table as the proxy will: against its schema and by compiling
 * it. Of more requests than {@link SAMPLE_REQUESTS} (or than `labels`, where that is more) a sample is read, and the
 * digest is that of the sample. Seconds of loading are in `report.timing.load`.
 */
export const optimize = Effect.fnUntraced(function*(
  request: OptimizeRequest
): Effect.fn.Return<OptimizeResult, BadInput | Failure, Store> {
  const store = yield* Store
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  const start = now()
  const size = Math.max(SAMPLE_REQUESTS, request.labels ?? 0)
  const selection = { ...request, sample: request.sample ?? { size, seed: request.seed } }
  const prices = new Map(Array.from(request.tierDetails ?? [], ([tier, { price }]) => [tier, price]))
  const { data, dataSha256, warnings } = yield* Effect.scoped(Effect.gen(function*() {
    yield* store.hold(selection)
    return { dataSha256: yield* store.digest(selection), ...yield* loadDataset({ ...selection, prices }) }
  }))
  const grades = yield* gradeSources(data)
  const load = (now() - start) / 1_000
  const optimized = yield* Effect.try({
    try: () => optimizeDataset(data, { ...request, grades, dataSha256, now }),
    catch: (error) => error
  }).pipe(Effect.catch((error) => error instanceof BadInput ? Effect.fail(error) : Effect.die(error)))
  compile(Schema.decodeUnknownSync(RoutingTable)(optimized.table))
  const { report } = optimized
  return {
    ...optimized,
    report: { ...report, timing: { load, ...report.timing } },
    warnings: [...warnings, ...missingCosts(data), ...missingLatencies(data, request.objective)]
  }
})

const missingCosts = (data: Dataset): ReadonlyArray<string> => {
  const missing = data.costUsd.reduce((sum, column) => sum + column.filter(Number.isNaN).length, 0)
  return missing === 0
    ? []
    : [`${missing} outcomes have no cost; what others of their tier cost, by task and length, stands in`]
}

const missingLatencies = (data: Dataset, { p95_ms }: Objective): ReadonlyArray<string> => {
  if (p95_ms === undefined) return []
  const missing = data.latencyMs.map((column) => column.filter(Number.isNaN).length)
  const never = data.tiers.filter((_, k) => missing[k] === data.n)
  const total = missing.reduce((sum, count) => sum + count, 0)
  return total === 0 ? [] : [
    `${total} outcomes have no latency${
      never.length === 0 ? "" : `, among them all of ${never.join(", ")}`
    }; each counts as later than ${p95_ms} ms`
  ]
}
