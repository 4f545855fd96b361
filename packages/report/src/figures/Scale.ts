/** Maps data to pixels. */
export interface Scale {
  readonly of: (value: number) => number
  /** Round values inside the domain, ascending. */
  readonly ticks: ReadonlyArray<number>
  readonly kind: "linear" | "log"
}

type Range = readonly [number, number]

const extent = (values: ReadonlyArray<number>): Range => {
  const finite = values.filter((value) => Number.isFinite(value))
  return finite.length === 0
    ? [0, 1]
    : finite.reduce<Range>(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity])
}

/** 1, 2 or 5 times a power of ten, whichever comes nearest to `wanted` steps in `span`. */
const stepFor = (span: number, wanted: number): number => {
  const power = 10 ** Math.floor(Math.log10(span / wanted))
  const exact = span / wanted / power
  return power * (exact >= Math.sqrt(50) ? 10 : exact >= Math.sqrt(10) ? 5 : exact >= Math.sqrt(2) ? 2 : 1)
}

const linearTicks = ([low, high]: Range, wanted: number): Array<number> => {
  const step = stepFor(high - low, wanted)
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  // Division by the inverse keeps .3 from becoming .30000000000000004.
  return Array.from(
    { length: last - first + 1 },
    (_, i) => step < 1 ? (first + i) / Math.round(1 / step) : (first + i) * step
  )
}

const logTicks = ([low, high]: Range, wanted: number): Array<number> => {
  const steps = [[1], [1, 3], [1, 2, 5]]
  const candidates = steps.map((digits) => {
    const powers = Array.from(
      { length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
      (_, i) => Math.floor(Math.log10(low)) + i
    )
    return powers
      .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
      .filter((value) => value >= low && value <= high)
  })
  return candidates.find((ticks) => ticks.length >= wanted) ?? candidates.at(-1)!
}

/** A linear scale over the values, with a margin in shares of their span. */
export const linearScale = (
  values: ReadonlyArray<number>,
  pixels: Range,
  options: { readonly margin: number; readonly ticks: number }
): Scale => {
  const [low, high] = extent(values)
  const span = high > low ? high - low : Math.max(Math.abs(high), 1e-9) * .2
  const margin = high > low ? options.margin * span : span / 2
  const domain: Range = [low - margin, high + margin]
  return {
    kind: "linear",
    of: (value) => pixels[0] + (value - domain[0]) / (domain[1] - domain[0]) * (pixels[1] - pixels[0]),
    ticks: linearTicks(domain, options.ticks)
  }
}

/** Logarithmic where the positive values span a factor of eight or more, else linear from zero or near the least. */
export const costScale = (
  values: ReadonlyArray<number>,
  pixels: Range,
  options: { readonly margin: number; readonly ticks: number }
): Scale => {
  const [low, high] = extent(values)
  if (low <= 0 || high / low < 8) {
    const scale = linearScale(values, pixels, options)
    return { ...scale, ticks: scale.ticks.filter((tick) => tick >= 0) }
  }
  const margin = (high / low) ** options.margin
  const domain: Range = [low / margin, high * margin]
  const span = Math.log(domain[1] / domain[0])
  return {
    kind: "log",
    of: (value) => pixels[0] + Math.log(value / domain[0]) / span * (pixels[1] - pixels[0]),
    ticks: logTicks(domain, options.ticks)
  }
}
