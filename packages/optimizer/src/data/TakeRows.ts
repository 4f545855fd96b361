import { SparseRowsBuilder } from "../fit/SparseRows.ts"
import type { GradeSources } from "../labels/GradeSources.ts"
import type { Dataset } from "./Dataset.ts"
import { takeVectors } from "./EmbeddingColumns.ts"
import { takeTurns } from "./Turns.ts"
import { takeWords } from "./WordSets.ts"

/** The dataset of some rows, in the given order. */
export const takeRows = (data: Dataset, rows: Uint32Array): Dataset => {
  const take = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!)
  const width = data.denseNames.length
  const dense = new Float64Array(rows.length * width)
  const hashed = new SparseRowsBuilder(data.hashed.columns)
  rows.forEach((row, i) => {
    dense.set(data.dense.subarray(row * width, (row + 1) * width), i * width)
    const from = data.hashed.offsets[row]!, end = data.hashed.offsets[row + 1]!
    hashed.add({
      indices: data.hashed.indices.subarray(from, end),
      values: data.hashed.values.subarray(from, end),
      length: end - from
    })
  })
  return {
    ...data,
    n: rows.length,
    requestIds: Array.from(rows, (row) => data.requestIds[row]!),
    task: Uint32Array.from(rows, (row) => data.task[row]!),
    headTask: data.headTask && Uint32Array.from(rows, (row) => data.headTask![row]!),
    ts: take(data.ts),
    quality: data.quality.map(take),
    costUsd: data.costUsd.map(take),
    latencyMs: data.latencyMs.map(take),
    hashed: hashed.finish(),
    dense,
    embedding: data.embedding && takeVectors(data.embedding, rows),
    words: data.words && takeWords(data.words, rows),
    turns: data.turns && takeTurns(data.turns, rows),
    chars: take(data.chars),
    group: Uint32Array.from(rows, (row) => data.group[row]!),
    evidence: data.evidence.map(({ columns, names }) => ({ names, columns: columns.map(take) })),
    agreement: data.agreement.map((byEarlier) => byEarlier.map(take))
  }
}

/** The grade sources of some rows, in the given order. */
export const takeGrades = (grades: GradeSources, rows: Uint32Array): GradeSources => {
  const take = (columns: ReadonlyArray<Float64Array>) =>
    columns.map((column) => Float64Array.from(rows, (row) => column[row]!))
  return { ...grades, gold: take(grades.gold), judged: take(grades.judged), asked: take(grades.asked) }
}
