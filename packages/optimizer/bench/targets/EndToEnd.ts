import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Target } from "./Target.ts"

const DOCUMENT = fileURLToPath(new URL("../../../../docs/performance.md", import.meta.url))

/**
 * A million requests take longer and more memory than all other rows together, so they have a benchmark of their own; this
 * row says what is written of it.
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
    return lines.find((line) => line.includes("1,000,000 x 5") || line.includes("1,000,000 requests x 5")) ?? null
  },
  report: ([line]) => ({
    measured: line === null ? "-" : "see below",
    verdict: "not measured here",
    details: [
      "`node --conditions=@spillway/source packages/optimizer/bench/optimize.ts 1000000` measures it." +
      (line === null ? "" : ` docs/performance.md says:\n\n${line}`)
    ]
  })
}
