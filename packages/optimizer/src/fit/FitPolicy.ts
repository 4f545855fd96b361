import type { Dataset } from "../data/Dataset.ts"
import type { DecisionColumns } from "../portfolio/Columns.ts"
import { fitAcceptor, type FittedAcceptor } from "./Acceptors.ts"
import { fitAcceptorAfter } from "./AcceptorsAfter.ts"
import { candidateTiers } from "./CandidateTiers.ts"
import { expectedCost, fitCosts, type FittedCost } from "./Costs.ts"
import { fitHeads, type FittedEmbedding, type FittedHead } from "./Heads.ts"
import type { Standardization } from "./Standardize.ts"

/** All fitted parts of a routing table but its plans. */
export interface FittedPolicy {
  readonly standardization: Standardization
  /** Undefined where the data has no vectors. */
  readonly embedding: FittedEmbedding | undefined
  readonly heads: ReadonlyArray<FittedHead>
  readonly costs: ReadonlyArray<FittedCost>
  readonly acceptors: ReadonlyArray<FittedAcceptor>
  /** Cross-fitted: what each part says of rows it did not see. */
  readonly columns: DecisionColumns
}

/** Fits heads, costs and acceptors on the development rows. */
export const fitPolicy = (data: Dataset, rows: Uint32Array, fold: Uint8Array, folds: number): FittedPolicy => {
  const candidates = candidateTiers(data, rows)
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
  const of = (score: "confidence" | "advantage") =>
    data.tiers.map((_, tier) => fitAcceptor(data, tier, score, rows, fold, folds, predictedQuality))
  /** Tiers answer from cheap to dear, so only a cheaper one comes before. */
  const afterOthers = (first: ReadonlyArray<FittedAcceptor>) =>
    first.map((own, k) =>
      first.slice(0, k).map((before, p) =>
        candidates.includes(k) && candidates.includes(p)
          ? fitAcceptorAfter(data, own, before, rows, fold, folds)
          : undefined
      )
    )
  const confidence = of("confidence"), advantage = of("advantage")
  const confidenceAfter = afterOthers(confidence), advantageAfter = afterOthers(advantage)
  return {
    standardization,
    embedding,
    heads,
    costs,
    acceptors: [confidence, ...confidenceAfter, advantage, ...advantageAfter].flat().filter((a) => a !== undefined),
    columns: {
      embeddingUsd: embedding?.verdict.kept === true ? data.embedding!.usd : undefined,
      candidates,
      quality: data.quality,
      cost: data.costUsd,
      confidence: confidence.map((a) => a.crossFitted),
      advantage: advantage.map((a) => a.crossFitted),
      confidenceAfter: confidenceAfter.map((byPrevious) => byPrevious.map((a) => a?.crossFitted)),
      advantageAfter: advantageAfter.map((byPrevious) => byPrevious.map((a) => a?.crossFitted)),
      predictedQuality,
      predictedCost
    }
  }
}

const clamp01 = (v: number): number => Math.max(0, Math.min(1, v))
