import type { RoutingTable, TableTier } from "@spillway/domain"
import type { OptimizeReport } from "@spillway/optimizer"
import { type Column, paragraph, type Section, type Table } from "../document/Block.ts"
import { sharesFigure } from "../figures/SharesFigure.ts"
import { count, interval, percent, price, quality, qualityDifference, qualityWord, usdPerThousand } from "../Format.ts"

/** The default point task by task. */
export const tasks = (report: OptimizeReport): Section => {
  const word = qualityWord(report.certificate.labels)
  return {
    id: "tasks",
    title: "Tasks",
    blocks: report.tasks.length === 0 ? [paragraph("No task was measured.")] : [
      paragraph(
        `The default point on the requests of each task, against the flagship on the same requests. The promise is about ` +
          `the mean over all requests: a single task may lose more than the mean, and small tasks are uncertain.` +
          (report.tasks.some((task) => task.own_plan)
            ? " Some tasks have a plan of their own, because one was better for them on requests that it was not searched on."
            : "") +
          (report.clusters?.kept === true
            ? " Requests without a task are put into clusters by their words; a cluster is named by those that tell it best."
            : "")
      ),
      {
        _tag: "Table",
        caption: `Cost and ${word} by task`,
        columns: [
          { name: "Task" },
          { name: "Requests", numeric: true },
          { name: "Flagship", numeric: true },
          { name: "Policy", numeric: true },
          { name: "95 % interval", numeric: true },
          { name: "Difference", numeric: true },
          { name: "USD per 1,000", numeric: true },
          { name: "Flagship USD per 1,000", numeric: true },
          { name: "Saved", numeric: true }
        ],
        rows: report.tasks.map((task) => [
          task.own_plan ? `${task.task} (own plan)` : task.task,
          count(task.n),
          quality(task.flagship_quality),
          quality(task.quality),
          interval(task.quality_interval, quality),
          qualityDifference(task.quality - task.flagship_quality),
          usdPerThousand(task.cost_usd),
          usdPerThousand(task.flagship_cost_usd),
          percent(task.saving)
        ])
      }
    ]
  }
}

const TIER_COLUMNS: ReadonlyArray<Column & { readonly cell: (tier: TableTier, table: RoutingTable) => string }> = [
  { name: "Tier", cell: (tier) => tier.name },
  { name: "Role", cell: (tier, table) => tier.name === table.flagship ? "flagship" : "" },
  { name: "Model", cell: (tier) => tier.model ?? "" },
  { name: "Settings", cell: (tier) => tier.settings === undefined ? "" : JSON.stringify(tier.settings) },
  {
    name: "USD per million input tokens",
    numeric: true,
    cell: (tier) => tier.price === undefined ? "unknown" : price(tier.price.input_usd_per_mtok)
  },
  {
    name: "USD per million output tokens",
    numeric: true,
    cell: (tier) => tier.price === undefined ? "unknown" : price(tier.price.output_usd_per_mtok)
  }
]

/** The tiers, without columns that none of them fills: imported outcomes name no model or settings. */
const tierTable = (table: RoutingTable): Table => {
  const columns = TIER_COLUMNS.filter((column) => table.tiers.some((tier) => column.cell(tier, table) !== ""))
  return {
    _tag: "Table",
    caption: "Tiers, cheapest first",
    columns,
    rows: table.tiers.map((tier) => columns.map((column) => column.cell(tier, table)))
  }
}

/** Whose answers are served: by operating point and by task. */
export const tierShares = (report: OptimizeReport, table: RoutingTable): Section => {
  const tiers = table.tiers.map((tier) => tier.name)
  return {
    id: "shares",
    title: "Which tier answers",
    blocks: [
      ...report.frontier.length === 0 ? [] : [{
        _tag: "Figures" as const,
        caption: "Share of requests by the tier whose answer is the final one, at each operating point.",
        figures: [sharesFigure(
          "shares-by-point",
          "Tier shares by operating point",
          tiers,
          report.frontier.map((point) => ({
            name: point.name,
            shares: point.shares,
            marked: point.name === report.default_point
          }))
        )]
      }],
      ...report.tasks.length === 0 ? [] : [{
        _tag: "Figures" as const,
        caption: "The same for the default point, task by task.",
        figures: [sharesFigure(
          "shares-by-task",
          "Tier shares by task at the default point",
          tiers,
          report.tasks.map((task) => ({ name: task.task, shares: task.tier_shares }))
        )]
      }],
      tierTable(table)
    ]
  }
}
