/** The seed of the committed files. */
export const SEED = 20260112

/** One JSON object a line. */
export const jsonLines = (rows: ReadonlyArray<unknown>): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("")
