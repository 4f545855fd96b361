import { chainSearch } from "../../src/search/Coordinate.ts"
import { rankProblem } from "../../src/search/RankedProblem.ts"
import type { SearchProblem } from "../../src/search/SearchProblem.ts"
import { subsetSearch } from "../../src/search/Subsets.ts"
import { quantiles } from "../../src/statistics/Quantile.ts"
import { drawRows, takeTiers } from "./DrawPart.ts"
import { hasRecorded, loadRecorded } from "./RecordedData.ts"
import { signalConfidence } from "./SignalConfidence.ts"
import { markdownTable, type Target, verdictOf } from "./Target.ts"

const TIERS = ["gpt-4.1-nano", "gpt-4o-mini-2024-07-18", "gpt-4.1-mini", "gemini-1.5-pro", "gpt-4.1"]
const ROWS = 300
const PRICES = 20
const WARM_UP = 20

interface Times {
  /** CPU milliseconds of a repetition, by batch. */
  readonly subsets: Float64Array
  readonly fixedChain: Float64Array
}

/** CPU time of tuning a cascade of five tiers on 300 calibrated requests for 20 prices of cost. */
export const tuningTime: Target<{ readonly repetitions: number }, Times> = {
  name: "tuning-time",
  what: "tuning time of a 5-tier cascade on 300 rows",
  reference: "22 s / 669 s",
  must: "0.1 s",
  aim: "0.02 s",
  alone: true,
  parts: (quick) => hasRecorded("mmlu-pro") ? [{ repetitions: quick ? 50 : 300 }] : [],
  measure: async ({ repetitions }) => {
    const data = takeTiers(await loadRecorded("mmlu-pro"), TIERS)
    const { drawn } = drawRows(data, ROWS, 1)
    const pick = (column: Float64Array) => Float64Array.from(drawn, (row) => column[row]!)
    const score = data.tiers.map((_, k) => pick(signalConfidence(data, k, drawn)))
    const problem: SearchProblem = {
      n: ROWS,
      tiers: TIERS.length,
      quality: score,
      cost: data.costUsd.map(pick),
      score
    }
    const dearest = Math.max(...problem.cost.map((column) => column.reduce((sum, usd) => sum + usd, 0) / ROWS))
    const prices = Array.from({ length: PRICES }, (_, i) => 30 / dearest * 1e-3 ** (i / (PRICES - 1)))
    const solveAll = (search: { readonly solve: (lambda: number) => unknown }) => {
      for (const price of prices) search.solve(price)
    }
    return {
      subsets: timed(repetitions, () => solveAll(subsetSearch(rankProblem(problem)))),
      fixedChain: timed(repetitions, () => solveAll(chainSearch(rankProblem(problem), TIERS.map((_, k) => k))))
    }
  },
  report: ([times]) => {
    const percentiles = (ms: Float64Array) => quantiles(ms, [0.5, 0.05, 0.95])
    const [median, low, high] = percentiles(times!.subsets)
    const line = (name: string, ms: Float64Array) => [name, ...percentiles(ms).map((v) => v.toFixed(2))]
    return {
      measured: `${(median! / 1_000).toFixed(4)} s [${(low! / 1_000).toFixed(4)}, ${(high! / 1_000).toFixed(4)}]`,
      verdict: verdictOf(median! / 1_000, { must: 0.1, aim: 0.02, better: "less" }),
      details: [
        `CPU milliseconds of ranking the scores and searching at ${PRICES} prices of cost, ${times!.subsets.length} ` +
        `batches of ${BATCH} repetitions after warming up; 5th to 95th percentile of batches. ` +
        "Calibration is not included, as it is not in the reference.",
        markdownTable(["search", "median", "5 %", "95 %"], [
          line("any subset of the five tiers", times!.subsets),
          line("all five in order", times!.fixedChain)
        ])
      ]
    }
  }
}

/** Repetitions timed together, as the clock of CPU time is coarse. */
const BATCH = 10

/** CPU milliseconds of a repetition in this thread, by batch. */
const timed = (repetitions: number, work: () => void): Float64Array => {
  for (let i = 0; i < WARM_UP; i++) work()
  return new Float64Array(repetitions / BATCH).map(() => {
    const before = process.threadCpuUsage()
    for (let i = 0; i < BATCH; i++) work()
    const { system, user } = process.threadCpuUsage(before)
    return (system + user) / 1_000 / BATCH
  })
}
