import type { Certificate } from "@spillway/domain"
import type { Interval } from "@spillway/optimizer"

/** Stands for a number that is not known. */
export const UNKNOWN = "–"

const grouped = (value: number, digits: number) =>
  value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })

const known = (format: (value: number) => string) => (value: number | null | undefined): string =>
  value === null || value === undefined || !Number.isFinite(value) ? UNKNOWN : format(value)

/** `12,345` */
export const count = known((value) => grouped(value, 0))

/** `73.2 %` of a share, with a space that does not break. */
export const percent = known((share) => `${grouped(100 * share, 1)}\u00a0%`)

/** `98 %` of a share that somebody set, with all its digits. */
export const exactPercent = known((share) => `${Number((100 * share).toFixed(4))}\u00a0%`)

/** `0.913` */
export const quality = known((value) => grouped(value, 3))

/** `+0.012`, `-0.012`, or `0.000` without a sign where nothing shows. */
export const qualityDifference = known((value) => {
  const size = grouped(Math.abs(value), 3)
  return size === "0.000" ? size : `${value < 0 ? "-" : "+"}${size}`
})

/** `$1,234`, `$12.34`, `$0.00123`: at least two decimals and three significant digits below 1,000. */
export const usd = known((value) => {
  const size = Math.abs(value)
  const digits = size >= 1000 ? 0 : size >= 1 || size === 0 ? 2 : Math.min(12, 2 - Math.floor(Math.log10(size)))
  return `${value < 0 ? "-" : ""}$${grouped(size, digits)}`
})

/** `$0.075`, `$2.00`: a price as it was set, in full. */
export const price = known((value) =>
  `$${value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 9 })}`
)

/** {@link usd} of a thousand times a cost per request. */
export const usdPerThousand = known((costUsd) => usd(1000 * costUsd))

/** `842 ms` or `12.3 s` */
export const latency = known((ms) => ms < 9999.5 ? `${grouped(ms, 0)} ms` : `${grouped(ms / 1000, 1)} s`)

/** `0.0123`, `< 0.0001` */
export const pValue = known((p) => p < 0.0001 ? "< 0.0001" : grouped(p, 4))

/** `0.901 to 0.925` */
export const interval = (ends: Interval, format: (value: number) => string): string =>
  `${format(ends[0])} to ${format(ends[1])}`

/** `economy 80.0 %, flagship 20.0 %`, without what is never used. */
export const shares = (byTier: Readonly<Record<string, number>>): string =>
  Object.entries(byTier).filter(([, share]) => share > 0).map(([tier, share]) => `${tier} ${percent(share)}`).join(
    ", "
  ) ||
  UNKNOWN

/** What the report calls quality: grades that are not truth carry their origin wherever they show. */
export const qualityWord = (labels: Certificate["labels"]): string =>
  ({ graded: "quality", judged: "judged quality", agreement_with_flagship: "agreement with the flagship" })[labels]

export const capital = (text: string): string => text === "" ? text : text[0]!.toUpperCase() + text.slice(1)
