import type { RoutingTable } from "@spillway/domain"
import type { OptimizeReport } from "@spillway/optimizer"
import type { Document } from "./document/Block.ts"
import { count } from "./Format.ts"
import { calibration } from "./sections/Calibration.ts"
import { certificate } from "./sections/Certificate.ts"
import { frontier, operatingPoints } from "./sections/Frontier.ts"
import { headline } from "./sections/Headline.ts"
import { embedding, portfolio, provenance, serving } from "./sections/Method.ts"
import { savings } from "./sections/Savings.ts"
import { tasks, tierShares } from "./sections/Tasks.ts"

/** How a report is shown; nothing in it changes a figure. */
export interface ReportOptions {
  readonly title?: string | undefined
  /** The routing table's file, as the command to serve it should name it. */
  readonly tableFile?: string | undefined
  /** Where the proxy listens, up to and including the version. */
  readonly baseUrl?: string | undefined
}

/** The report as a document that has no form yet. */
export const reportDocument = (report: OptimizeReport, table: RoutingTable, options: ReportOptions = {}): Document => {
  const { first_ts, last_ts } = table.provenance
  const span = first_ts === null || last_ts === null ? "" : `, ${first_ts.slice(0, 10)} to ${last_ts.slice(0, 10)}`
  return {
    title: options.title ?? "Spillway report",
    subtitle: `${count(table.provenance.requests)} requests on ${count(table.tiers.length)} ${
      table.tiers.length === 1 ? "tier" : "tiers"
    }${span}`,
    sections: [
      headline(report, table),
      frontier(report),
      tasks(report),
      tierShares(report, table),
      savings(report),
      certificate(report),
      calibration(report),
      operatingPoints(report),
      portfolio(report),
      ...embedding(report),
      serving(report, {
        tableFile: options.tableFile ?? "routing-table.json",
        baseUrl: options.baseUrl ?? "http://127.0.0.1:8787/v1"
      }),
      provenance(report, table)
    ]
  }
}
