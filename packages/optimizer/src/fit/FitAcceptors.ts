import type { Acceptor } from "@spillway/domain"
import type { Dataset } from "../data/Dataset.ts"
import { runTasks, threadsFor } from "../threads/RunTasks.ts"
import type { AcceptorInputs, FittedAcceptor } from "./Acceptors.ts"

/** What one row of one head costs: of an answer by itself, and of one after another's. */
const SECONDS_PER_ROW = 6e-6
const SECONDS_PER_ROW_AFTER = 2e-6

const SCORES: ReadonlyArray<Acceptor["score"]> = ["confidence", "advantage"]

/** All heads of one score. */
export interface ScoreAcceptors {
  /** By tier. */
  readonly alone: ReadonlyArray<FittedAcceptor>
  /** Of tier k's answer right after that of a cheaper tier p, as `[k][p]`; undefined where that gains nothing. */
  readonly after: ReadonlyArray<ReadonlyArray<FittedAcceptor | undefined>>
}

/**
 * Fits the ex-post heads of all tiers for both scores, and those of pairs of candidates. Threads share them where there is
 * much to do.
 *
 * @param candidates tiers that cascades may be built of
 */
export const fitAcceptors = (
  { data, ...inputs }: AcceptorInputs & { readonly data: Dataset },
  candidates: ReadonlyArray<number>
): Readonly<Record<Acceptor["score"], ScoreAcceptors>> => {
  const { agreement, evidence, flagship, n, quality, tiers } = data
  const heads = SCORES.flatMap((score) => tiers.map((_, tier) => ({ score, tier })))
  // Threads get a copy of what they read, and no more.
  const alone = runTasks(
    "acceptor",
    { ...inputs, data: { evidence, flagship, n, quality, tiers }, heads },
    heads.length,
    threadsFor(heads.length * inputs.rows.length * SECONDS_PER_ROW)
  )
  const pairs = alone.flatMap((own) =>
    // Tiers answer from cheap to dear, so only a cheaper one comes before.
    alone.filter((before) => before.score === own.score && before.tier < own.tier)
      .filter((before) => [own, before].every(({ tier }) => candidates.includes(tier)))
      .map((before) => ({ own, before }))
  )
  const { exante: _, ...read } = inputs
  const after = runTasks(
    "acceptorAfter",
    { ...read, data: { agreement, flagship, n, quality }, pairs },
    pairs.length,
    threadsFor(pairs.length * inputs.rows.length * SECONDS_PER_ROW_AFTER)
  )
  const of = (score: Acceptor["score"]): ScoreAcceptors => {
    const ofScore = alone.filter((head) => head.score === score)
    const afterOther = (own: FittedAcceptor, before: FittedAcceptor) =>
      after[pairs.findIndex((pair) => pair.own === own && pair.before === before)]
    return {
      alone: ofScore,
      after: ofScore.map((own) => ofScore.slice(0, own.tier).map((before) => afterOther(own, before)))
    }
  }
  return { confidence: of("confidence"), advantage: of("advantage") }
}
