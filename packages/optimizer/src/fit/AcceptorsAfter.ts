import type { Acceptor } from "@spillway/domain"
import type { Dataset } from "../data/Dataset.ts"
import { partsOfFold } from "../data/Folds.ts"
import { meanAndVariance } from "../statistics/Moments.ts"
import { columnStandardization, type FittedAcceptor, labelOf, logLoss } from "./Acceptors.ts"
import { calibrateCrossFitted } from "./Calibration.ts"
import { everyNth } from "./EveryNth.ts"
import { fitLogisticRidge, type LogisticModel } from "./LogisticRidge.ts"
import { valuesAt } from "./ValuesAt.ts"

const PENALTY = 1
const MOST_ROWS = 5_000
/** Standard errors of log-loss by which what came before must help, else it is left out. */
const LEAST_GAIN = 1

/** What {@link fitAcceptorAfter} reads. */
export interface AfterInputs {
  readonly data: Pick<Dataset, "n" | "flagship" | "quality" | "agreement">
  readonly rows: Uint32Array
  readonly fold: Uint8Array
  readonly folds: number
}

/** Heads for several pairs of tiers over the same inputs. */
export interface AfterProblems extends AfterInputs {
  readonly pairs: ReadonlyArray<{ readonly own: FittedAcceptor; readonly before: FittedAcceptor }>
}

/** {@link fitAcceptorAfter} for pair `i`. */
export const acceptorAfterTask = (all: AfterProblems, i: number): FittedAcceptor | undefined =>
  fitAcceptorAfter(all, all.pairs[i]!.own, all.pairs[i]!.before)

/**
 * Fits an ex-post head for answers that come right after another tier's: on top of what the two answers' own heads say,
 * it sees how far they agree. Undefined where cross-validation finds no gain in that.
 *
 * The head is linear in the two heads' log-odds, so it folds into one linear head over the inputs of both.
 *
 * @param own head of the tier whose answer is tested
 * @param before head of the tier that answered before
 */
export const fitAcceptorAfter = (
  { data, fold, folds, rows }: AfterInputs,
  own: FittedAcceptor,
  before: FittedAcceptor
): FittedAcceptor | undefined => {
  const label = labelOf(data, own.tier, own.score)
  const labelled = rows.filter((row) => !Number.isNaN(label(row)))
  const agreement = data.agreement[own.tier]?.[before.tier]
  const agree = agreement === undefined ? undefined : columnStandardization(agreement, labelled)
  const columns = 3
  const x = new Float64Array(data.n * columns)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!, from = row * columns, a = agreement?.[row] ?? NaN
    x[from] = own.logOdds[row]!
    x[from + 1] = before.logOdds[row]!
    x[from + 2] = agree === undefined || Number.isNaN(a) ? 0 : (a - agree.mean) / agree.scale
  }
  /** Over the first `used` columns. Starts from what the own head says. */
  const fit = (training: Uint32Array, used: number) => {
    const kept = everyNth(training, MOST_ROWS)
    const matrix = new Float64Array(kept.length * used)
    for (let i = 0; i < kept.length; i++) {
      for (let j = 0; j < used; j++) matrix[i * used + j] = x[kept[i]! * columns + j]!
    }
    const start = { intercept: 0, weights: Float64Array.from({ length: used }, (_, j) => j === 0 ? 1 : 0) }
    return fitLogisticRidge(matrix, used, valuesAt(kept, label), PENALTY, start)
  }
  const logOdds = ({ intercept, weights }: LogisticModel, row: number) => {
    let z = intercept
    for (let j = 0; j < weights.length; j++) z += weights[j]! * x[row * columns + j]!
    return z
  }

  const crossed = new Float64Array(data.n).fill(NaN)
  const gains: Array<number> = []
  for (let f = 0; f < folds; f++) {
    const { inside } = partsOfFold(labelled, fold, f), { outside } = partsOfFold(rows, fold, f)
    const both = fit(inside, columns), alone = fit(inside, 1)
    for (let i = 0; i < outside.length; i++) {
      const row = outside[i]!, z = crossed[row] = logOdds(both, row), y = label(row)
      if (!Number.isNaN(y)) gains.push(logLoss(logOdds(alone, row), y) - logLoss(z, y))
    }
  }
  const gain = meanAndVariance(gains)
  if (!(gain.mean > LEAST_GAIN * Math.sqrt(gain.variance / gains.length))) return undefined
  const { intercept, weights } = fit(labelled, columns)
  const [onOwn, onBefore, onAgreement] = [weights[0]!, weights[1]!, weights[2]!]
  return {
    tier: own.tier,
    after: before.tier,
    score: own.score,
    inputs: [
      ...weighted(own.inputs, onOwn),
      ...weighted(before.inputs, onBefore).map((input) => ({ ...input, name: nameBefore(input.name) })),
      ...agree === undefined || onAgreement === 0
        ? []
        : [{ name: "previous:agreement", ...agree, missing: 0, weight: onAgreement }]
    ],
    intercept: intercept + onOwn * own.intercept + onBefore * before.intercept,
    logOdds: crossed,
    ...calibrateCrossFitted(crossed, label, labelled, rows, fold, folds)
  }
}

const weighted = (inputs: Acceptor["inputs"], by: number): Acceptor["inputs"] =>
  inputs.map((input) => ({ ...input, missing: 0, weight: by * input.weight }))

/** What an input of the answer before is called in the head of the answer after it. */
const nameBefore = (name: string): string =>
  name.startsWith("signal:") || name.startsWith("answer:") ? `previous:${name}` : name
