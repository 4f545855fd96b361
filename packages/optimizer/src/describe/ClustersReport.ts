import type { ClusterVerdict, ErrorsCompared } from "../clusters/ChooseClusters.ts"
import type { ClustersReport } from "../OptimizeReport.ts"

/** What became of the requests without a task, as a report holds it. */
export const clustersReport = ({ costs, found, gains, requests }: ClusterVerdict): ClustersReport => ({
  requests,
  found,
  kept: gains?.better === true || costs?.better === true,
  gains: compared(gains),
  costs: compared(costs)
})

const compared = (errors: ErrorsCompared | undefined): ClustersReport["gains"] =>
  errors === undefined ? null : {
    error_without: errors.without,
    error_with: errors.having,
    standard_error: errors.standardError,
    better: errors.better
  }
