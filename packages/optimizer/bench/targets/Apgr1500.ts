import { drawRows } from "./DrawPart.ts"
import { hasRecorded, loadRecorded } from "./RecordedData.ts"
import type { Target } from "./Target.ts"
import { PAIRS, reportApgr, type ScoredPair, scorePair } from "./TwoTierApgr.ts"

const LABELS = 1_500
const RESAMPLES = 400

/** Two-tier routing learned from 1,500 labels, measured on all other requests. */
export const apgr1500: Target<{ readonly pair: number; readonly seed: number }, ScoredPair> = {
  name: "apgr-1500",
  what: "RouteLLM-style two-tier routing, 1,500 labels, APGR",
  reference: ".603",
  must: ".640",
  aim: ".665",
  parts: (quick) =>
    !hasRecorded("mmlu-pro")
      ? []
      : PAIRS.slice(0, quick ? 2 : undefined).flatMap((_, pair) =>
        (quick ? [1] : [1, 2, 3]).map((seed) => ({ pair, seed }))
      ),
  measure: async ({ pair, seed }) => {
    const data = await loadRecorded("mmlu-pro")
    const { drawn, rest } = drawRows(data, LABELS, seed)
    return scorePair(data, pair, seed, drawn, rest)
  },
  report: (parts) => reportApgr(parts, { must: 0.64, aim: 0.665 }, "draw", RESAMPLES)
}
