import type { DuckDBConnection } from "@duckdb/node-api"
import { Certificate } from "@spillway/domain"
import { Effect, Option, Schema } from "effect"
import { run } from "./Sql.ts"
import type { Run } from "./Store.ts"

/** Writes a run, in place of what an earlier write said of it. A transaction must be open. */
export const writeRun = Effect.fnUntraced(function*(connection: DuckDBConnection, of: Run) {
  const doing = "recording the run"
  yield* run(connection, doing, "DELETE FROM runs WHERE run_id = $run_id", { run_id: of.run_id })
  yield* run(
    connection,
    doing,
    `INSERT INTO runs VALUES ($run_id, $command, $started_at::TIMESTAMPTZ AT TIME ZONE 'UTC',
       $ended_at::TIMESTAMPTZ AT TIME ZONE 'UTC', $detail)`,
    {
      run_id: of.run_id,
      command: of.command,
      started_at: of.started_at,
      ended_at: of.ended_at ?? null,
      detail: JSON.stringify(of.detail)
    }
  )
})

const decodeCertified = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ certificate: Certificate })))

/** Writes a routing table once, and its certificate as columns. A transaction must be open. */
export const writeTable = Effect.fnUntraced(function*(
  connection: DuckDBConnection,
  table: { readonly sha256: string; readonly json: string; readonly created_at: string }
) {
  const doing = "recording the routing table"
  const known = yield* run(connection, doing, "SELECT 1 FROM tables WHERE sha256 = $sha256", { sha256: table.sha256 })
  if (known.rowCount > 0) return
  yield* run(
    connection,
    doing,
    "INSERT INTO tables VALUES ($sha256, $json, $created_at::TIMESTAMPTZ AT TIME ZONE 'UTC')",
    table
  )
  const decoded = decodeCertified(table.json)
  if (Option.isNone(decoded)) return
  const { alpha, certified, epsilon, floor, n, p_value, point, statement } = decoded.value.certificate
  yield* run(
    connection,
    doing,
    `INSERT INTO certificates VALUES ($table_sha256, $certified, $point, $statement, $floor, $epsilon, $alpha, $n,
       $p_value)`,
    { table_sha256: table.sha256, certified, point, statement, floor, epsilon, alpha, n, p_value }
  )
})
