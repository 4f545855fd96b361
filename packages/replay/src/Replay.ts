import type { BadInput, Failure } from "@spillway/domain"
import type { Completions } from "@spillway/providers"
import { Store } from "@spillway/store"
import { type Cause, Clock, Effect, Queue, Stream } from "effect"
import { type Answered, answerPair, type Pair, type TierRun } from "./AnswerPair.ts"
import { type Budget, makeBudget } from "./Budget.ts"
import { type Journal, recoverJournal, withJournal } from "./Journal.ts"
import { type PlannedTier, plannedTiers, type Row, rowsToAnswer } from "./Plan.ts"
import { makeProgressMeter } from "./Progress.ts"
import { DEFAULT_CONCURRENCY } from "./ProviderGate.ts"
import type { ReplayOptions } from "./ReplayOptions.ts"
import type { ReplayReport } from "./ReplayReport.ts"
import { makeTally } from "./Tally.ts"
import { checkBudget, startTiers } from "./TierRuns.ts"
import { upperEstimate } from "./TokenModel.ts"

const countCalls = (rows: Stream.Stream<Row, BadInput | Failure, Store>, tiers: ReadonlyArray<PlannedTier>) => {
  const totals = new Map(tiers.map(({ tier }) => [tier.name, 0]))
  return Stream.runForEach(rows, (row) =>
    Effect.sync(() => {
      for (const { tier } of row.tiers) totals.set(tier.name, totals.get(tier.name)! + 1)
    })).pipe(Effect.as(totals))
}

type PairQueue = Queue.Queue<Pair, Cause.Done>

/**
 * Hands the rows to the providers' queues, a whole row at a time, so that a replay that stops has complete rows. The
 * queues are short: no provider gets far ahead of another. Gives whether the budget held to the end.
 */
const distribute = Effect.fnUntraced(
  function*(
    rows: Stream.Stream<Row, BadInput | Failure, Store>,
    runs: ReadonlyMap<string, TierRun>,
    queues: ReadonlyMap<string, PairQueue>,
    budget: Budget
  ) {
    let withinBudget = true
    yield* Stream.runForEachWhile(
      rows,
      Effect.fnUntraced(function*({ request, tiers }) {
        if ([...runs.values()].every(({ breaker }) => breaker.stopped() !== undefined)) return false
        const pairs = tiers.map(({ tier }) => runs.get(tier.name)!)
          .filter(({ breaker }) => breaker.stopped() === undefined)
          .map((run): Pair => {
            const { tokens, usd } = upperEstimate(run.model, run.tier, request)
            return { request, run, tokens, reservedUsd: usd }
          })
        withinBudget = yield* budget.reserve(pairs.map(({ reservedUsd }) => reservedUsd))
        if (!withinBudget) return false
        for (const pair of pairs) yield* Queue.offer(queues.get(pair.run.providerName)!, pair)
        return true
      })
    )
    return withinBudget
  },
  (distributing, _rows, _runs, queues) =>
    Effect.ensuring(distributing, Effect.forEach(queues.values(), Queue.end, { discard: true }))
)

/**
 * Answers the stored requests on the configured tiers and stores the outcomes, skipping what is answered already.
 *
 * Every finished call is in the journal, on disk, before it counts: after `kill -9` the next replay goes on where this
 * one was. A failed request is tried again by the next replay.
 */
export const replay = Effect.fn("replay")(function*(
  options: ReplayOptions
): Effect.fn.Return<ReplayReport, BadInput | Failure, Store | Completions> {
  const store = yield* Store
  const startedMs = yield* Clock.currentTimeMillis
  const planned = yield* plannedTiers(options.config, options.source, options.tiers)
  yield* checkBudget(options, planned)
  const tiers = yield* startTiers(planned, options.source)
  const recovered = yield* recoverJournal(options.journal)
  const rows = rowsToAnswer(planned, options)
  const totals = yield* countCalls(rows, planned)

  const run = { run_id: `replay-${startedMs}`, command: "replay", started_at: new Date(startedMs).toISOString() }
  yield* store.putRun({ ...run, detail: { calls_planned: Object.fromEntries(totals) } })
  const budget = makeBudget(options.budgetUsd ?? Infinity, recovered.spent_usd)
  const meter = makeProgressMeter(totals)
  const tally = makeTally(tiers, totals)
  const runs = new Map(tiers.map((run) => [run.tier.name, run]))

  const finish = Effect.fnUntraced(function*(journal: Journal, { run }: Pair, answered: Answered) {
    if (answered.outcome !== undefined) yield* journal.append(answered.outcome)
    tally.count(run.tier.name, answered)
    const stopped = run.breaker.stopped()
    if (stopped !== undefined) meter.stop(run.tier.name, stopped)
    if (answered.outcome === undefined) return
    const progress = yield* meter.finish({
      tier: run.tier.name,
      failed: answered.error !== undefined,
      costUsd: answered.outcome.cost_usd ?? 0
    })
    options.onProgress?.(progress)
  })

  const withinBudget = yield* withJournal(
    options.journal,
    Effect.fnUntraced(function*(journal) {
      const queues = new Map<string, PairQueue>()
      for (const { provider, providerName } of tiers) {
        queues.set(providerName, yield* Queue.bounded<Pair, Cause.Done>(provider.concurrency ?? DEFAULT_CONCURRENCY))
      }
      const work = Effect.forEach(
        tiersByProvider(tiers),
        ({ provider, providerName }) =>
          Stream.fromQueue(queues.get(providerName)!).pipe(
            Stream.mapEffect(
              (pair) =>
                Effect.uninterruptible(
                  Effect.flatMap(answerPair(pair, budget), (answered) => finish(journal, pair, answered))
                ),
              { concurrency: provider.concurrency ?? DEFAULT_CONCURRENCY, unordered: true }
            ),
            Stream.runDrain
          ),
        { concurrency: "unbounded", discard: true }
      )
      const [held] = yield* Effect.all([distribute(rows, runs, queues, budget), work], { concurrency: "unbounded" })
      return held
    })
  )

  const endedMs = yield* Clock.currentTimeMillis
  const counts = tally.report()
  const report: ReplayReport = {
    run_id: run.run_id,
    ended: !withinBudget ? "budget" : counts.left > 0 ? "stopped" : "complete",
    ...counts,
    seconds: (endedMs - startedMs) / 1000,
    recovered
  }
  yield* store.putRun({ ...run, ended_at: new Date(endedMs).toISOString(), detail: { ...report } })
  return report
})

/** One tier of each provider. */
const tiersByProvider = (tiers: ReadonlyArray<TierRun>): ReadonlyArray<TierRun> => [
  ...new Map(tiers.map((tier) => [tier.providerName, tier])).values()
]
