import type { Answered, TierRun } from "./AnswerPair.ts"
import type { ReplayReport, TierReport } from "./ReplayReport.ts"

/** Counts what becomes of the calls; `totals` are the requests to answer by tier. */
export const makeTally = (tiers: ReadonlyArray<TierRun>, totals: ReadonlyMap<string, number>) => {
  const byTier = new Map(tiers.map(({ tier }) => [tier.name, { answered: 0, failed: 0, calls: 0, spent_usd: 0 }]))
  const reasons: Record<string, number> = {}
  let retries = 0
  let uncertain = 0

  const count = (tier: string, { calls, error, outcome, uncertainUsd }: Answered) => {
    const counts = byTier.get(tier)!
    counts.calls += calls
    retries += Math.max(0, calls - 1)
    uncertain += uncertainUsd
    counts.spent_usd += outcome?.cost_usd ?? 0
    if (error !== undefined) reasons[error.reason] = (reasons[error.reason] ?? 0) + 1
    if (outcome?.error !== undefined) counts.failed += 1
    else if (outcome !== undefined) counts.answered += 1
  }
  const report = () => {
    const reports = tiers.map(({ breaker, tier: { name } }): TierReport => {
      const counts = byTier.get(name)!
      const stopped = breaker.stopped()
      return {
        tier: name,
        ...counts,
        left: totals.get(name)! - counts.answered - counts.failed,
        ...(stopped === undefined ? {} : { stopped })
      }
    })
    const sum = (of: "answered" | "failed" | "left" | "calls" | "spent_usd") =>
      reports.reduce((total, tier) => total + tier[of], 0)
    return {
      calls: sum("calls"),
      retries,
      answered: sum("answered"),
      failed: sum("failed"),
      failed_by_reason: reasons,
      left: sum("left"),
      spent_usd: sum("spent_usd"),
      uncertain_usd: uncertain,
      tiers: reports
    } satisfies Partial<ReplayReport>
  }
  return { count, report }
}
