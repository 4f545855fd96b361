import { applyTable } from "../../src/ApplyTable.ts"
import { groupFolds } from "../../src/data/Folds.ts"
import { fitPolicy } from "../../src/fit/FitPolicy.ts"
import { measurePoint } from "../../src/Measure.ts"
import { chooseClass } from "../../src/portfolio/ChooseClass.ts"
import { predictionsOf, problemOf } from "../../src/portfolio/Columns.ts"
import { type Candidate, frontierOf, priceGrid } from "../../src/portfolio/Frontier.ts"
import { type PolicyClass, policyClasses } from "../../src/portfolio/PolicyClass.ts"
import { evaluatePlan } from "../../src/search/EvaluatePlan.ts"
import { hullOf } from "../../src/search/Hull.ts"
import { tableParts } from "../../src/TableParts.ts"
import { takeTiers } from "./DrawPart.ts"
import { hasRecorded, loadRecorded, type RecordedSet } from "./RecordedData.ts"

/** A choice of tiers of a recorded set. */
export interface TierSet {
  readonly name: string
  readonly set: RecordedSet
  readonly tiers: ReadonlyArray<string>
  /** How often the folds are drawn; 1 unless given. */
  readonly draws?: number
}

/** Five tiers with confidence signals, and on `bfcl` without. */
export const TIER_SETS: ReadonlyArray<TierSet> = [
  {
    name: "mmlu-pro, OpenAI",
    set: "mmlu-pro",
    tiers: ["gpt-4.1-nano", "gpt-4o-mini-2024-07-18", "gpt-4.1-mini", "gpt-4o-2024-08-06", "gpt-4.1"]
  },
  {
    name: "mmlu-pro, Google and OpenAI",
    set: "mmlu-pro",
    tiers: ["gemini-2.0-flash-lite", "gemini-2.0-flash", "gpt-4.1-mini", "gemini-1.5-pro", "gpt-4.1"]
  },
  {
    name: "mmlu-pro, Anthropic and OpenAI",
    set: "mmlu-pro",
    tiers: [
      "gpt-4o-mini-2024-07-18",
      "claude-3-haiku-20240307",
      "claude-3-5-haiku-20241022",
      "gpt-4o-2024-08-06",
      "claude-3-7-sonnet-20250219"
    ]
  },
  {
    name: "bfcl",
    set: "bfcl",
    tiers: [
      "gemini-1.5-flash-preview-0514",
      "gpt-4o-mini-2024-07-18-FC",
      "gpt-4o-2024-05-13-FC",
      "gpt-4-0125-preview-FC",
      "gpt-4-0125-preview"
    ],
    // 1,700 requests: the figures of one draw of folds differ by more than the targets.
    draws: 5
  }
]

const OUTER = 5
const INNER = 5
/** Mean costs at which frontiers are compared, as even steps from the cheapest tier to the flagship. */
export const STEPS = 25
const POINTS = 18
const PRICES = 12

export interface OuterPart {
  readonly tierSet: string
  /** Of the folds, from 1. */
  readonly draw: number
  readonly fold: number
}

/** Every fold of every set that is present; the quick run takes one fold of the first set of each data set. */
export const outerParts = (quick: boolean): ReadonlyArray<OuterPart> =>
  TIER_SETS.filter(({ set }, i) =>
    hasRecorded(set) && !(quick && TIER_SETS.findIndex((other) => other.set === set) < i)
  )
    .flatMap(({ draws = 1, name }) =>
      Array.from({ length: quick ? 1 : draws * OUTER }, (_, i) => ({
        tierSet: name,
        draw: 1 + Math.floor(i / OUTER),
        fold: i % OUTER
      }))
    )

/** Quality and USD of each row left out, at every step of cost: step s of row i is at `s * rows + i`. */
export interface SteppedRows {
  readonly quality: Float64Array
  readonly costUsd: Float64Array
}

/** What policies learned from all folds but one do with the rows of that fold. */
export interface OuterFold extends OuterPart {
  readonly rows: number
  readonly group: Uint32Array
  /** Quality and USD of each single tier: tier k of row i is at `k * rows + i`. */
  readonly singles: SteppedRows
  readonly flagship: number
  readonly classes: ReadonlyArray<{ readonly name: string; readonly chosen: boolean; readonly stepped: SteppedRows }>
}

