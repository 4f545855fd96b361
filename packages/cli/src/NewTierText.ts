import type { NewTierReport } from "@spillway/optimizer"
import { counted, percent, table, usd } from "./Output.ts"

/** What is known of a new tier, for people. */
export const newTierText = (report: NewTierReport): string => {
  const interval = ([low, high]: readonly [number, number]) => `${low.toFixed(3)} to ${high.toFixed(3)}`
  const chosen = report.models.find((model) => model.chosen)!.model.replaceAll("_", " ")
  const weights = Object.entries(report.weights).map(([tier, weight]) => `${weight.toFixed(2)} ${tier}`).join(", ")
  return [
    `New tier ${report.tier}: quality ${report.quality.toFixed(3)} (95 % ${interval(report.quality_interval)}), ${
      usd(report.cost_usd)
    } a request, from ${counted(report.audited, "audit")}. Told by ${chosen}${
      weights === "" ? "" : ` of the others: ${weights}`
    }.`,
    ...(report.points.length === 0 ? [] : [
      "",
      table(
        ["point", "quality", "95 %", "cost/request", `to ${report.tier}`, "more audits to certify"],
        report.points.map((p) => [
          p.name,
          p.quality.toFixed(3),
          interval(p.quality_interval),
          usd(p.cost_usd),
          percent(p.share, 0),
          p.more_audits === null ? "no number helps" : String(p.more_audits)
        ])
      ),
      ""
    ]),
    report.statement
  ].join("\n")
}
