import { renderHtml, renderMarkdown } from "@spillway/report"
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { readReport, readTable, tableFlag } from "../TableFile.ts"
import { writeFileWhole } from "../WriteFile.ts"

export const reportCommand = Command.make(
  "report",
  {
    table: tableFlag("table", "Routing table"),
    out: Flag.String("out").pipe(
      Flag.withDescription("HTML file to write; its Markdown twin stands beside it (default: report.html)"),
      Flag.withDefault("report.html")
    )
  },
  Effect.fnUntraced(function*({ out, table }) {
    const routing = yield* readTable(table)
    const report = yield* readReport(table)
    const markdown = out.replace(/(\.html?)?$/, ".md")
    yield* writeFileWhole(out, renderHtml(report, routing))
    yield* writeFileWhole(markdown, renderMarkdown(report, routing))
    yield* Console.log(`Wrote ${out} and ${markdown}.`)
  })
).pipe(Command.withDescription("Write the cost and quality report of the last optimization as HTML and Markdown"))
