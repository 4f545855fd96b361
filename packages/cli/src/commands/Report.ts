import { renderHtml, renderMarkdown } from "@spillway/report"
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { findConfig } from "../Configuration.ts"
import { configFlag } from "../Flags.ts"
import { readReport, readTable, tableFlag, tablePath } from "../TableFile.ts"
import { requireFile, writeFileWhole } from "../WriteFile.ts"

export const reportCommand = Command.make(
  "report",
  {
    config: configFlag,
    table: tableFlag("table", "Routing table"),
    out: Flag.String("out").pipe(
      Flag.withDescription("HTML file to write; its Markdown twin stands beside it (default: report.html)"),
      Flag.withDefault("report.html")
    )
  },
  Effect.fnUntraced(function*({ config, out, table }) {
    // Either of the twins may be named.
    const html = out.replace(/\.md$/i, ".html"), markdown = out.replace(/(\.(html?|md))?$/i, ".md")
    yield* Effect.forEach([html, markdown], (file) => requireFile("--out", file), { discard: true })
    const path = tablePath(table, yield* findConfig(config))
    const routing = yield* readTable(path)
    const report = yield* readReport(path)
    yield* writeFileWhole(html, renderHtml(report, routing))
    yield* writeFileWhole(markdown, renderMarkdown(report, routing))
    yield* Console.log(`Wrote ${html} and ${markdown}.`)
  })
).pipe(Command.withDescription("Write the cost and quality report of the last optimization as HTML and Markdown"))
