import type { EmbeddingSpec } from "@spillway/domain"
import { acceptorScore, compilePredictor } from "@spillway/policy"
import { type Dataset, taskOf } from "./data/Dataset.ts"
import { type EmbeddingColumns, vectorOf } from "./data/EmbeddingColumns.ts"
import type { DecisionColumns, ScoreKind } from "./portfolio/Columns.ts"
import type { TableParts } from "./TableParts.ts"

/**
 * What a table says of the given rows, as columns: the policy's own predictor and acceptors, row by row. Other rows are
 * NaN.
 */
export const applyTable = (data: Dataset, parts: TableParts, rows: Uint32Array): DecisionColumns => {
  const predictor = compilePredictor(parts)
  const embedding = parts.features.embedding && vectorsOf(data, parts.features.embedding)
  const empty = () => new Float64Array(data.n).fill(NaN)
  const columns = data.denseNames.length
  const predictedQuality = data.tiers.map(empty), predictedCost = data.tiers.map(empty)
  const quality = new Float64Array(data.tiers.length), cost = new Float64Array(data.tiers.length)
  for (const row of rows) {
    const from = data.hashed.offsets[row]!, end = data.hashed.offsets[row + 1]!
    const hashed = {
      indices: data.hashed.indices.subarray(from, end),
      values: data.hashed.values.subarray(from, end),
      length: end - from
    }
    const dense = data.dense.subarray(row * columns, (row + 1) * columns)
    const vector = embedding && vectorOf(embedding, row)
    predictor.scoreInto({ dense, hashed, vector }, taskOf(data, row), data.chars[row]!, quality, cost)
    for (let k = 0; k < data.tiers.length; k++) {
      predictedQuality[k]![row] = quality[k]!
      predictedCost[k]![row] = cost[k]!
    }
  }
  const scoresOf = (tier: number, kind: ScoreKind, previous?: number): Float64Array | undefined => {
    const after = previous === undefined ? undefined : data.tiers[previous]!
    const acceptor = parts.acceptors.find((a) => a.tier === data.tiers[tier] && a.score === kind && a.after === after)
    if (acceptor === undefined) return undefined
    const inputs = acceptor.inputs.map(({ name }) => inputColumn(data, tier, previous, name, predictedQuality))
    const values = new Float64Array(inputs.length)
    const column = empty()
    for (const row of rows) {
      for (let j = 0; j < inputs.length; j++) values[j] = inputs[j]?.[row] ?? NaN
      column[row] = acceptorScore(acceptor, values)
    }
    return column
  }
  const first = (kind: ScoreKind) => data.tiers.map((_, k) => scoresOf(k, kind)!)
  const after = (kind: ScoreKind) =>
    data.tiers.map((_, k) => Array.from({ length: k }, (_, previous) => scoresOf(k, kind, previous)))
  return {
    embeddingUsd: embedding?.usd,
    quality: data.quality,
    cost: data.costUsd,
    confidence: first("confidence"),
    advantage: first("advantage"),
    confidenceAfter: after("confidence"),
    advantageAfter: after("advantage"),
    predictedQuality,
    predictedCost
  }
}

/** The data's vectors where they are those of the table. */
const vectorsOf = ({ embedding }: Dataset, { max_chars, model }: EmbeddingSpec): EmbeddingColumns | undefined =>
  embedding?.model === model && embedding.max_chars === max_chars ? embedding : undefined

const inputColumn = (
  data: Dataset,
  tier: number,
  previous: number | undefined,
  name: string,
  predictedQuality: ReadonlyArray<Float64Array>
): Float64Array | undefined => {
  if (name.startsWith("exante:")) return predictedQuality[data.tiers.indexOf(name.slice("exante:".length))]
  if (name === "previous:agreement") return data.agreement[tier]![previous!]
  const ofPrevious = name.startsWith("previous:")
  const evidence = data.evidence[ofPrevious ? previous! : tier]!
  return evidence.columns[evidence.names.indexOf(ofPrevious ? name.slice("previous:".length) : name)]
}
