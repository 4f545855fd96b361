/** Independent observations in random order, all judged and some of them sure. */
export interface BlockRows {
  /** Whether an observation has a sure grade beside the judge's. */
  readonly hasGold: (i: number) => boolean
  /** Whether its grade is sure because no judge was asked: it needs no correction and can correct none. */
  readonly isSure: (i: number) => boolean
  readonly count: number
}

/** A value of each observation by the judge (the sure value where `isSure`), and the sure one where there is gold. */
export interface BlockValues {
  readonly judged: ArrayLike<number>
  readonly gold: ArrayLike<number>
}

/** Prediction-powered observations of a mean, one for each observation with gold. */
export interface GoldBlocks {
  readonly count: number
  /** Block values of any column of values in [-1, 1], with the weights of the judge that were chosen for the loss. */
  readonly of: (values: BlockValues) => Float64Array
  /** No value of block t is further from 0 than `bound[t]`. */
  readonly bound: Float64Array
}

/** Blocks before the judge gets any weight: its worth is not known yet. */
const WARM_UP = 10

/**
 * Makes prediction-powered observations that a betting test may read.
 *
 * Each observation with gold forms a block with its share of the others. A block's value is
 * `(1 - s) (gold - lambda judged) + mean over the block of (sure value, or lambda x judged)`, with `s` the share of sure
 * observations: its mean is that of the sure grades whatever the judge's bias, and the blocks do not depend on each
 * other, so a test on them holds at every sample size. This is the estimate of Angelopoulos et al. (2023), cut into
 * independent pieces. `lambda` of a block is the slope of gold on judged (PPI++) in the blocks before it, between 0 and
 * 1, and so is predictable, as the test needs. Where every observation has gold, a block's value is the gold itself.
 *
 * @param loss values in [-1, 1] that lambda is tuned on
 */
export const goldBlocks = (rows: BlockRows, loss: BlockValues): GoldBlocks => {
  const gold: Array<number> = [], others: Array<number> = []
  for (let i = 0; i < rows.count; i++) (rows.hasGold(i) ? gold : others).push(i)
  const size = gold.length === 0 ? 1 : Math.floor(rows.count / gold.length)
  const membersOf = (block: number) => [gold[block]!, ...others.slice(block * (size - 1), (block + 1) * (size - 1))]
  const blocks = gold.map((_, block) => membersOf(block))
  const sure = blocks.reduce((sum, members) => sum + members.filter(rows.isSure).length, 0) /
    Math.max(1, gold.length * size)

  const lambda = new Float64Array(gold.length)
  let n = 0, meanGold = 0, meanJudged = 0, together = 0, squares = 0
  gold.forEach((i, block) => {
    lambda[block] = n < WARM_UP || squares === 0 ? 0 : Math.min(1, Math.max(0, together / squares))
    n += 1
    const offJudged = loss.judged[i]! - meanJudged
    meanJudged += offJudged / n
    meanGold += (loss.gold[i]! - meanGold) / n
    together += offJudged * (loss.gold[i]! - meanGold)
    squares += offJudged * (loss.judged[i]! - meanJudged)
  })
  return {
    count: gold.length,
    bound: lambda.map((weight) => sure === 0 ? 1 + 2 * weight * (size - 1) / size : 1 + (1 - sure) * (1 + weight)),
    of: (values) =>
      Float64Array.from(blocks, (members, block) => {
        const weight = lambda[block]!, own = members[0]!
        let sum = 0
        for (const i of members) sum += rows.isSure(i) ? values.judged[i]! : weight * values.judged[i]!
        return (1 - sure) * (values.gold[own]! - weight * values.judged[own]!) + sum / size
      })
  }
}
