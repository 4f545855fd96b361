import type { TierCalibration } from "@spillway/optimizer"
import type { Figure } from "../document/Block.ts"
import { count, quality } from "../Format.ts"
import { markup } from "../markup/Markup.ts"
import { axes } from "./Axes.ts"
import type { Box } from "./Labels.ts"
import { linearScale } from "./Scale.ts"

const draw = (tier: TierCalibration, width: number) => {
  const height = width + 14
  const plot: Box = { x: 46, y: 26, width: width - 46 - 12, height: height - 26 - 44 }
  const x = linearScale([0, 1], [plot.x, plot.x + plot.width], { margin: .02, ticks: 4 })
  const y = linearScale([0, 1], [plot.y + plot.height, plot.y], { margin: .02, ticks: 4 })
  const most = Math.max(1, ...tier.bins.map((bin) => bin.n))
  const bins = tier.bins.toSorted((a, b) => a.predicted - b.predicted)
  const gaps = bins.map((bin) =>
    markup`<line class="gap" x1="${x.of(bin.predicted)}" y1="${y.of(bin.predicted)}" x2="${x.of(bin.predicted)}" y2="${
      y.of(bin.observed)
    }"/>`
  )
  const dots = bins.map((bin) =>
    markup`<circle class="bin" cx="${x.of(bin.predicted)}" cy="${y.of(bin.observed)}" r="${
      2.5 + 5.5 * Math.sqrt(bin.n / most)
    }"><title>${`predicted ${quality(bin.predicted)}, observed ${quality(bin.observed)}, ${
      count(bin.n)
    } requests`}</title></circle>`
  )
  const tick = (value: number) => value.toFixed(value === 0 || value === 1 ? 0 : 1)
  return {
    height,
    content: markup`${
      axes(plot, { scale: x, label: "predicted", format: tick }, { scale: y, label: "observed", format: tick })
    }<line class="diagonal" x1="${x.of(0)}" y1="${y.of(0)}" x2="${x.of(1)}" y2="${y.of(1)}"/>${gaps}${dots}`
  }
}

/** Reliability diagram of one tier: dots on the diagonal mean that scores can be taken at their word. */
export const calibrationFigure = (tier: TierCalibration, index: number): Figure => ({
  id: `calibration-figure-${index + 1}`,
  title: tier.tier,
  description: `Predicted against observed quality of ${tier.tier} in ${tier.bins.length} bins: ${
    tier.bins.map((bin) => `${quality(bin.predicted)} → ${quality(bin.observed)}`).join(", ")
  }.`,
  data: {
    _tag: "Table",
    caption: `Score of ${tier.tier}, predicted against observed`,
    columns: ["Predicted", "Observed", "Requests"].map((name) => ({ name, numeric: true })),
    rows: tier.bins.map((bin) => [quality(bin.predicted), quality(bin.observed), count(bin.n)])
  },
  widths: [290],
  draw: (width) => draw(tier, width)
})
