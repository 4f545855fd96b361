import { BadInput, type Failure } from "@spillway/domain"
import { Store } from "@spillway/store"
import { Clock, Effect } from "effect"
import { certifyShare } from "../certify/CertifyShare.ts"
import { orderedRows } from "../data/RowOrder.ts"
import { splitByGroupAndTime } from "../data/Split.ts"
import { gradeSources } from "../labels/GradeSources.ts"
import { optimize, type OptimizeRequest, type OptimizeResult } from "../Optimize.ts"
import { type LabelBudget, labelCurve } from "./LabelCurve.ts"
import { PILOT, planPilot, planReplay } from "./PlanReplay.ts"
import type { ReplayPlan } from "./ReplayPlan.ts"

/** An optimization with what to replay next. */
export interface Planned {
  /** Undefined where too little is graded to optimize. */
  readonly result: OptimizeResult | undefined
  readonly plan: ReplayPlan
  /** What fewer graded requests would have reached; empty before the pilot is complete. */
  readonly labelBudgets: ReadonlyArray<LabelBudget>
}

/**
 * Optimizes, plans the next replay and measures the label-budget curve. Where too little is graded to optimize, or to
 * take in a tier that is asked for, the plan is that of a pilot; where even that is not the reason, optimizing fails as it would alone.
 */
export const optimizeAndPlan = Effect.fnUntraced(function*(
  request: OptimizeRequest
): Effect.fn.Return<Planned, BadInput | Failure, Store> {
  const optimized = yield* Effect.catchTag(
    optimize(request),
    "BadInput",
    (error) =>
      Effect.map(pilotInstead(request, error), (plan): Planned => ({ result: undefined, plan, labelBudgets: [] }))
  )
  if ("plan" in optimized) return optimized
  const result = optimized
  const named = request.tiers ?? result.data.tiers
  if (result.data.n < PILOT || named.some((tier) => !result.data.tiers.includes(tier))) {
    const pilot = yield* planPilot({ ...request, tiers: named })
    if (pilot !== undefined) return { result, plan: pilot, labelBudgets: [] }
  }
  const plan = yield* planReplay(request, result)
  const grades = yield* gradeSources(result.data)
  const clock = yield* Clock.Clock
  const labelBudgets = yield* Effect.try({
    try: () =>
      labelCurve(result.data, heldOutOf(result, request), {
        ...request,
        grades,
        dataSha256: result.table.provenance.data_sha256,
        now: () => clock.currentTimeMillisUnsafe()
      }),
    catch: (error) => error
  }).pipe(Effect.catch((error) => error instanceof BadInput ? Effect.fail(error) : Effect.die(error)))
  return { result, plan, labelBudgets }
})

/** Rows to measure the curve on: those set apart, or, where all were learned from, those that would have been. */
const heldOutOf = ({ certify, data, report }: OptimizeResult, request: OptimizeRequest): Uint32Array => {
  if (report.held_out) return certify
  const rows = orderedRows(data, request)
  return splitByGroupAndTime(data.group, rows, certifyShare(rows.length)).certify
}

/** The plan of a pilot in place of an error that a pilot would mend; else the error. */
const pilotInstead = Effect.fnUntraced(function*(
  request: OptimizeRequest,
  error: BadInput
): Effect.fn.Return<ReplayPlan, BadInput | Failure, Store> {
  const store = yield* Store
  const tiers = request.tiers ??
    (yield* store.query("SELECT DISTINCT tier FROM outcomes ORDER BY tier")).map((row) => row["tier"] as string)
  if (tiers.length === 0) return yield* error
  const pilot = yield* planPilot({ ...request, tiers })
  return pilot === undefined || pilot.requests === 0 ? yield* error : pilot
})
