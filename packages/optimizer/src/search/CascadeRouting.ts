import type { IndexedPlan, IndexedStage } from "./IndexedPlan.ts"
import { qualityAfter, rankAfter, type RankedProblem } from "./RankedProblem.ts"
import { routeEntries } from "./Route.ts"
import { isLate, type Predictions } from "./SearchProblem.ts"

/** An action of a stage: escalate to a tier, or {@link ACCEPT}. */
type Action = number
const ACCEPT = -1

/** A row has no answer before its entry tier's. */
const NONE = 255

const MAX_SWEEPS = 8
/** Entry prices that are tried, as multiples of the price of the objective. */
const ENTRY_MULTIPLES = [0.5, 1, 2, 4, 8]
/**
 * A further step of a stage has to gain more than this many standard deviations of a sum of gains of random sign, so that
 * small samples do not earn steps.
 */
const STEP_PENALTY = 0.5

/** The best plan found at a price, with its mean objective. */
export interface CascadeRoutingSolution {
  readonly plan: IndexedPlan
  readonly value: number
}

/** A search whose columns are made once and serve all prices. */
export interface CascadeRoutingSearch {
  /**
   * `start` is a plan to begin from beside the predicted entries, for instance the best cascade. What is found is worth
   * less by no more than the price of steps.
   */
  readonly solve: (lambda: number, start: IndexedPlan, mu?: number) => CascadeRoutingSolution
}

/**
 * Cascade routing (Dekoninck et al., ICML 2025): the entry tier by prediction, and after each answer accept it or call
 * any dearer tier, so that tiers may be skipped.
 *
 * Each stage is a step function of the calibrated score. With all other stages fixed, a row that reaches tier k is worth
 * its quality accepted, or the continuation value of each dearer tier; one histogram over ranks for each action and one
 * pass of dynamic programming with a price for each step give the best step function exactly. Stages are improved from
 * the dearest to the cheapest while that gains: a local optimum, O(sweeps n K^2). Entry prices and stages in turn.
 *
 * With the actions of dearer tiers fixed, a row that calls a tier follows one path from there to an answer, so how long
 * that takes is known too, and a row is charged for being late just where what went before and that path pass the cap.
 */
