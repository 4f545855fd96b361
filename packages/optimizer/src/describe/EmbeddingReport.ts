import type { EmbeddingColumns } from "../data/EmbeddingColumns.ts"
import type { FittedEmbedding } from "../fit/Heads.ts"
import type { EmbeddingReport } from "../OptimizeReport.ts"

/** What came of the vectors that were offered to the heads. */
export const embeddingReport = (
  { max_chars, mean, model, verdict }: FittedEmbedding,
  { usd }: EmbeddingColumns
): EmbeddingReport => ({
  model,
  max_chars,
  dimensions: mean.length,
  requests: verdict.requests,
  without_vector: verdict.withoutVector,
  kept: verdict.kept,
  error_without: verdict.errorWithout,
  error_with: verdict.errorWith,
  standard_error: verdict.standardError,
  usd_per_request: usd ?? null
})