const nameOf = ({ kind, score }: PolicyClass): string =>
  kind === "single" || kind === "route" ? kind : `${kind} on ${score}`

const measured = new Map<string, Promise<OuterFold>>()

/** Fits, chooses and searches on all folds but one, and runs the frontier of every class on that one. */
export const outerFold = (part: OuterPart): Promise<OuterFold> => {
  const key = `${part.tierSet} ${part.draw} ${part.fold}`
  const known = measured.get(key) ?? measureFold(part)
  measured.set(key, known)
  return known
}

const measureFold = async (part: OuterPart): Promise<OuterFold> => {
  const tierSet = TIER_SETS.find(({ name }) => name === part.tierSet)!
  const data = takeTiers(await loadRecorded(tierSet.set), tierSet.tiers)
  const outer = groupFolds(data.group, OUTER, part.draw), inner = groupFolds(data.group, INNER, part.draw + 1)
  const all = Uint32Array.from({ length: data.n }, (_, row) => row)
  const develop = all.filter((row) => outer[row] !== part.fold), test = all.filter((row) => outer[row] === part.fold)
  const fitted = fitPolicy(data, develop, inner, INNER)
  const prices = priceGrid(fitted.columns, develop, PRICES)
  const scores = chooseClass(policyClasses, fitted.columns, develop, inner, INNER, data.group, prices)
  const columns = applyTable(data, tableParts(data, fitted, data.tiers.map((name) => ({ name }))), test)
  const predictions = predictionsOf(columns, test)
  const classes = scores.map(({ chosen, policyClass }) => {
    const problem = problemOf(columns, test, policyClass.score, "labels")
    const candidates = frontierOf(policyClass, fitted.columns, develop, data.flagship, POINTS)
    const run = (candidate: Candidate) =>
      measurePoint(data, test, { name: "", ...candidate }, (plan) => evaluatePlan(problem, plan, predictions).rows)
    return { name: nameOf(policyClass), chosen, stepped: stepThrough(candidates, run, test.length) }
  })
  const columnwise = (of: ReadonlyArray<Float64Array>) => {
    const joined = new Float64Array(of.length * test.length)
    of.forEach((column, k) => test.forEach((row, i) => joined[k * test.length + i] = column[row]!))
    return joined
  }
  return {
    ...part,
    rows: test.length,
    group: Uint32Array.from(test, (row) => data.group[row]!),
    singles: { quality: columnwise(data.quality), costUsd: columnwise(data.costUsd) },
    flagship: data.flagship,
    classes
  }
}

/**
 * A frontier at even steps of cost: at each the mix of its two neighbours that costs so much on the rows it was searched
 * on. Points that lie below the hull on those rows are passed over.
 */
const stepThrough = (
  candidates: ReadonlyArray<Candidate>,
  run: (candidate: Candidate) => { readonly quality: Float64Array; readonly costUsd: Float64Array },
  rows: number
): SteppedRows => {
  const hull = hullOf(candidates)
  const outcomes = hull.map(run)
  const from = hull[0]!.cost, to = hull.at(-1)!.cost
  const quality = new Float64Array(STEPS * rows), costUsd = new Float64Array(STEPS * rows)
  for (let s = 0; s < STEPS; s++) {
    const budget = from + (to - from) * s / (STEPS - 1)
    const above = Math.max(1, hull.findIndex(({ cost }) => cost >= budget))
    const a = hull[above - 1]!, b = hull[Math.min(above, hull.length - 1)]!
    const share = b.cost > a.cost ? Math.min(1, (budget - a.cost) / (b.cost - a.cost)) : 0
    const low = outcomes[above - 1]!, high = outcomes[Math.min(above, hull.length - 1)]!
    for (let i = 0; i < rows; i++) {
      quality[s * rows + i] = (1 - share) * low.quality[i]! + share * high.quality[i]!
      costUsd[s * rows + i] = (1 - share) * low.costUsd[i]! + share * high.costUsd[i]!
    }
  }
  return { quality, costUsd }
}