export const cascadeRoutingSearch = (problem: RankedProblem, predictions: Predictions): CascadeRoutingSearch => {
  const { candidates, latency, n, ranking, tiers, totalWeight } = problem
  const bins = ranking.map((r) => r?.bins ?? 1)
  const all = Array.from({ length: tiers }, (_, k) => k)
  /** Stands for a tier before where there is none. */
  const FIRST = tiers
  const befores = Array.from({ length: tiers + 1 }, (_, p) => p === FIRST ? undefined : p)
  const judgedApart = (k: number, p: number) => p !== FIRST && problem.after[k]?.[p] !== undefined
  const noRank = new Uint16Array(n)
  /** Ranks and qualities of tier k's answers right after p, as `[k][p]`. */
  const ranks = all.map((k) => befores.map((p) => ranking[k] === undefined ? noRank : rankAfter(problem, k, p)))
  const qualities = all.map((k) => befores.map((p) => qualityAfter(problem, k, p)))
  const previous = all.map(() => new Uint8Array(n))
  const columns = () =>
    all.map((k) => befores.map((_, p) => new Float64Array(p === FIRST || judgedApart(k, p) ? n : 0)))
  /** `onward[k][p]`: worth of calling tier k right after p, before the calls that led there; empty where p is no matter. */
  const onward = columns()
  /** Milliseconds of calling tier k right after p and all calls that follow, and of all calls up to tier k. */
  const rest = latency === undefined ? [] : columns(), elapsed = latency?.ms.map(() => new Float64Array(n)) ?? []
  const isOver = (ms: number) => latency !== undefined && isLate(ms, latency.capMs)
  const weightOf = (i: number) => problem.weight?.[i] ?? 1

  /** Marks, for each tier, the rows that reach it by the tier they come from. */
  const follow = (entry: Uint8Array, actions: ReadonlyArray<Int8Array>) => {
    for (const column of previous) column.fill(NONE)
    for (let i = 0; i < n; i++) previous[entry[i]!]![i] = FIRST
    for (const k of candidates) {
      const came = previous[k]!, rank = ranks[k]!, next = actions[k]!, ms = latency?.ms[k], took = elapsed[k]
      for (let i = 0; i < n; i++) {
        const p = came[i]!
        if (p === NONE) continue
        if (ms !== undefined) took![i] = ms[i]! + (p === FIRST ? 0 : elapsed[p]![i]!)
        const action = next[rank[p]![i]!]!
        if (action !== ACCEPT) previous[action]![i] = k
      }
    }
  }

  /** Fills `onward[k]` from the actions of tier k and the worth of dearer tiers. */
  const continueFrom = (k: number, lambda: number, actions: Int8Array) => {
    const cost = problem.cost[k]!
    for (let p = 0; p <= FIRST; p++) {
      if (p !== FIRST && !judgedApart(k, p)) continue
      const rank = ranks[k]![p]!, out = onward[k]![p]!
      /** By action, that of accepting first. */
      const worth = [qualities[k]![p]!, ...all.map((target) => worthAfter(target, k))]
      for (let i = 0; i < n; i++) out[i] = worth[actions[rank[i]!]! - ACCEPT]![i]! - lambda * cost[i]!
      if (latency === undefined) continue
      const ms = latency.ms[k]!, takes = rest[k]![p]!
      const follows = all.map((target) => rest[target]![judgedApart(target, k) ? k : FIRST]!)
      for (let i = 0; i < n; i++) {
        const action = actions[rank[i]!]!
        takes[i] = ms[i]! + (action === ACCEPT ? 0 : follows[action]![i]!)
      }
    }
  }
  const worthAfter = (k: number, p: number): Float64Array => onward[k]![judgedApart(k, p) ? p : FIRST]!

  /** The best step function of tier k for the rows that reach it; the old one where none does. */
  const improveStage = (k: number, mu: number, old: Int8Array): Int8Array => {
    if (ranking[k] === undefined) return old
    const targets: ReadonlyArray<Action> = [ACCEPT, ...candidates.filter((t) => t > k)]
    const sums = targets.map(() => new Float64Array(bins[k]!))
    const worth = targets.map((t) => t === ACCEPT ? qualities[k]![FIRST]! : worthAfter(t, k))
    const came = previous[k]!, rank = ranks[k]!, accepts = qualities[k]!
    const took = elapsed[k], takes = targets.map((t) => rest[t]?.[judgedApart(t, k) ? k : FIRST])
    let squares = 0
    for (let i = 0; i < n; i++) {
      const p = came[i]!
      if (p === NONE) continue
      const bin = rank[p]![i]!, accept = accepts[p]![i]!
      let best = 0
      for (let a = 1; a < worth.length; a++) {
        const passes = mu > 0 && !isOver(took![i]!) && isOver(took![i]! + takes[a]![i]!)
        const gain = worth[a]![i]! - accept - (passes ? mu * weightOf(i) : 0)
        sums[a]![bin]! += gain
        best = Math.max(best, Math.abs(gain))
      }
      squares += best * best
    }
    return squares === 0 ? old : bestSteps(targets, sums, STEP_PENALTY * Math.sqrt(squares))
  }

  const meanWorth = (entry: Uint8Array, mu: number): number => {
    let sum = 0
    for (let i = 0; i < n; i++) {
      sum += onward[entry[i]!]![FIRST]![i]!
      if (mu > 0 && isOver(rest[entry[i]!]![FIRST]![i]!)) sum -= mu * weightOf(i)
    }
    return sum / totalWeight
  }

  const improve = (lambda: number, mu: number, entry: Uint8Array, start: ReadonlyArray<Int8Array>) => {
    let actions = start
    let value = -Infinity
    for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
      follow(entry, actions)
      const next: Array<Int8Array> = [...actions]
      for (const k of candidates.toReversed()) {
        next[k] = improveStage(k, mu, actions[k]!)
        continueFrom(k, lambda, next[k]!)
      }
      const reached = meanWorth(entry, mu)
      const gains = reached > value + 1e-9
      // A sweep that drops steps for their price may fall, also below `start`. It is kept all the same: with 300 labels of
      // MMLU-Pro and 13 tiers, plans that keep such steps are worth .006 less on other rows.
      actions = next
      value = reached
      if (!gains) break
    }
    return { actions, value }
  }

  const solve = (lambda: number, start: IndexedPlan, mu = 0): CascadeRoutingSolution => {
    const begin = all.map((k) => actionsOf(start.stages[k], problem, k))
    let best: { entry: IndexedPlan["entry"]; actions: ReadonlyArray<Int8Array>; value: number } | undefined
    const entries: ReadonlyArray<IndexedPlan["entry"]> = [
      start.entry,
      ...ENTRY_MULTIPLES.map((multiple) => ({ lambda: multiple * lambda, tiers: candidates }))
    ]
    for (const entry of entries) {
      const found = improve(lambda, mu, routeEntries(n, entry, predictions), begin)
      if (best === undefined || found.value > best.value) best = { entry, ...found }
    }
    const { actions, entry, value } = best!
    return {
      plan: {
        kind: "cascade_routing",
        entry,
        stages: actions.map((stage, k) => stageOf(stage, problem, k))
      },
      value
    }
  }

  return { solve }
}

