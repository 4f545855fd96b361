import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { inTiers } from "./Select.ts"
import type { Selected } from "./Selections.ts"
import { readRows } from "./Sql.ts"

/**
 * SHA-256 over what is selected, whatever the order in which it was written. Each row is hashed by itself (64 bits, inside
 * DuckDB), and the row hashes are combined by exclusive or and by sum, so nothing is sorted. It tells different data
 * apart; it does not resist somebody who forges data on purpose, and another version of DuckDB may give another digest.
 */
export const readDigest = Effect.fnUntraced(function*(
  connection: DuckDBConnection,
  { grades, outcomes, requests }: Selected,
  tiers: ReadonlyArray<string> | undefined
) {
  const parts = [
    `SELECT r.request_id, r.task, r.prompt_sha, r.parameters, r.ts, r.reference, r.metadata
     FROM requests r SEMI JOIN ${requests} USING (request_id)`,
    `SELECT o.* EXCLUDE (row) FROM ${outcomes} o WHERE ${inTiers("o", tiers)}`,
    `SELECT g.* EXCLUDE (row) FROM ${grades} g WHERE ${inTiers("g", tiers)}`
  ]
  const digest = createHash("sha256")
  for (const part of parts) {
    const [row] = yield* readRows(
      connection,
      "computing the data digest",
      `SELECT count(*)::VARCHAR AS n, coalesce(bit_xor(hashed), 0)::VARCHAR AS mixed,
         coalesce(sum(hashed::HUGEINT), 0)::VARCHAR AS added
       FROM (SELECT hash(part) AS hashed FROM (${part}) AS part)`
    )
    digest.update(`${String(row!["n"])} ${String(row!["mixed"])} ${String(row!["added"])}\n`)
  }
  return digest.digest("hex")
})
