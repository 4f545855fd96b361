import type { Figure } from "../document/Block.ts"
import { percent, shares } from "../Format.ts"
import { type Markup, markup, nothing } from "../markup/Markup.ts"
import { textWidth } from "./Labels.ts"
import { tierClasses } from "./TierColors.ts"

export interface SharesRow {
  readonly name: string
  readonly shares: Readonly<Record<string, number>>
  readonly marked?: boolean
}

const ROW = 30
const BAR = 20

/** The legend's entries, broken into lines, and where they end. */
const legend = (tiers: ReadonlyArray<string>, classes: ReadonlyMap<string, string>, width: number) => {
  let x = 0
  let y = 0
  const entries = tiers.map((tier) => {
    const size = 20 + textWidth(tier) + 18
    if (x > 0 && x + size - 18 > width) {
      x = 0
      y += 20
    }
    const entry = markup`<rect class="${classes.get(tier)!}" x="${x}" y="${y + 2}" width="13" height="13" rx="2"/>
<text class="label" x="${x + 19}" y="${y + 13}">${tier}</text>`
    x += size
    return entry
  })
  return { entries, height: y + 28 }
}

const shorten = (text: string, width: number): string => {
  if (textWidth(text) <= width) return text
  let end = text.length
  while (end > 1 && textWidth(`${text.slice(0, end)}…`) > width) end--
  return `${text.slice(0, end)}…`
}

const draw = (tiers: ReadonlyArray<string>, rows: ReadonlyArray<SharesRow>, width: number) => {
  const classes = tierClasses(tiers)
  const narrow = width < 500
  const side = narrow ? 0 : Math.min(220, 14 + Math.max(0, ...rows.map((row) => textWidth(row.name, row.marked))))
  const top = legend(tiers, classes, width)
  const pitch = narrow ? ROW + 16 : ROW
  const bars = rows.map((row, i) => {
    const y = top.height + i * pitch
    const barY = narrow ? y + 16 : y
    const full = width - side
    let x = side
    const parts = tiers.map((tier): Markup => {
      const share = row.shares[tier] ?? 0
      if (!(share > 0)) return nothing
      const size = share * full
      const text = size > 52 ? percent(share) : size > 34 ? `${Math.round(100 * share)} %` : ""
      const part = markup`<rect class="${classes.get(tier)!}" x="${x}" y="${barY}" width="${
        Math.max(.5, size - 1.5)
      }" height="${BAR}"><title>${`${row.name}: ${tier} ${percent(share)}`}</title></rect>${
        text === ""
          ? nothing
          : markup`<text class="${`share on-${classes.get(tier)!}`}" x="${x + size / 2}" y="${
            barY + 14
          }" text-anchor="middle">${text}</text>`
      }`
      x += size
      return part
    })
    const name = narrow
      ? markup`<text class="${row.marked === true ? "label strong" : "label"}" x="0" y="${y + 11}">${
        shorten(row.name, width)
      }</text>`
      : markup`<text class="${row.marked === true ? "label strong" : "label"}" x="${side - 12}" y="${
        barY + 14
      }" text-anchor="end">${shorten(row.name, side - 12)}</text>`
    return markup`${name}${parts}`
  })
  return { height: top.height + rows.length * pitch, content: markup`${top.entries}${bars}` }
}

/** One stacked bar a row: which tier's answers are the final ones. */
export const sharesFigure = (
  id: string,
  title: string,
  tiers: ReadonlyArray<string>,
  rows: ReadonlyArray<SharesRow>
): Figure => ({
  id,
  title,
  data: {
    _tag: "Table",
    caption: title,
    columns: [{ name: "" }, ...tiers.map((name) => ({ name, numeric: true }))],
    rows: rows.map((row) => [row.name, ...tiers.map((tier) => percent(row.shares[tier] ?? 0))])
  },
  description: rows.map((row) => `${row.name}: ${shares(row.shares)}.`).join(" "),
  widths: [960, 360],
  draw: (width) => draw(tiers, rows, width)
})
