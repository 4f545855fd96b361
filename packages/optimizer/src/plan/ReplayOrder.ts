import { shuffledIndices } from "../statistics/SeededRandom.ts"
import { looksRandom, type RequestFacts } from "./MissingAtRandom.ts"

/** What is missing of each request, over the tiers of a plan. Columns by tier, then request; 1 is yes. */
export interface MissingCalls {
  readonly missing: ReadonlyArray<Uint8Array>
  /** The tier was asked and failed. */
  readonly failed: ReadonlyArray<Uint8Array>
  /** Mean USD of one call by tier; NaN where unknown. */
  readonly meanUsd: ReadonlyArray<number>
}

/** The requests in the order to complete them. */
export interface ReplayOrder {
  readonly rows: Uint32Array
  /** How many of the first were begun before and are only completed. */
  readonly completed: number
}

/**
 * The order in which to complete requests that lack an answer: at random. A certificate speaks of the traffic its
 * requests were drawn from, so how likely a request is to be drawn must not depend on what it is like: not on its
 * length, its predicted cost, or how sure a head is of it.
 *
 * Requests that lack only some of the tiers go first, the cheapest set of missing tiers before the others, where that is
 * as good as random: where they look like all requests ({@link looksRandom}) and none of what they lack failed, as
 * failures come from long or odd requests. Within a set of missing tiers the order is random.
 */
export const replayOrder = (calls: MissingCalls, facts: RequestFacts, seed: number): ReplayOrder => {
  const { failed, meanUsd, missing } = calls
  const n = facts.task.length
  const shuffled = shuffledIndices(n, seed)
  const patterns = new Map<string, Array<number>>()
  for (const row of shuffled) {
    const lacking = missing.flatMap((column, k) => column[row] === 1 ? [k] : [])
    const begun = lacking.length > 0 && lacking.length < missing.length
    if (!begun || lacking.some((k) => failed[k]![row] === 1)) continue
    const pattern = lacking.join(" ")
    const list = patterns.get(pattern)
    if (list === undefined) patterns.set(pattern, [row])
    else list.push(row)
  }
  const usd = (pattern: string) => pattern.split(" ").reduce((sum, k) => sum + meanUsd[Number(k)]!, 0)
  const first: Array<number> = []
  for (const [, rows] of [...patterns].toSorted(([a], [b]) => orderOf(usd(a)) - orderOf(usd(b)) || (a < b ? -1 : 1))) {
    const inside = new Uint8Array(n)
    for (const row of rows) inside[row] = 1
    if (looksRandom(facts, inside)) first.push(...rows)
  }
  const taken = new Set(first)
  const later = shuffled.filter((row) => !taken.has(row) && missing.some((column) => column[row] === 1))
  return { rows: Uint32Array.from([...first, ...later]), completed: first.length }
}

/** An unknown cost comes last. */
const orderOf = (usd: number): number => Number.isNaN(usd) ? Number.MAX_VALUE : usd
