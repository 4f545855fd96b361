import { costAtShare } from "../../src/metrics/QualityNeutralCost.ts"
import { type OuterFold, outerFold, type OuterPart, outerParts, TIER_SETS } from "./OuterFrontiers.ts"
import { poolFolds, PORTFOLIO } from "./PooledFolds.ts"
import { markdownTable, type Target, withInterval } from "./Target.ts"

const RESAMPLES = 300
const SHARE = 0.98
const MUST = 0.5
const AIM = 0.44

/** Cost of keeping 98 % of the flagship's quality with five tiers. */
export const costAt98: Target<OuterPart, OuterFold> = {
  name: "cost-at-98",
  what: "cost at 98 % of flagship quality, 5 tiers with confidence",
  reference: "random mix .39 to .67",
  must: ".30 / .50",
  aim: ".27 / .44",
  parts: (quick) => {
    const signalled = new Set(TIER_SETS.filter(({ set }) => set !== "bfcl").map(({ name }) => name))
    return outerParts(quick).filter(({ tierSet }) => signalled.has(tierSet))
  },
  measure: outerFold,
  report: (folds) => {
    const sets = poolFolds(folds).map((pooled) => {
      const [cost, mix, ratio] = pooled.statistics(
        [PORTFOLIO],
        ([curve], singles, flagship) => {
          const own = costAtShare([...curve!, flagship], flagship, SHARE), mixed = costAtShare(singles, flagship, SHARE)
          return [own, mixed, own / mixed]
        },
        RESAMPLES
      )
      return { name: pooled.name, cost: cost!, mix: mix!, ratio: ratio! }
    })
    return {
      measured: sets.map(({ cost, mix, name }) =>
        `${name}: ${withInterval(cost, 3)}, random mix ${mix.estimate.toFixed(2)}`
      )
        .join("; "),
      verdict: verdictOfSets(sets.map(({ cost }) => cost.estimate)),
      details: [
        "The portfolio of the row before, relative to the flagship's cost, interpolated on the hull. The two bounds are " +
        "those of an easy set (random mix .39) and of MMLU (.67); the verdict holds every set here against MMLU's. " +
        "How far a set can be reduced hangs on its prices and tiers, which the ratio to the random mix takes out; the " +
        "bounds are .75 to .77 of the random mix (must) and .66 to .69 (aim).",
        markdownTable(
          ["tiers", "cost at 98 %", "random mix", "ratio to random mix"],
          sets.map((
            { cost, mix, name, ratio }
          ) => [name, withInterval(cost, 3), withInterval(mix, 3), withInterval(ratio, 3)])
        )
      ]
    }
  }
}

const verdictOfSets = (costs: ReadonlyArray<number>): string => {
  const within = (bound: number) => costs.filter((cost) => cost <= bound).length
  const all = costs.length
  return within(AIM) === all
    ? "aim reached"
    : `${within(MUST) === all ? "reached" : "missed"}: ${within(MUST)} of ${all} sets within .50, ${
      within(AIM)
    } within .44`
}
