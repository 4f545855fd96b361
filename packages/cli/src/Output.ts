import { Console } from "effect"

/** Columns of text, padded; numbers as the caller wrote them, right-aligned where every cell of a column looks numeric. */
export const table = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const width = header.map((name, j) => Math.max(name.length, ...rows.map((row) => row[j]!.length)))
  const numeric = header.map((_, j) =>
    rows.length > 0 && rows.every((row) => /^[-+$]?[\d.,]+( ?%| ms| s)?$|^-?$/.test(row[j]!))
  )
  const line = (cells: ReadonlyArray<string>) =>
    cells.map((cell, j) => numeric[j] ? cell.padStart(width[j]!) : cell.padEnd(width[j]!)).join("  ").trimEnd()
  return [line(header), width.map((w) => "-".repeat(w)).join("  "), ...rows.map(line)].join("\n")
}

/** US dollars with the digits that matter. */
export const usd = (value: number): string => {
  if (value === 0) return "$0"
  return Math.abs(value) >= 1 ? `$${value.toFixed(2)}` : `$${value.toPrecision(3).replace(/e-.*/, (e) => e)}`
}

/** A number of things: `1 call`, `2 calls`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`

export const milliseconds = (ms: number | null): string => ms === null ? "-" : `${Math.round(ms)} ms`

/** Prints one JSON object for machines, or text for people. */
export const print = (json: boolean, value: unknown, text: string) =>
  Console.log(json ? JSON.stringify(value, null, 2) : text)
