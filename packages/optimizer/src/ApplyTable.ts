import { acceptorScore, compilePredictor } from "@spillway/policy"
import { type Dataset, taskOf } from "./data/Dataset.ts"
import type { DecisionColumns } from "./portfolio/Columns.ts"
import type { TableParts } from "./TableParts.ts"

/**
 * What a table says of the given rows, as columns: the policy's own predictor and acceptors, row by row. Other rows are
 * NaN.
 */
export const applyTable = (data: Dataset, parts: TableParts, rows: Uint32Array): DecisionColumns => {
  const predictor = compilePredictor(parts)
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
    predictor.scoreInto({ dense, hashed }, taskOf(data, row), data.chars[row]!, quality, cost)
    for (let k = 0; k < data.tiers.length; k++) {
      predictedQuality[k]![row] = quality[k]!
      predictedCost[k]![row] = cost[k]!
    }
  }
  const scores = (kind: "confidence" | "advantage") =>
    data.tiers.map((tier, k) => {
      const acceptor = parts.acceptors.find((a) => a.tier === tier && a.score === kind)!
      const inputs = acceptor.inputs.map((input) => inputColumn(data, k, input.name, predictedQuality))
      const values = new Float64Array(inputs.length)
      const column = empty()
      for (const row of rows) {
        for (let j = 0; j < inputs.length; j++) values[j] = inputs[j]?.[row] ?? NaN
        column[row] = acceptorScore(acceptor, values)
      }
      return column
    })
  return {
    quality: data.quality,
    cost: data.costUsd,
    confidence: scores("confidence"),
    advantage: scores("advantage"),
    predictedQuality,
    predictedCost
  }
}

const inputColumn = (
  data: Dataset,
  tier: number,
  name: string,
  predictedQuality: ReadonlyArray<Float64Array>
): Float64Array | undefined => {
  if (name.startsWith("exante:")) return predictedQuality[data.tiers.indexOf(name.slice("exante:".length))]
  const evidence = data.evidence[tier]!
  return evidence.columns[evidence.names.indexOf(name)]
}
