/**
 * Import against DuckDB's own reader, on generated interchange files, in one run:
 *
 *     node --conditions=@spillway/source packages/ingest/bench/import.ts [requests] [tiers]
 *
 * DuckDB's side is `read_json` with given columns and one INSERT per table: no checks, no merge, no rejects.
 */
import "effect/schema/SchemaJITCompiler/enable"
import { DuckDBInstance } from "@duckdb/node-api"
import { importFiles } from "@spillway/ingest"
import { layer } from "@spillway/store"
import { Effect } from "effect"
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

const requestCount = Number(process.argv[2] ?? 50_000)
const tierCount = Number(process.argv[3] ?? 4)
const directory = mkdtempSync(join(tmpdir(), "spillway-bench-"))
const requestsFile = join(directory, "requests.jsonl")
const outcomesFile = join(directory, "outcomes.jsonl")

const WORDS = "order parcel refund invoice charged twice since monday please help customer account login broken again"
  .split(" ")
const prose = (seed: number, words: number) =>
  Array.from({ length: words }, (_, i) => WORDS[(seed * 31 + i * (seed % 7 + 1)) % WORDS.length]).join(" ")

function* requestLines() {
  for (let i = 0; i < requestCount; i++) {
    const ts = new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString()
    const messages = [{ role: "system", content: "Answer shortly." }, { role: "user", content: prose(i, 120) }]
    yield `${JSON.stringify({ request_id: `r-${i}`, task: `task.${i % 12}`, messages, ts, reference: prose(i, 3) })}\n`
  }
}

function* outcomeLines() {
  for (let k = 0; k < tierCount; k++) {
    for (let i = 0; i < requestCount; i++) {
      yield `${
        JSON.stringify({
          request_id: `r-${i}`,
          model: `model-${k}`,
          output: prose(i + k, 12),
          quality: (i * 7 + k) % 2,
          input_tokens: 100 + i % 50,
          output_tokens: 10 + i % 9,
          cost_usd: 0.00012 * (k + 1) + i % 50 / 1e6,
          latency_ms: 300 + i % 700,
          signals: { lp_mean: -(i % 100) / 100, margin_min: (i % 37) / 10 }
        })
      }\n`
    }
  }
}

const seconds = async (work: () => Promise<unknown>) => {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

const byDuckDb = async (database: string) => {
  const instance = await DuckDBInstance.create(database)
  const connection = await instance.connect()
  await connection.run(`
    CREATE TABLE requests (request_id VARCHAR, task VARCHAR, messages JSON, ts TIMESTAMP, reference VARCHAR);
    CREATE TABLE outcomes (request_id VARCHAR, tier VARCHAR, output VARCHAR, input_tokens BIGINT, output_tokens BIGINT,
      cost_usd DOUBLE, latency_ms DOUBLE, signals MAP(VARCHAR, DOUBLE));
    CREATE TABLE grades (request_id VARCHAR, tier VARCHAR, quality DOUBLE);
    INSERT INTO requests SELECT request_id, task, messages, ts, reference FROM read_json('${requestsFile}',
      columns = {request_id: 'VARCHAR', task: 'VARCHAR', messages: 'JSON', ts: 'TIMESTAMP', reference: 'VARCHAR'});
    CREATE TEMP TABLE lines AS SELECT * FROM read_json('${outcomesFile}', columns = {request_id: 'VARCHAR',
      model: 'VARCHAR', output: 'VARCHAR', quality: 'DOUBLE', input_tokens: 'BIGINT', output_tokens: 'BIGINT',
      cost_usd: 'DOUBLE', latency_ms: 'DOUBLE', signals: 'MAP(VARCHAR, DOUBLE)'});
    INSERT INTO outcomes SELECT request_id, model, output, input_tokens, output_tokens, cost_usd, latency_ms, signals
      FROM lines;
    INSERT INTO grades SELECT request_id, model, quality FROM lines;
  `)
  connection.closeSync()
  instance.closeSync()
}

const byImport = (database: string) =>
  Effect.runPromise(Effect.provide(importFiles([requestsFile, outcomesFile]), layer(database)))

try {
  await pipeline(Readable.from(requestLines()), createWriteStream(requestsFile))
  await pipeline(Readable.from(outcomeLines()), createWriteStream(outcomesFile))
  const megabytes = (statSync(requestsFile).size + statSync(outcomesFile).size) / 1e6
  const records = requestCount * (1 + tierCount)
  const duckDb = await seconds(() => byDuckDb(join(directory, "duckdb.duckdb")))
  const first = await seconds(() => byImport(join(directory, "spillway.duckdb")))
  const again = await seconds(() => byImport(join(directory, "spillway.duckdb")))
  const rate = (time: number) =>
    `${time.toFixed(2)} s, ${Math.round(records / time / 1000)} k records/s, ${(megabytes / time).toFixed(0)} MB/s`
  console.log(`${records} records, ${megabytes.toFixed(0)} MB`)
  console.log(`DuckDB read_json + INSERT   ${rate(duckDb)}`)
  console.log(`spillway import             ${rate(first)}, ${(first / duckDb).toFixed(2)} x DuckDB's time`)
  console.log(`spillway import, once more  ${rate(again)} (all unchanged)`)
  console.log(`peak RSS of this process    ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`)
} finally {
  rmSync(directory, { recursive: true })
}
