import type { OptimizeReport } from "@spillway/optimizer"
import { type Block, paragraph, type Section } from "../document/Block.ts"
import { frontierFigure } from "../figures/FrontierFigure.ts"
import {
  capital,
  interval,
  latency,
  percent,
  quality,
  qualityDifference,
  qualityWord,
  UNKNOWN,
  usdPerThousand
} from "../Format.ts"

const baselineTable = (report: OptimizeReport): Block => {
  const chosen = report.frontier.find((point) => point.name === report.default_point)
  return {
    _tag: "Table",
    caption: "What a simpler policy reaches on the same requests",
    columns: [
      { name: "Policy" },
      { name: "USD per 1,000", numeric: true },
      { name: capital(qualityWord(report.certificate.labels)), numeric: true },
      { name: "Against the default point", numeric: true },
      { name: "Note" }
    ],
    rows: report.baselines.map((baseline) => [
      baseline.name,
      usdPerThousand(baseline.cost_usd),
      quality(baseline.quality) +
      (baseline.quality_interval === undefined ? "" : ` (${interval(baseline.quality_interval, quality)})`),
      chosen === undefined ? UNKNOWN : qualityDifference(baseline.quality - chosen.quality),
      baseline.note ?? ""
    ])
  }
}

/** Cost against quality, with what others reach. */
export const frontier = (report: OptimizeReport): Section => ({
  id: "frontier",
  title: "Cost against quality",
  blocks: report.frontier.length === 0 ? [paragraph("No operating point was measured.")] : [
    {
      _tag: "Figures",
      caption:
        "Each dot is an operating point with its 95 % intervals, measured out of sample. Up and to the left is " +
        "better; the line marked floor is the least quality asked for. Squares are simpler policies; the dashed line " +
        "mixes single tiers at random; the dotted line is the oracle, which knows every grade beforehand and which no " +
        "policy can pass.",
      figures: [frontierFigure(report)]
    },
    ...report.baselines.length === 0 ? [] : [baselineTable(report)]
  ]
})

/** Every named way to run the table. */
export const operatingPoints = (report: OptimizeReport): Section => ({
  id: "points",
  title: "Operating points",
  blocks: [
    paragraph(
      "A client picks one by its model name, for example ",
      { code: `spillway/${report.frontier[0]?.name ?? report.default_point}` },
      ". The lower bound is relative to the flagship (100 % = equal) and holds for all points at once."
    ),
    {
      _tag: "Table",
      caption: "Operating points from the cheapest to the flagship",
      columns: [
        { name: "Point" },
        { name: "USD per 1,000", numeric: true },
        { name: "95 % interval", numeric: true },
        { name: capital(qualityWord(report.certificate.labels)), numeric: true },
        { name: "95 % interval", numeric: true },
        { name: "Lower bound", numeric: true },
        { name: "p50", numeric: true },
        { name: "p95", numeric: true }
      ],
      rows: report.frontier.map((point) => [
        point.name === report.default_point ? `${point.name} (default)` : point.name,
        usdPerThousand(point.cost_usd),
        interval(point.cost_interval, usdPerThousand),
        quality(point.quality),
        interval(point.quality_interval, quality),
        percent(point.lower_bound),
        latency(point.latency_p50_ms),
        latency(point.latency_p95_ms)
      ]),
      marked: report.frontier.findIndex((point) => point.name === report.default_point)
    }
  ]
})