/**
 * The sequence of actions over ascending ranks with the greatest sum, each change of action at a price. Dynamic
 * programming (Viterbi), O(bins x actions).
 */
const bestSteps = (targets: ReadonlyArray<Action>, sums: ReadonlyArray<Float64Array>, price: number): Int8Array => {
  const bins = sums[0]!.length
  const from = targets.map(() => new Int8Array(bins))
  let total = targets.map((_, a) => sums[a]![0]!)
  for (let b = 1; b < bins; b++) {
    let top = 0
    for (let a = 1; a < targets.length; a++) if (total[a]! > total[top]!) top = a
    total = targets.map((_, a) => {
      const stay = total[a]! >= total[top]! - price
      from[a]![b] = stay ? a : top
      return (stay ? total[a]! : total[top]! - price) + sums[a]![b]!
    })
  }
  let a = total.indexOf(Math.max(...total))
  const actions = new Int8Array(bins)
  for (let b = bins - 1; b >= 0; b--) {
    actions[b] = targets[a]!
    a = b > 0 ? from[a]![b]! : a
  }
  return actions
}

const actionsOf = (stage: IndexedStage | undefined, problem: RankedProblem, k: number): Int8Array => {
  const edges = problem.ranking[k]?.edges ?? Float64Array.of(-Infinity, Infinity)
  const actions = new Int8Array(edges.length - 1).fill(ACCEPT)
  if (stage === undefined) return actions
  for (let b = 0; b < actions.length; b++) {
    const step = stage.edges.filter((edge) => edge <= edges[b]!).length
    actions[b] = stage.next[step] ?? ACCEPT
  }
  return actions
}

const stageOf = (actions: Int8Array, problem: RankedProblem, k: number): IndexedStage | undefined => {
  if (actions.every((a) => a === ACCEPT)) return undefined
  const edges: Array<number> = []
  const next: Array<number | null> = []
  actions.forEach((a, b) => {
    if (b > 0 && a === actions[b - 1]) return
    if (b > 0) edges.push(problem.ranking[k]!.edges[b]!)
    next.push(a === ACCEPT ? null : a)
  })
  return { edges, next }
}
