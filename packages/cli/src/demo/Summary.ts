import type { RoutingTable } from "@spillway/domain"
import { clusterBootstrap, groupRows, quantiles } from "@spillway/optimizer"
import { milliseconds, percent, table, usd } from "../Output.ts"
import type { Served } from "./Measured.ts"

/** Predicted against measured for the default point, and the saving against always-flagship on the same requests. */
export const demoSummary = (
  routing: RoutingTable,
  served: ReadonlyArray<Served>,
  flagship: ReadonlyArray<Served>
): string => {
  const point = routing.points.find((p) => p.name === routing.default_point)!.expected
  const byId = new Map(flagship.map((s) => [s.request_id.replace(/~.*$/, ""), s]))
  const pairs = served.flatMap((s) => {
    const dear = byId.get(s.request_id)
    return dear === undefined ? [] : [{ s, dear }]
  })
  const column = (of: (pair: (typeof pairs)[number]) => number) => Float64Array.from(pairs, of)
  const [quality, dearQuality, cost, dearCost, saving] = clusterBootstrap({
    columns: [
      column(({ s }) => s.quality),
      column(({ dear }) => dear.quality),
      column(({ s }) => s.costUsd),
      column(({ dear }) => dear.costUsd)
    ],
    groups: groupRows(pairs.length),
    statistics: (m) => [m[0]!, m[1]!, m[2]!, m[3]!, 1 - m[2]! / m[3]!],
    seed: 1
  })
  const [p50, p95] = quantiles(column(({ s }) => s.latencyMs), [0.5, 0.95])
  const [dear50, dear95] = quantiles(column(({ dear }) => dear.latencyMs), [0.5, 0.95])
  const share = (tier: string) => served.filter((s) => s.tier === tier).length / served.length
  const tiers = routing.tiers.map((tier) => tier.name)
  return [
    table(
      [`point ${routing.default_point}`, "predicted", "measured", "always flagship"],
      [
        ["quality", point.quality.toFixed(3), quality!.estimate.toFixed(3), dearQuality!.estimate.toFixed(3)],
        ["cost per request", usd(point.cost_usd), usd(cost!.estimate), usd(dearCost!.estimate)],
        ["latency p50", milliseconds(point.latency_p50_ms), milliseconds(p50!), milliseconds(dear50!)],
        ["latency p95", milliseconds(point.latency_p95_ms), milliseconds(p95!), milliseconds(dear95!)],
        ...tiers.map((tier) => [
          `answered by ${tier}`,
          percent(point.shares[tier] ?? 0),
          percent(share(tier)),
          tier === routing.flagship ? "100.0 %" : "0.0 %"
        ])
      ]
    ),
    "",
    `${pairs.length} requests that the optimizer has not seen, half of them streaming: ${
      percent(saving!.estimate)
    } saved ` +
    `against always-flagship (95 % interval ${percent(saving!.low)} to ${percent(saving!.high)}), quality ${
      percent(quality!.estimate / dearQuality!.estimate)
    } of the flagship's (promised: at least ${percent(routing.objective.floor ?? 0)}).`
  ].join("\n")
}
