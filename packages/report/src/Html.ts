import type { RoutingTable } from "@spillway/domain"
import type { OptimizeReport } from "@spillway/optimizer"
import type { Block, Document, Figure, Inline, Section, Table, Text } from "./document/Block.ts"
import { type Markup, markup, nothing, trusted } from "./markup/Markup.ts"
import { reportDocument, type ReportOptions } from "./ReportDocument.ts"
import { STYLE } from "./Style.ts"

const inline = (part: Inline): Markup =>
  typeof part === "string"
    ? markup`${part}`
    : "code" in part
    ? markup`<code>${part.code}</code>`
    : markup`<strong>${part.strong}</strong>`

const textOf = (text: Text): Markup => markup`${text.map(inline)}`

// Narrow screens lay rows out as cards, which takes the roles away from the elements: hence the explicit ones.
const tableOf = (table: Table): Markup => {
  const cell = (text: string, i: number): Markup => {
    const column = table.columns[i]!
    const kind = column.numeric === true ? "number" : "text"
    return i === 0
      ? markup`<th scope="row" role="rowheader" class="${kind}">${text}</th>`
      : markup`<td role="cell" class="${kind}" data-label="${column.name}">${text}</td>`
  }
  const head = table.columns.map((column) =>
    column.name === ""
      ? markup`<td role="cell"></td>`
      : markup`<th scope="col" role="columnheader" class="${
        column.numeric === true ? "number" : "text"
      }">${column.name}</th>`
  )
  const rows = table.rows.map((row, i) =>
    markup`<tr role="row"${i === table.marked ? trusted(" class=\"marked\"") : nothing}>${row.map(cell)}</tr>\n`
  )
  return markup`<table role="table"><caption>${table.caption}</caption>
<thead role="rowgroup"><tr role="row">${head}</tr></thead>
<tbody role="rowgroup">${rows}</tbody></table>`
}

const svg = (figure: Figure, width: number, i: number): Markup => {
  const { content, height } = figure.draw(width)
  const id = figure.widths.length > 1 ? `${figure.id}-${width}` : figure.id
  const size = figure.widths.length === 1 ? "" : i === 0 ? "wide" : "narrow"
  return markup`<svg class="${size}" viewBox="0 0 ${width} ${height}" style="max-width:${width}px" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${figure.title}</title><desc id="${id}-desc">${figure.description}</desc>
${content}</svg>`
}

const block = (item: Block): Markup => {
  switch (item._tag) {
    case "Paragraph":
      return markup`<p>${textOf(item.text)}</p>`
    case "List":
      return markup`<ul>${item.items.map((text) => markup`<li>${textOf(text)}</li>`)}</ul>`
    case "Facts":
      return markup`<dl class="facts">${
        item.facts.map((fact) =>
          markup`<div><dt>${fact.label}</dt><dd class="value">${fact.value}</dd><dd class="note">${fact.note}</dd></div>`
        )
      }</dl>`
    case "Callout":
      return markup`<div class="callout ${item.tone}"><strong>${item.title}</strong><p>${textOf(item.text)}</p></div>`
    case "CodeBlock":
      return markup`<pre><code>${item.text}</code></pre>`
    case "Figures": {
      const one = (figure: Figure) =>
        markup`<div>${item.figures.length > 1 ? markup`<h3>${figure.title}</h3>` : nothing}${
          figure.widths.map((width, i) => svg(figure, width, i))
        }</div>`
      return markup`<figure><div class="figures">${
        item.figures.map(one)
      }</div><figcaption>${item.caption}</figcaption></figure>`
    }
    case "Table":
      return tableOf(item)
  }
}

const section = (item: Section): Markup =>
  markup`<section id="${item.id}" aria-labelledby="${item.id}-heading">
<h2 id="${item.id}-heading">${item.title}</h2>
${item.blocks.map((part) => markup`${block(part)}\n`)}</section>
`

const documentHtml = (document: Document): string =>
  markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${document.title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<header><h1>${document.title}</h1><p>${document.subtitle}</p></header>
<main>
${document.sections.map(section)}</main>
</body>
</html>
`.source

/** The report as one HTML page that needs nothing else: no network, no script, light and dark, fit to print. */
export const renderHtml = (report: OptimizeReport, table: RoutingTable, options?: ReportOptions): string =>
  documentHtml(reportDocument(report, table, options))
