import type { DuckDBConnection } from "@duckdb/node-api"
import { BadInput } from "@spillway/domain"
import { Clock, Effect } from "effect"
import { literal, readRows, run } from "./Sql.ts"
import { formatTimestamp } from "./Timestamp.ts"

/**
 * The schema, one step at a time; a step that has been released never changes.
 *
 * No table has an index. Keys are kept by the merge in `Upsert`, which is the only writer of the one process that may
 * hold the file; DuckDB's own primary keys made the same inserts take twice the time.
 */
const steps: ReadonlyArray<string> = [
  `
  CREATE TABLE requests (
    request_id VARCHAR NOT NULL, task VARCHAR NOT NULL, messages JSON NOT NULL, parameters JSON, ts TIMESTAMP,
    reference VARCHAR, metadata JSON, prompt_sha VARCHAR NOT NULL
  );
  CREATE TABLE outcomes (
    request_id VARCHAR NOT NULL, tier VARCHAR NOT NULL, output VARCHAR, finish_reason VARCHAR,
    input_tokens BIGINT, cached_input_tokens BIGINT, cache_write_tokens BIGINT, output_tokens BIGINT,
    reasoning_tokens BIGINT, cost_usd DOUBLE, latency_ms DOUBLE, ttft_ms DOUBLE, signals MAP(VARCHAR, DOUBLE),
    error VARCHAR, attempts BIGINT, ts TIMESTAMP
  );
  CREATE TABLE grades (
    request_id VARCHAR NOT NULL, tier VARCHAR NOT NULL, grader VARCHAR NOT NULL, quality DOUBLE NOT NULL,
    evidence VARCHAR, effective BOOLEAN NOT NULL
  );
  CREATE TABLE rejects (source VARCHAR NOT NULL, line BIGINT NOT NULL, reason VARCHAR NOT NULL, text VARCHAR NOT NULL);
  CREATE TABLE runs (
    run_id VARCHAR NOT NULL, command VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL, ended_at TIMESTAMP,
    detail JSON NOT NULL
  );
  CREATE TABLE tables (sha256 VARCHAR NOT NULL, json JSON NOT NULL, created_at TIMESTAMP NOT NULL);
  CREATE TABLE certificates (
    table_sha256 VARCHAR NOT NULL, certified BOOLEAN NOT NULL, point VARCHAR NOT NULL, statement VARCHAR NOT NULL,
    floor DOUBLE NOT NULL, epsilon DOUBLE NOT NULL, alpha DOUBLE NOT NULL, n BIGINT NOT NULL, p_value DOUBLE NOT NULL
  );
  `,
  `
  CREATE TABLE embeddings (
    prompt_sha VARCHAR NOT NULL, model VARCHAR NOT NULL, max_chars BIGINT NOT NULL, vector FLOAT[] NOT NULL,
    cost_usd DOUBLE
  );
  `
]

/** The newest schema this code knows. */
const newest = steps.length

/**
 * Brings the schema up to date, each step in a transaction. Refuses a file that belongs to another program or that a
 * newer Spillway made.
 */
export const migrate = Effect.fnUntraced(function*(connection: DuckDBConnection, path: string, readOnly: boolean) {
  const doing = `reading the schema of ${path}`
  const tables = yield* readRows(connection, doing, "SELECT table_name FROM duckdb_tables() WHERE NOT temporary")
  const names = new Set(tables.map((row) => row["table_name"]))
  if (names.size > 0 && !names.has("migrations")) {
    return yield* new BadInput({
      source: path,
      problem: "the file is a DuckDB database of another program",
      mend: "Give the path of a Spillway database, or of a file that does not exist yet"
    })
  }
  const stored = names.size === 0
    ? 0
    : Number((yield* readRows(connection, doing, "SELECT max(version) AS version FROM migrations"))[0]?.["version"])
  if (stored > newest) {
    return yield* new BadInput({
      source: path,
      problem: `the file has schema version ${stored}; this Spillway knows versions up to ${newest}`,
      mend: "Upgrade Spillway, or use another database file"
    })
  }
  if (readOnly && stored < newest) {
    return yield* new BadInput({
      source: path,
      problem: stored === 0 ? "the file is empty" : `the file has the older schema version ${stored}`,
      mend: stored === 0 ? "Import requests first" : "Run any command that writes, `import` for example, to upgrade it"
    })
  }
  for (let version = stored + 1; version <= newest; version++) {
    const now = formatTimestamp(BigInt(yield* Clock.currentTimeMillis) * 1000n)
    yield* run(
      connection,
      `upgrading ${path} to schema version ${version}`,
      `BEGIN;
      CREATE TABLE IF NOT EXISTS migrations (version INTEGER NOT NULL, applied_at TIMESTAMP NOT NULL);
      ${steps[version - 1]}
      INSERT INTO migrations VALUES (${version}, ${literal(now)});
      COMMIT`
    )
  }
})
