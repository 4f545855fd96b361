import type { BadInput, Failure } from "@spillway/domain"
import { Store } from "@spillway/store"
import { Effect } from "effect"
import { inputFiles } from "./Files.ts"
import { checkFile, importFile } from "./ImportFile.ts"
import type { ImportOptions } from "./ImportOptions.ts"
import type { ImportReport } from "./ImportReport.ts"

/** Names of missing requests that a report shows. */
const EXAMPLES = 5

const missingRequests = Effect.gen(function*() {
  const store = yield* Store
  const rows = yield* store.query(
    `SELECT request_id, count(*) OVER () AS count FROM
       (SELECT request_id FROM outcomes UNION SELECT request_id FROM grades)
     ANTI JOIN requests USING (request_id) ORDER BY request_id LIMIT ${EXAMPLES}`
  )
  return { count: Number(rows[0]?.["count"] ?? 0), examples: rows.map((row) => String(row["request_id"])) }
})

/**
 * Imports log files: JSON Lines (plain, gzip, zstd), CSV or Parquet in the interchange format, OpenAI request/response
 * logs, or the proxy's own logs, told apart by content. Files may come in any order and be of different formats.
 *
 * Records that cannot be used are counted, shown and kept in the table `rejects`; the import goes on. Importing the same
 * again changes nothing. Each batch is written whole or not at all.
 *
 * Fails with `BadInput` where a path is wrong or a file is damaged or of no known format; unless the damage lies deeper
 * in a file than its head, before anything is written.
 */
export const importFiles = (
  paths: ReadonlyArray<string>,
  options: ImportOptions = {}
): Effect.Effect<ImportReport, BadInput | Failure, Store> =>
  Effect.gen(function*() {
    const files = yield* inputFiles(paths)
    // A wrong path or file among many is told before anything is written.
    yield* Effect.forEach(files, ({ path }) => checkFile(path), { discard: true })
    const reports = yield* Effect.forEach(files, (file) => importFile(file, options))
    return { files: reports, missing_requests: yield* missingRequests }
  })
