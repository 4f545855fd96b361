import { ascendingOrder } from "./Quantile.ts"

/** Calls `visit` with each run [from, to) of equal scores in the given order. */
const forEachTie = (scores: ArrayLike<number>, order: Uint32Array, visit: (from: number, to: number) => void) => {
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++
    visit(from, to)
  }
}

/**
 * Area under the ROC curve: the chance that a positive outranks a negative, ties counting half. Outcomes above 0.5 are
 * positive. NaN where one class is absent.
 */
export const auroc = (scores: ArrayLike<number>, outcomes: ArrayLike<number>): number => {
  const order = ascendingOrder(scores)
  let negatives = 0
  let positives = 0
  let wins = 0
  forEachTie(scores, order, (from, to) => {
    let tied = 0
    for (let rank = from; rank < to; rank++) if (outcomes[order[rank]!]! > 0.5) tied++
    const others = to - from - tied
    wins += tied * (negatives + others / 2)
    positives += tied
    negatives += others
  })
  return wins / (positives * negatives)
}

/**
 * Area under the risk-coverage curve (Geifman and El-Yaniv 2017): the mean, over coverages 1/n to 1, of the mean loss
 * of the rows kept, most confident first. Tied rows take their mean loss, so the order of rows does not matter.
 */
export const aurc = (confidences: ArrayLike<number>, losses: ArrayLike<number>): number => {
  const order = ascendingOrder(confidences).toReversed()
  let lost = 0
  let area = 0
  forEachTie(confidences, order, (from, to) => {
    let tied = 0
    for (let rank = from; rank < to; rank++) tied += losses[order[rank]!]!
    for (let rank = from; rank < to; rank++) {
      lost += tied / (to - from)
      area += lost / (rank + 1)
    }
  })
  return area / order.length
}
