import type { RoutingTable } from "@spillway/domain"
import type { OptimizeReport } from "@spillway/optimizer"
import type { Block, Document, Figure, Inline, Section, Table, Text } from "./document/Block.ts"
import { reportDocument, type ReportOptions } from "./ReportDocument.ts"

/** Plain text as Markdown: nothing in it may become formatting, a link or HTML. Underscores inside words stay. */
const escape = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .replace(/[\\`*[\]|~]/g, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/^(#+|[-+]|\d+[.)])(?= )/, "\\$1")

const fence = (text: string, least: number): string =>
  "`".repeat(Math.max(least, 1 + Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))))

const codeSpan = (text: string): string => {
  const ticks = fence(text, 1)
  const space = text.startsWith("`") || text.endsWith("`") ? " " : ""
  return `${ticks}${space}${text.replace(/\s+/g, " ")}${space}${ticks}`
}

const inline = (part: Inline): string =>
  typeof part === "string" ?
    escape(part) :
    "code" in part ?
    codeSpan(part.code) :
    `**${escape(part.strong).trim()}**${part.strong.endsWith(" ") ? " " : ""}`

// Space at the ends of parts is kept by escape as one blank.
const textOf = (text: Text): string => text.map(inline).join("").trim()

const tableRow = (cells: ReadonlyArray<string>): string => `| ${cells.map((cell) => escape(cell).trim()).join(" | ")} |`

const tableOf = (table: Table): string =>
  [
    `${escape(table.caption)}:\n`,
    tableRow(table.columns.map((column) => column.name)),
    `| ${table.columns.map((column) => column.numeric === true ? "---:" : "---").join(" | ")} |`,
    ...table.rows.map(tableRow)
  ].join("\n")

const figureOf = (figure: Figure): string =>
  figure.data === undefined ? `*${escape(figure.title)}*: ${escape(figure.description)}` : tableOf(figure.data)

const block = (item: Block): string => {
  switch (item._tag) {
    case "Paragraph":
      return textOf(item.text)
    case "List":
      return item.items.map((text) => `- ${textOf(text)}`).join("\n")
    case "Facts":
      return item.facts.map((fact) => `- ${escape(fact.label)}: **${escape(fact.value)}** (${escape(fact.note)})`).join(
        "\n"
      )
    case "Callout":
      return `> **${escape(item.title)}.** ${textOf(item.text)}`
    case "CodeBlock": {
      const ticks = fence(item.text, 3)
      return `${ticks}\n${item.text}\n${ticks}`
    }
    case "Figures":
      return [escape(item.caption), ...item.figures.map(figureOf)].join("\n\n")
    case "Table":
      return tableOf(item)
  }
}

const section = ({ blocks, title }: Section): string => [`## ${escape(title)}`, ...blocks.map(block)].join("\n\n")

const documentMarkdown = (document: Document): string =>
  `${[`# ${escape(document.title)}`, escape(document.subtitle), ...document.sections.map(section)].join("\n\n")}\n`

/** The report as Markdown: the same words and numbers as {@link renderHtml}; figures are described. */
export const renderMarkdown = (report: OptimizeReport, table: RoutingTable, options?: ReportOptions): string =>
  documentMarkdown(reportDocument(report, table, options))
