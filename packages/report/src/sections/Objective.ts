import type { Objective } from "@spillway/domain"
import type { OptimizeReport } from "@spillway/optimizer"
import { exactPercent, latency, usd } from "../Format.ts"

/** The quality that the objective asks for, on the scale of the measured grades. */
export const floorOf = (
  report: OptimizeReport
): { readonly quality: number; readonly share: number; readonly text: string } | undefined => {
  const { absolute_floor, floor } = report.objective
  if (absolute_floor !== undefined) {
    return { quality: absolute_floor, share: absolute_floor, text: `floor ${absolute_floor}` }
  }
  const flagship = report.frontier.at(-1)
  return floor === undefined || flagship === undefined
    ? undefined
    : { quality: floor * flagship.quality, share: floor, text: `floor ${exactPercent(floor)}` }
}

/** What was asked for, one clause each. */
export const objectiveClauses = (objective: Objective): ReadonlyArray<string> => [
  ...objective.floor === undefined
    ? []
    : [`mean quality of at least ${exactPercent(objective.floor)} of the flagship's`],
  ...objective.absolute_floor === undefined ? [] : [`mean quality of at least ${objective.absolute_floor}`],
  ...objective.task_floor === undefined
    ? []
    : [`for each task, at least ${exactPercent(objective.task_floor)} of the flagship's quality`],
  ...objective.budget_usd_per_request === undefined
    ? []
    : [`at most ${usd(objective.budget_usd_per_request)} per request on average`],
  ...objective.budget_usd_per_month === undefined
    ? []
    : [
      `at most ${usd(objective.budget_usd_per_month)} a month` +
      (objective.requests_per_month === undefined
        ? ""
        : ` at ${objective.requests_per_month.toLocaleString("en-US")} requests`)
    ],
  ...objective.p95_ms === undefined ? [] : [`95 % of requests within ${latency(objective.p95_ms)}`],
  `${exactPercent(objective.confidence)} confidence`
]
