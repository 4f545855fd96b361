/** What one row of the table of targets measured. */
export interface Measured {
  /** The figure with its interval, as the table shows it. */
  readonly measured: string
  readonly verdict: string
  /** Markdown paragraphs and tables that say how it was measured and what lies behind it. */
  readonly details: ReadonlyArray<string>
}

/**
 * One row of the table of targets. Its work is cut into parts, which run in worker threads: a part goes there and its
 * result comes back by structured clone.
 */
export interface Target<Part, Result> {
  readonly name: string
  readonly what: string
  readonly reference: string
  readonly must: string
  readonly aim: string
  /** Timed: its parts run one by one when nothing else does. */
  readonly alone?: boolean
  /** The parts that the recorded data at hand allows; none where it is absent. */
  parts(quick: boolean): ReadonlyArray<Part>
  measure(part: Part): Promise<Result>
  report(results: ReadonlyArray<Result>): Measured
}

/** Compares a figure with what must be reached and what is aimed at. */
export const verdictOf = (
  value: number,
  bounds: { readonly must: number; readonly aim: number; readonly better: "less" | "more" }
): string => {
  const reaches = (bound: number) => bounds.better === "less" ? value <= bound : value >= bound
  return reaches(bounds.aim) ? "aim reached" : reaches(bounds.must) ? "reached, short of the aim" : "missed"
}

/** `0.644 [0.630, 0.658]`; the figure alone where there was too little for an interval. */
export const withInterval = (
  { estimate, high, low }: { readonly estimate: number; readonly low: number; readonly high: number },
  digits: number
): string =>
  Number.isFinite(high - low)
    ? `${estimate.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`
    : estimate.toFixed(digits)

/** A Markdown table; columns after the first are aligned to the right. */
export const markdownTable = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): string =>
  [
    `| ${head.join(" | ")} |`,
    `| ${head.map((_, i) => i === 0 ? "---" : "---:").join(" | ")} |`,
    ...rows.map((row) => `| ${row.join(" | ")} |`)
  ].join("\n")
