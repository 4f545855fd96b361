import type { ReplayReport } from "@spillway/replay"
import { counted, table, usd } from "./Output.ts"

/** What a replay did within its budget, if it had one, for people. */
export const replayText = (report: ReplayReport, budgetUsd: number | undefined): string => {
  const failures = Object.entries(report.failed_by_reason).map(([reason, n]) => `${n} ${reason}`).join(", ")
  const anyStopped = report.tiers.some(({ stopped }) => stopped !== undefined)
  return [
    table(
      ["tier", "answered", "failed", "left", "calls", "spent", ...(anyStopped ? ["stopped"] : [])],
      report.tiers.map((t) => [
        t.tier,
        String(t.answered),
        String(t.failed),
        String(t.left),
        String(t.calls),
        usd(t.spent_usd),
        ...(anyStopped ? [t.stopped ?? "-"] : [])
      ])
    ),
    "",
    `${counted(report.answered, "answer")} in ${counted(report.calls, "call")} (${
      counted(report.retries, "retry", "retries")
    }) for ${usd(report.spent_usd)} in ${report.seconds.toFixed(1)} s${
      failures === "" ? "" : `; failed: ${failures}`
    }. ${endedText(report, budgetUsd)}`
  ].join("\n")
}

const endedText = (report: ReplayReport, budgetUsd: number | undefined): string => {
  switch (report.ended) {
    case "complete":
      if (report.calls === 0) return "Everything was answered already."
      return report.failed === 0 ? "Everything is answered." : "What failed is tried again by the next replay."
    case "budget":
      return budgetText(report, budgetUsd!)
    case "stopped":
      return stoppedText(report)
  }
}

/** A row is reserved at the most it may cost, so a budget can end a replay with most of it unspent. */
const budgetText = ({ calls, recovered, spent_usd, uncertain_usd }: ReplayReport, budgetUsd: number): string => {
  const unspent = Math.max(0, budgetUsd - recovered.spent_usd - spent_usd - uncertain_usd)
  const why = `Stopped at the budget: the next request may cost more than the ${usd(unspent)} unspent of it.`
  // Every replay has its budget anew.
  return calls === 0 && recovered.outcomes === 0
    ? `${why} Run again with a larger one.`
    : `${why} Run again to go on, with a larger one where that makes no call.`
}

const stoppedText = ({ left, tiers }: ReplayReport): string => {
  const stopped = tiers.filter((tier) => tier.stopped !== undefined)
  if (stopped.length === tiers.length) {
    return "Stopped: no tier was left that answers. Run again once the reason is mended."
  }
  return `Stopped on ${stopped.map(({ tier }) => tier).join(", ")}, where ${
    counted(left, "answer is", "answers are")
  } ` +
    "left; the other tiers were asked for all of theirs. Run again once the reason is mended."
}
