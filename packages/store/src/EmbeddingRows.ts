import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api"
import { BadInput, type EmbeddingModel } from "@spillway/domain"
import { Effect } from "effect"
import { floatListsOf, integersOf } from "./ColumnData.ts"
import { readRequests, requestColumns } from "./RequestRows.ts"
import { literal, readRows } from "./Sql.ts"
import type { NotEmbedded, PromptEmbedding, Vectors } from "./Store.ts"
import type { Target } from "./Upsert.ts"

/** Vectors as they are written for one embedding model. */
export const embeddingTarget = ({ max_chars, model }: EmbeddingModel): Target<PromptEmbedding> => ({
  table: "embeddings",
  key: ["prompt_sha", "model", "max_chars"],
  columns: [
    { name: "prompt_sha", type: "VARCHAR", of: (row) => row.prompt_sha },
    { name: "model", type: "VARCHAR", of: () => model },
    { name: "max_chars", type: "BIGINT", of: () => max_chars },
    { name: "vector", type: "FLOAT[]", of: (row) => row.vector },
    { name: "cost_usd", type: "DOUBLE", of: (row) => row.cost_usd }
  ]
})

const ofModel = (alias: string, { max_chars, model }: EmbeddingModel): string =>
  `${alias}.model = ${literal(model)} AND ${alias}.max_chars = ${max_chars}`

/** Of each prompt without a vector, its first selected request. */
export const notEmbeddedSql = (of: EmbeddingModel, selected: string): string =>
  `SELECT ${requestColumns}, r.prompt_sha FROM requests r JOIN (
     SELECT min_by(s.request_id, s.row) AS request_id, min(s.row) AS row
     FROM ${selected} s JOIN requests q USING (request_id)
     WHERE q.prompt_sha NOT IN (SELECT e.prompt_sha FROM embeddings e WHERE ${ofModel("e", of)})
     GROUP BY q.prompt_sha
   ) first USING (request_id) ORDER BY first.row`

/** Rows of {@link notEmbeddedSql}: the request's columns, then the hash of its prompt. */
export const readNotEmbedded = (chunk: DuckDBDataChunk): ReadonlyArray<NotEmbedded> => {
  const shas = chunk.getColumnValues(chunk.columnCount - 1) as ReadonlyArray<string>
  return readRequests(chunk).map((request, i) => ({ request, prompt_sha: shas[i]! }))
}

/** Row and vector of the selected requests that have one. */
export const vectorsSql = (of: EmbeddingModel, selected: string): string =>
  `SELECT s.row, e.vector FROM ${selected} s JOIN requests r USING (request_id)
   JOIN embeddings e ON e.prompt_sha = r.prompt_sha AND ${ofModel("e", of)} ORDER BY s.row`

/** Rows of {@link vectorsSql}. Copied, as a chunk's memory goes when the chunk is collected. */
export const readVectors = (chunk: DuckDBDataChunk): Vectors => ({
  row: integersOf(chunk, 0).slice(),
  vector: floatListsOf(chunk, 1)
})

/** How far the selected requests are embedded. Fails where the model has vectors of several lengths. */
export const readEmbedded = Effect.fnUntraced(function*(
  connection: DuckDBConnection,
  selected: string,
  of: EmbeddingModel
) {
  const [row] = yield* readRows(
    connection,
    "counting embeddings",
    `SELECT count(*)::INTEGER AS requests, count(e.prompt_sha)::INTEGER AS embedded,
       count(DISTINCT r.prompt_sha)::INTEGER AS prompts, count(DISTINCT e.prompt_sha)::INTEGER AS prompts_embedded,
       coalesce(min(len(e.vector)), 0)::INTEGER AS least, coalesce(max(len(e.vector)), 0)::INTEGER AS most,
       CASE WHEN count(e.cost_usd) = count(e.prompt_sha) THEN avg(e.cost_usd) END AS mean_usd
     FROM ${selected} s JOIN requests r USING (request_id)
     LEFT JOIN embeddings e ON e.prompt_sha = r.prompt_sha AND ${ofModel("e", of)}`
  )
  const count = (name: string) => Number(row![name])
  if (count("least") !== count("most")) {
    return yield* new BadInput({
      source: "database",
      problem: `the embedding model ${of.model} has vectors of ${count("least")} and of ${count("most")} values`,
      mend: "Make them all anew: spillway embed --again"
    })
  }
  return {
    requests: count("requests"),
    embedded: count("embedded"),
    prompts: count("prompts"),
    prompts_embedded: count("prompts_embedded"),
    dimensions: count("most"),
    mean_usd: row!["mean_usd"] as number | null
  }
})
