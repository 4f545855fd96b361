import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Target, verdictOf } from "./Target.ts"

const DOCUMENT = fileURLToPath(new URL("../../../../docs/performance.md", import.meta.url))
const COLUMN = "1,000,000 x 5"

/**
 * A million requests take longer and more memory than all other rows together, so they have a benchmark of their own; this
 * row repeats what docs/performance.md says of it.
 */
export const endToEnd: Target<Record<string, never>, string | null> = {
  name: "end-to-end",
  what: "1,000,000 requests x 5 tiers with text, end to end, 2 cores",
  reference: "days on 50 cores",
  must: "60 s, 4 GB",
  aim: "25 s",
  parts: () => [{}],
  measure: async () => {
    const lines = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, "utf8").split("\n") : []
    const cells = (line: string) => line.split("|").map((cell) => cell.trim())
    const head = lines.findIndex((line) => cells(line).includes(COLUMN))
    const row = lines.slice(head + 1).find((line) => cells(line)[1] === "optimize")
    return head < 0 || row === undefined ? null : cells(row)[cells(lines[head]!).indexOf(COLUMN)] ?? null
  },
  report: ([cell]) => {
    const seconds = Number(/^(\d+(?:\.\d+)?) s/.exec(cell ?? "")?.[1] ?? NaN)
    return {
      measured: cell ?? "-",
      verdict: Number.isNaN(seconds) ? "not measured" : verdictOf(seconds, { must: 60, aim: 25, better: "less" }),
      details: [
        "Not measured by this command but by `npm run bench:scale`; the figure is copied from " +
        "[docs/performance.md](../docs/performance.md), which says on what machine and with how many of the requests."
      ]
    }
  }
}
