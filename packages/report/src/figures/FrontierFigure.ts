import type { Baseline, CostQuality, FrontierPoint, OptimizeReport } from "@spillway/optimizer"
import type { Figure } from "../document/Block.ts"
import { capital, exactPercent, quality, qualityWord, usd, usdPerThousand } from "../Format.ts"
import { type Markup, markup, nothing } from "../markup/Markup.ts"
import { floorOf } from "../sections/Objective.ts"
import { axes, decimalsFor } from "./Axes.ts"
import { alongLine, type Box, type Label, type Pixel, type PlacedLabel, placeLabels } from "./Labels.ts"
import { costScale, linearScale } from "./Scale.ts"

const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.abs(a)

/** The same point, but for the rounding of sums in another order. */
const same = (a: CostQuality, b: CostQuality) => near(a.cost_usd, b.cost_usd) && near(a.quality, b.quality)

const isLine = (name: string) => name.startsWith("random mix") || name === "oracle"

/** Baselines with a mark of their own, one for each position: mixes and the oracle are drawn as lines. */
const markedBaselines = (report: OptimizeReport): ReadonlyArray<Baseline> =>
  report.baselines.filter((baseline, i, all) =>
    !isLine(baseline.name) && all.findIndex((other) => !isLine(other.name) && same(baseline, other)) === i
  )

const isKnown = ({ cost_usd, quality }: CostQuality) => Number.isFinite(cost_usd) && Number.isFinite(quality)

const byCost = <A extends CostQuality>(points: ReadonlyArray<A>) => points.toSorted((a, b) => a.cost_usd - b.cost_usd)

/** Mixing two points is a straight line in cost and quality, hence a curve on a logarithmic axis. */
const mixing = (points: ReadonlyArray<CostQuality>): ReadonlyArray<CostQuality> =>
  byCost(points).flatMap((point, i, all) => {
    const next = all[i + 1]
    return next === undefined ? [point] : Array.from({ length: 16 }, (_, k) => ({
      cost_usd: point.cost_usd + (next.cost_usd - point.cost_usd) * k / 16,
      quality: point.quality + (next.quality - point.quality) * k / 16
    }))
  })

const path = (points: ReadonlyArray<Pixel>): string =>
  points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("")

const tooltip = (name: string, point: CostQuality) =>
  `${name}: ${usdPerThousand(point.cost_usd)} per 1,000 requests, quality ${quality(point.quality)}`

const textMark = ({ anchor: [x, y], bold, box, leader, text }: PlacedLabel): Markup => {
  const nearX = Math.min(Math.max(x, box.x), box.x + box.width)
  const nearY = Math.min(Math.max(y, box.y + 2), box.y + box.height - 2)
  return markup`${
    leader ? markup`<line class="leader" x1="${x}" y1="${y}" x2="${nearX}" y2="${nearY}"/>` : nothing
  }<text class="${bold === true ? "label strong" : "label"}" x="${box.x}" y="${box.y + 11.5}">${text}</text>`
}

/** Reads `$0.5` for `$0.500`. */
const shortUsd = (tick: number): string => usd(tick).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "")

/** The report without points whose cost or quality is unknown. */
const drawable = (report: OptimizeReport): OptimizeReport => ({
  ...report,
  frontier: report.frontier.filter(isKnown),
  baselines: report.baselines.filter(isKnown),
  oracle: report.oracle.filter(isKnown),
  mix: report.mix.filter(isKnown)
})

