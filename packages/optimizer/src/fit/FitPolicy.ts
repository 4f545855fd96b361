import type { Dataset } from "../data/Dataset.ts"
import type { DecisionColumns } from "../portfolio/Columns.ts"
import type { FittedAcceptor } from "./Acceptors.ts"
import { candidateTiers } from "./CandidateTiers.ts"
import { expectedCost, fitCosts, type FittedCost } from "./Costs.ts"
import { fitAcceptors } from "./FitAcceptors.ts"
import type { FittedHead } from "./FittedHead.ts"
import { fitHeads, type FittedEmbedding } from "./Heads.ts"
import type { Standardization } from "./Standardize.ts"

/** All fitted parts of a routing table but its plans. */
export interface FittedPolicy {
  readonly standardization: Standardization
  /** Undefined where the data has no vectors. */
  readonly embedding: FittedEmbedding | undefined
  readonly heads: ReadonlyArray<FittedHead>
  readonly costs: ReadonlyArray<FittedCost>
  readonly acceptors: ReadonlyArray<FittedAcceptor>
  /** What each part says of rows it did not see, but for costs: their few means and slopes are of these very rows. */
  readonly columns: DecisionColumns
}

/** Fits heads, costs and acceptors on the development rows. */
export const fitPolicy = (
  data: Dataset,
  rows: Uint32Array,
  fold: Uint8Array,
  folds: number,
  candidates = candidateTiers(data, rows)
): FittedPolicy => {
  const { embedding, heads, standardization } = fitHeads(data, rows, fold, folds)
  const flagshipHead = heads[data.flagship]!.crossFitted
  const predictedQuality = heads.map((head) =>
    head.target === "quality"
      ? flagshipHead.map(clamp01)
      : head.crossFitted.map((gain, row) => clamp01(flagshipHead[row]! - gain))
  )
  const costs = fitCosts(data, rows)
  const predictedCost = costs.map((cost) => {
    const column = new Float64Array(data.n).fill(NaN)
    for (const row of rows) column[row] = expectedCost(cost, data, row)
    return column
  })
  const { advantage, confidence } = fitAcceptors({ data, rows, fold, folds, exante: predictedQuality }, candidates)
  const crossFitted = (byPrevious: ReadonlyArray<FittedAcceptor | undefined>) => byPrevious.map((a) => a?.crossFitted)
  return {
    standardization,
    embedding,
    heads,
    costs,
    acceptors: [confidence, advantage].flatMap(({ after, alone }) => [...alone, ...after.flat()])
      .filter((a) => a !== undefined),
    columns: {
      embeddingUsd: embedding?.verdict.kept === true ? data.embedding!.usd : undefined,
      candidates,
      quality: data.quality,
      cost: data.costUsd,
      confidence: confidence.alone.map((a) => a.crossFitted),
      advantage: advantage.alone.map((a) => a.crossFitted),
      confidenceAfter: confidence.after.map(crossFitted),
      advantageAfter: advantage.after.map(crossFitted),
      predictedQuality,
      predictedCost
    }
  }
}

const clamp01 = (v: number): number => Math.max(0, Math.min(1, v))
