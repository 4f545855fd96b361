import { type Markup, markup, nothing } from "../markup/Markup.ts"
import type { Box } from "./Labels.ts"
import type { Scale } from "./Scale.ts"

interface Axis {
  readonly scale: Scale
  readonly label: string
  readonly format: (tick: number) => string
}

/** Grid lines, tick labels and axis titles around a plot. */
export const axes = (plot: Box, x: Axis, y: Axis): Markup => {
  const bottom = plot.y + plot.height
  const right = plot.x + plot.width
  const vertical = x.scale.ticks.map((tick) => {
    const at = x.scale.of(tick)
    return markup`<line class="grid" x1="${at}" y1="${plot.y}" x2="${at}" y2="${bottom}"/>
<text class="tick" x="${at}" y="${bottom + 16}" text-anchor="middle">${x.format(tick)}</text>`
  })
  const horizontal = y.scale.ticks.map((tick) => {
    const at = y.scale.of(tick)
    return markup`<line class="grid" x1="${plot.x}" y1="${at}" x2="${right}" y2="${at}"/>
<text class="tick" x="${plot.x - 7}" y="${at + 4}" text-anchor="end">${y.format(tick)}</text>`
  })
  const title = y.label === ""
    ? nothing
    : markup`<text class="axis" x="${plot.x - 44}" y="${plot.y - 10}">${y.label}</text>`
  return markup`${vertical}${horizontal}
<line class="frame" x1="${plot.x}" y1="${bottom}" x2="${right}" y2="${bottom}"/>
<text class="axis" x="${right}" y="${bottom + 35}" text-anchor="end">${x.label}</text>${title}`
}

/** Tick labels with as many decimals as their least distance needs. */
export const decimalsFor = (ticks: ReadonlyArray<number>): number => {
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : .1
  return Math.min(6, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)))
}
