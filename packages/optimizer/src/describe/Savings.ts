import type { MeasuredPoint } from "../CertifyPoints.ts"
import type { OptimizeReport } from "../OptimizeReport.ts"
import { clusterBootstrap } from "../statistics/ClusterBootstrap.ts"
import type { Groups } from "../statistics/Groups.ts"
import { mean } from "../statistics/Moments.ts"

/** What the served point saves against always-flagship, with a 95 % cluster-bootstrap interval. */
export const savings = (
  served: MeasuredPoint,
  flagship: MeasuredPoint,
  groups: Groups,
  seed: number
): OptimizeReport["savings"] => {
  const n = served.outcomes.costUsd.length
  const [saved] = clusterBootstrap({
    columns: [served.outcomes.costUsd, flagship.outcomes.costUsd],
    groups,
    statistics: (means) => [n * (means[1]! - means[0]!)],
    seed,
    resamples: 400,
    method: "percentile"
  })
  const dear = n * mean(flagship.outcomes.costUsd), paid = n * mean(served.outcomes.costUsd)
  return {
    flagship_usd: dear,
    policy_usd: paid,
    saved_usd: dear - paid,
    saved_interval: Number.isFinite(saved!.low) ? [saved!.low, saved!.high] : [dear - paid, dear - paid],
    saved_share: dear === 0 ? 0 : 1 - paid / dear,
    requests: n
  }
}
