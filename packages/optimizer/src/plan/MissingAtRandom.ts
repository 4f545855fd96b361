import { chiSquaredTail } from "../statistics/ChiSquared.ts"
import { normalCdf } from "../statistics/Normal.ts"
import { auroc } from "../statistics/Ranking.ts"

/** What is known of every request before any answer. */
export interface RequestFacts {
  /** Index of the task. */
  readonly task: Uint32Array
  /** Milliseconds since 1970, NaN where unknown. */
  readonly ts: Float64Array
  readonly chars: Float64Array
}

/** Fewer requests than this cannot show that they differ from the others. */
const LEAST = 30
const LEVEL = 0.05
/** Expected counts below this are thrown together: the chi-squared distribution does not hold for them. */
const LEAST_EXPECTED = 5

/**
 * Whether some requests look like a random sample of all: in their tasks (chi-squared test), their length and their time
 * (Wilcoxon rank-sum test), at level .05 over the three together (Bonferroni). It can only look at what is known of
 * every request, so it is a check, not a proof.
 *
 * @param inside 1 for the requests in question
 */
export const looksRandom = (facts: RequestFacts, inside: Uint8Array): boolean => {
  const n = inside.length
  const count = inside.reduce((sum, flag) => sum + flag, 0)
  if (count < LEAST) return false
  if (count === n) return true
  const timed = facts.ts.every((t) => !Number.isNaN(t))
  const pValues = [
    taskPValue(facts.task, inside, count),
    rankSumPValue(facts.chars, inside, count),
    ...(timed ? [rankSumPValue(facts.ts, inside, count)] : [])
  ]
  return Math.min(...pValues) * pValues.length >= LEVEL
}

const rankSumPValue = (values: Float64Array, inside: Uint8Array, count: number): number => {
  const n = values.length
  const error = Math.sqrt((n + 1) / (12 * count * (n - count)))
  return 2 * (1 - normalCdf(Math.abs(auroc(values, inside) - 0.5) / error))
}

const taskPValue = (task: Uint32Array, inside: Uint8Array, count: number): number => {
  const n = task.length
  const all = new Map<number, number>(), within = new Map<number, number>()
  task.forEach((t, i) => {
    all.set(t, (all.get(t) ?? 0) + 1)
    if (inside[i] === 1) within.set(t, (within.get(t) ?? 0) + 1)
  })
  const share = count / n
  const cells: Array<{ readonly total: number; readonly seen: number }> = []
  let rareTotal = 0, rareSeen = 0
  for (const [t, total] of all) {
    const seen = within.get(t) ?? 0
    if (total * Math.min(share, 1 - share) >= LEAST_EXPECTED) cells.push({ total, seen })
    else {
      rareTotal += total
      rareSeen += seen
    }
  }
  if (rareTotal > 0) cells.push({ total: rareTotal, seen: rareSeen })
  if (cells.length < 2) return 1
  const statistic = cells.reduce((sum, { seen, total }) => {
    const expected = total * share
    return sum + (seen - expected) ** 2 / expected + (seen - expected) ** 2 / (total - expected)
  }, 0)
  return chiSquaredTail(statistic, cells.length - 1)
}