const draw = (report: OptimizeReport, width: number) => {
  const height = width < 500 ? 380 : 460
  const plot: Box = { x: 56, y: 30, width: width - 56 - 18, height: height - 30 - 46 }
  const right = plot.x + plot.width
  const bottom = plot.y + plot.height
  const floor = floorOf(report)
  const all: ReadonlyArray<CostQuality> = [...report.frontier, ...report.baselines, ...report.oracle, ...report.mix]
  const x = costScale(all.map((point) => 1000 * point.cost_usd), [plot.x, right], {
    margin: .05,
    ticks: width < 500 ? 3 : 6
  })
  const qualities = [
    ...all.map((point) => point.quality),
    ...report.frontier.flatMap((point) => point.quality_interval),
    ...(floor === undefined ? [] : [floor.quality])
  ]
  const y = linearScale(qualities, [bottom, plot.y], { margin: .05, ticks: 6 })
  const at = (point: CostQuality): Pixel => [x.of(1000 * point.cost_usd), y.of(point.quality)]

  const frontier = byCost(report.frontier).map(at)
  const oracle = mixing(report.oracle).map(at)
  const mix = mixing(report.mix).map(at)
  const baselines = markedBaselines(report)
  const chosen = report.frontier.find((point) => point.name === report.default_point)

  const whiskers = (point: FrontierPoint): Markup => {
    const [px, py] = at(point)
    const [low, high] = point.quality_interval.map(y.of)
    // A cost of zero has no place on a logarithmic axis.
    const [from, to] = point.cost_interval.map((cost) => Math.max(plot.x, x.of(1000 * Math.max(cost, 1e-12))))
    return markup`<path class="whisker" d="M${px} ${low!}V${high!}M${from!} ${py}H${to!}"/>`
  }
  const dot = (point: FrontierPoint): Markup => {
    const [px, py] = at(point)
    return point === chosen
      ? markup`<circle class="halo" cx="${px}" cy="${py}" r="10"/><circle class="chosen" cx="${px}" cy="${py}" r="5.5"><title>${
        tooltip(`${point.name} (default)`, point)
      }</title></circle>`
      : markup`<circle class="dot" cx="${px}" cy="${py}" r="3.5"><title>${tooltip(point.name, point)}</title></circle>`
  }
  const square = (baseline: Baseline): Markup => {
    const [px, py] = at(baseline)
    return markup`<rect class="baseline" x="${px - 4}" y="${py - 4}" width="8" height="8"><title>${
      tooltip(
        report.baselines.filter((other) => same(baseline, other)).map((other) => other.name).join(" = "),
        baseline
      )
    }</title></rect>`
  }

  const labels: ReadonlyArray<Label> = [
    ...(chosen === undefined ? [] : [{ text: `${chosen.name} (default)`, anchors: [at(chosen)], bold: true }]),
    ...(floor === undefined ? [] : [{
      text: floor.text,
      anchors: Array.from({ length: 25 }, (_, i): Pixel => [plot.x + (i * plot.width) / 24, y.of(floor.quality)])
    }]),
    ...baselines.map((baseline) => ({ text: baseline.name, anchors: [at(baseline)] })),
    ...(oracle.length < 2 ? [] : [{ text: "oracle", anchors: oracle }]),
    ...(mix.length < 2 ? [] : [{ text: "random mix of tiers", anchors: mix, optional: true }]),
    ...report.frontier
      .filter((point) => point !== chosen && !baselines.some((baseline) => same(baseline, point)))
      .map((point) => ({ text: point.name, anchors: [at(point)], optional: true }))
  ]
  const marks = [...report.frontier, ...baselines].map((point): Box => {
    const [px, py] = at(point)
    const r = point === chosen ? 11 : 6
    return { x: px - r, y: py - r, width: 2 * r, height: 2 * r }
  })
  const floorY = floor === undefined ? Number.NaN : y.of(floor.quality)
  const floorLine: ReadonlyArray<Pixel> = floor === undefined ? [] : [[plot.x, floorY], [right, floorY]]
  const obstacles = [...marks, ...[frontier, oracle, mix, floorLine].flatMap(alongLine)]
  const xAxis = {
    scale: x,
    label: `cost, USD per 1,000 requests${x.kind === "log" ? " (logarithmic)" : ""}`,
    format: shortUsd
  }
  const digits = decimalsFor(y.ticks)
  const yAxis = {
    scale: y,
    label: capital(qualityWord(report.certificate.labels)),
    format: (tick: number) => tick.toFixed(digits)
  }
  return {
    height,
    content: markup`${axes(plot, xAxis, yAxis)}
${
      floor === undefined ?
        nothing :
        markup`<line class="floor" x1="${plot.x}" y1="${floorY}" x2="${right}" y2="${floorY}"/>`
    }
<path class="mix" d="${path(mix)}"/>
<path class="oracle" d="${path(oracle)}"/>
<path class="frontier" d="${path(frontier)}"/>
${report.frontier.map(whiskers)}${report.frontier.map(dot)}${baselines.map(square)}${
      placeLabels(labels, obstacles, plot).map(textMark)
    }`
  }
}

/** Cost against quality: operating points with intervals, baselines, the random mix, the oracle, the floor. */
export const frontierFigure = (report: OptimizeReport): Figure => {
  const chosen = report.frontier.find((point) => point.name === report.default_point)
  const floor = floorOf(report)
  const [first, last] = [report.frontier[0], report.frontier.at(-1)].map((point) => usdPerThousand(point?.cost_usd))
  return {
    id: "frontier-figure",
    title: "Cost against quality",
    description: [
      `${report.frontier.length} operating points from ${first!} to ${last!} per 1,000 requests, with 95 % intervals.`,
      ...(chosen === undefined
        ? []
        : [`The default point ${chosen.name} costs ${usdPerThousand(chosen.cost_usd)} at ${quality(chosen.quality)}.`]),
      ...(floor === undefined ? [] : [`The floor is ${quality(floor.quality)} (${exactPercent(floor.share)}).`]),
      "Up and to the left is better."
    ].join(" "),
    widths: [960, 360],
    draw: (width) => draw(drawable(report), width)
  }
}
