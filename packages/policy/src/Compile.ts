import type { Acceptor, Calibrator, OperatingPoint, RoutingTable, Stage } from "@spillway/domain"
import { chooseShare } from "./Mix.ts"
import { type AcceptorOf, type AcceptScore, compilePlan, entryTier } from "./Plan.ts"
import type { PlanChoice, PlanShare, Policy } from "./Policy.ts"
import { compilePredictor } from "./Predictor.ts"
import { demand, demandDistinct, refuse, tierIndex } from "./Refuse.ts"
import type { RequestView } from "./RequestView.ts"
import { compileAcceptor } from "./scorers/Acceptor.ts"
import { makeTaskTree, type TaskTree } from "./Segments.ts"
import { startSession } from "./Session.ts"

const demandMonotone = (calibrator: Calibrator, field: string) => {
  switch (calibrator.kind) {
    case "platt":
      return demand(calibrator.a >= 0, `${field}.a`, "negative, so the calibrator falls")
    case "beta":
      demand(calibrator.a >= 0, `${field}.a`, "negative, so the calibrator falls")
      return demand(calibrator.b >= 0, `${field}.b`, "negative, so the calibrator falls")
    case "isotonic": {
      const { x, y } = calibrator
      demand(x.length > 0, `${field}.x`, "no knots")
      demand(y.length === x.length, `${field}.y`, `${y.length} values for ${x.length} knots`)
      for (let i = 1; i < x.length; i++) {
        demand(x[i]! >= x[i - 1]!, `${field}.x[${i}]`, "knots do not ascend")
        demand(y[i]! >= y[i - 1]!, `${field}.y[${i}]`, "values do not ascend")
      }
    }
  }
}

const compileAcceptors = (acceptors: ReadonlyArray<Acceptor>, tiers: ReadonlyArray<string>): AcceptorOf => {
  const key = (tier: string, score: Stage["score"], after: string | undefined) =>
    `${score} of ${tier}${after === undefined ? "" : ` after ${after}`}`
  demandDistinct(acceptors.map(({ after, score, tier }) => key(tier, score, after)), (i) => `acceptors[${i}]`)
  const compiled = new Map<string, AcceptScore>()
  for (const [i, acceptor] of acceptors.entries()) {
    const field = `acceptors[${i}]`
    tierIndex(tiers, acceptor.tier, `${field}.tier`)
    if (acceptor.after !== undefined) tierIndex(tiers, acceptor.after, `${field}.after`)
    for (const [j, { scale }] of acceptor.inputs.entries()) {
      demand(scale > 0, `${field}.inputs[${j}].scale`, "not positive")
    }
    demandMonotone(acceptor.calibrator, `${field}.calibrator`)
    compiled.set(key(acceptor.tier, acceptor.score, acceptor.after), compileAcceptor(acceptor, tiers, field))
  }
  return (tier, score, after) => compiled.get(key(tier, score, after))
}

interface CompiledPoint {
  readonly plans: ReadonlyArray<PlanShare>
  /** Plans of tasks that have their own, each alone in a list. */
  readonly segments: TaskTree<ReadonlyArray<PlanShare>>
}

/** Shares are written in decimal: their sum may miss 1 by rounding. */
const SHARE_TOLERANCE = 1e-9

const compilePoint = (
  point: OperatingPoint,
  tiers: ReadonlyArray<string>,
  acceptorOf: AcceptorOf,
  field: string
): CompiledPoint => {
  let total = 0
  const plans = point.plans.map(({ plan, share }, i) => {
    demand(share >= 0, `${field}.plans[${i}].share`, "negative", "Use a share from 0 to 1")
    total += share
    return { share, plan: compilePlan(plan, tiers, acceptorOf, `${field}.plans[${i}].plan`) }
  })
  demand(Math.abs(total - 1) <= SHARE_TOLERANCE, `${field}.plans`, `shares add up to ${total}`, "Make them add up to 1")
  const segments = Object.entries(point.segments).map(([task, plan]) => {
    const path = `${field}.segments[${JSON.stringify(task)}]`
    demand(task !== "", path, "a plan for the root", "Put it into `plans`")
    return [task, [{ share: 1, plan: compilePlan(plan, tiers, acceptorOf, path), segment: task }]] as const
  })
  return { plans, segments: makeTaskTree(segments) }
}

/** The plan of the task, else all plans of the point. */
const plansFor = (point: CompiledPoint, task: string): ReadonlyArray<PlanShare> =>
  point.segments.find(task) ?? point.plans

/** The plan whose share of [0, 1) holds the request's hash. */
const choosePlan = (plans: ReadonlyArray<PlanShare>, name: string, requestId: string): PlanChoice => {
  const chosen = plans.length === 1 ? plans[0]! : plans[chooseShare(plans, requestId, name)]!
  return { plan: chosen.plan, propensity: chosen.share }
}

/**
 * Compiles a routing table to the policy that the optimizer evaluates and the proxy serves.
 *
 * Throws `BadInput` with the path of the field that is wrong: nothing about a table is left to fail at a request.
 */
export const compile = (table: RoutingTable): Policy => {
  const tiers = table.tiers.map(({ name }) => name)
  demandDistinct(tiers, (i) => `tiers[${i}].name`)
  const predictor = compilePredictor(table)
  const acceptor = compileAcceptors(table.acceptors, tiers)
  const names = table.points.map(({ name }) => name)
  demandDistinct(names, (i) => `points[${i}].name`)
  const points = new Map(
    table.points.map((point, i) => [point.name, compilePoint(point, tiers, acceptor, `points[${i}]`)])
  )
  const pointNames = `Use one of: ${names.join(", ")}`
  demand(points.has(table.default_point), "default_point", `unknown point "${table.default_point}"`, pointNames)

  const { assign } = predictor
  /** Plans of a request that has been assigned. */
  const plans = (view: RequestView, name: string) =>
    plansFor(points.get(name) ?? refuse("point", `unknown point "${name}"`, pointNames), view.task)
  const choose = (view: RequestView, name: string) => choosePlan(plans(view, name), name, view.request_id)
  const predict: Policy["predict"] = (view) => {
    const quality = new Float64Array(tiers.length)
    const costUsd = new Float64Array(tiers.length)
    const { dense } = predictor.predictInto(view, quality, costUsd)
    return { quality, costUsd, dense: dense.slice() }
  }

  return {
    tiers,
    flagship: table.flagship,
    points: names,
    defaultPoint: table.default_point,
    predictor,
    acceptor,
    assign,
    plans: (view, name = table.default_point) => plans(assign(view), name),
    choose: (view, name = table.default_point) => choose(assign(view), name),
    predict,
    begin: (given, point = table.default_point) => {
      const view = assign(given)
      const { plan, propensity } = choose(view, point)
      let predicted: ReturnType<Policy["predict"]> | undefined
      const request = () => predicted ??= predict(view)
      const entry = plan.entry.length === 1 ? plan.entry[0]! : entryTier(plan, request().quality, request().costUsd)
      return startSession({ tiers, plan, point, task: view.task, propensity, request }, entry)
    }
  }
}
