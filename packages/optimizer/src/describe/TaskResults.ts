import { makeTaskTree } from "@spillway/policy"
import type { MeasuredPoint } from "../CertifyPoints.ts"
import { type Dataset, taskOf } from "../data/Dataset.ts"
import type { TaskResult } from "../OptimizeReport.ts"
import { clusterBootstrap } from "../statistics/ClusterBootstrap.ts"
import { groupRows } from "../statistics/Groups.ts"
import { mean } from "../statistics/Moments.ts"

/** The served point beside the flagship on the measured rows of each task. */
export const taskResults = (
  data: Dataset,
  rows: Uint32Array,
  served: MeasuredPoint,
  flagship: MeasuredPoint,
  seed: number
): ReadonlyArray<TaskResult> => {
  const positions = new Map<string, Array<number>>()
  rows.forEach((row, i) => {
    const task = taskOf(data, row)
    const list = positions.get(task)
    if (list === undefined) positions.set(task, [i])
    else list.push(i)
  })
  const own = makeTaskTree(served.candidate.segments)
  return [...positions].toSorted(([a], [b]) => a < b ? -1 : 1).map(([task, at]) => {
    const pick = (column: ArrayLike<number>) => Float64Array.from(at, (i) => column[i]!)
    const quality = pick(served.outcomes.quality)
    const [interval] = clusterBootstrap({
      columns: [quality],
      groups: groupRows(at.length, at.map((i) => data.group[rows[i]!]!)),
      statistics: (means) => means,
      seed,
      resamples: 400,
      method: "percentile"
    })
    const cost = mean(pick(served.outcomes.costUsd)), dear = mean(pick(flagship.outcomes.costUsd))
    return {
      task,
      n: at.length,
      flagship_quality: mean(pick(flagship.outcomes.quality)),
      quality: interval!.estimate,
      quality_interval: [Math.max(0, interval!.low), Math.min(1, interval!.high)],
      cost_usd: cost,
      flagship_cost_usd: dear,
      saving: dear === 0 ? 0 : 1 - cost / dear,
      own_plan: own.find(task) !== undefined,
      tier_shares: Object.fromEntries(
        data.tiers.map((tier, k) => [tier, at.filter((i) => served.outcomes.accepted[i] === k).length / at.length])
      )
    }
  })
}
