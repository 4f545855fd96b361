import type { Acceptor } from "@spillway/domain"
import type { Dataset } from "../data/Dataset.ts"
import { meanAndVariance } from "../statistics/Moments.ts"
import { calibrateCrossFitted, columnStandardization, type FittedAcceptor, labelOf, logLoss } from "./Acceptors.ts"
import { everyNth } from "./EveryNth.ts"
import { fitLogisticRidge } from "./LogisticRidge.ts"

const PENALTY = 1
const MOST_ROWS = 5_000
/** Standard errors of log-loss by which what came before must help, else it is left out. */
const LEAST_GAIN = 1

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
  data: Dataset,
  own: FittedAcceptor,
  before: FittedAcceptor,
  rows: Uint32Array,
  fold: Uint8Array,
  folds: number
): FittedAcceptor | undefined => {
  const label = labelOf(data, own.tier, own.score)
  const labelled = rows.filter((row) => !Number.isNaN(label(row)))
  const agreement = data.agreement[own.tier]?.[before.tier]
  const agree = agreement === undefined ? undefined : columnStandardization(agreement, labelled)
  const inputsOf = (row: number): ReadonlyArray<number> => {
    const a = agreement?.[row] ?? NaN
    return [
      own.logOdds[row]!,
      before.logOdds[row]!,
      agree === undefined || Number.isNaN(a) ? 0 : (a - agree.mean) / agree.scale
    ]
  }
  const columns = 3
  const x = new Float64Array(data.n * columns)
  for (const row of rows) x.set(inputsOf(row), row * columns)
  const fit = (training: Uint32Array, used: number) => {
    const kept = everyNth(training, MOST_ROWS)
    const matrix = new Float64Array(kept.length * used)
    kept.forEach((row, i) => matrix.set(x.subarray(row * columns, row * columns + used), i * used))
    return fitLogisticRidge(matrix, used, Float64Array.from(kept, label), PENALTY)
  }
  const logOdds = ({ intercept, weights }: ReturnType<typeof fit>, row: number) =>
    weights.reduce((z, w, j) => z + w * x[row * columns + j]!, intercept)

  const crossed = new Float64Array(data.n).fill(NaN)
  const gains: Array<number> = []
  for (let f = 0; f < folds; f++) {
    const inside = labelled.filter((row) => fold[row] !== f)
    const both = fit(inside, columns), alone = fit(inside, 1)
    for (const row of rows) {
      if (fold[row] !== f) continue
      const z = crossed[row] = logOdds(both, row), y = label(row)
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
