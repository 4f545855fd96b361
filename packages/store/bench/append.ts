/**
 * `putOutcomes` against DuckDB's raw appender, value by value, on the same rows and columns, in one run:
 *
 *     node --conditions=@spillway/source packages/store/bench/append.ts [rows]
 *
 * The store also merges by key, in transactions of 50,000 rows; the raw appender only appends. Rows have
 * no signals, because the raw appender is slow at maps.
 */
import { type DuckDBAppender, DuckDBInstance, DuckDBTimestampValue } from "@duckdb/node-api"
import type { Outcome } from "@spillway/domain"
import { layer, parseTimestamp, Store } from "@spillway/store"
import { Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const total = Number(process.argv[2] ?? 500_000)
const BATCH = 50_000

const outcome = (i: number): Outcome => ({
  request_id: `request-${String(i).padStart(9, "0")}`,
  tier: `tier-${i % 5}`,
  output: `answer ${i}: ${"the parcel was refunded and the invoice was sent again ".repeat(3)}`,
  finish_reason: "stop",
  usage: { input_tokens: 100 + i % 50, cached_input_tokens: 0, output_tokens: 20 + i % 30 },
  cost_usd: i / 1e9,
  latency_ms: 300 + i % 700,
  ttft_ms: 100 + i % 70,
  attempts: 1,
  ts: "2026-01-31T09:30:00.000Z"
})

const batches = function*() {
  for (let from = 0; from < total; from += BATCH) {
    yield Array.from({ length: Math.min(BATCH, total - from) }, (_, i) => outcome(from + i))
  }
}

const appendRaw = (appender: DuckDBAppender, row: Outcome) => {
  const text = (value: string | undefined) =>
    value === undefined ? appender.appendNull() : appender.appendVarchar(value)
  const count = (value: number | undefined) =>
    value === undefined ? appender.appendNull() : appender.appendBigInt(BigInt(value))
  const number = (value: number | undefined) =>
    value === undefined ? appender.appendNull() : appender.appendDouble(value)
  text(row.request_id)
  text(row.tier)
  text(row.output)
  text(row.finish_reason)
  count(row.usage?.input_tokens)
  count(row.usage?.cached_input_tokens)
  count(row.usage?.cache_write_tokens)
  count(row.usage?.output_tokens)
  count(row.usage?.reasoning_tokens)
  number(row.cost_usd)
  number(row.latency_ms)
  number(row.ttft_ms)
  appender.appendNull()
  text(row.error)
  count(row.attempts)
  appender.appendTimestamp(new DuckDBTimestampValue(parseTimestamp(row.ts!)!))
  appender.endRow()
}

const raw = async (path: string) => {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  await connection.run(`CREATE TABLE outcomes (request_id VARCHAR, tier VARCHAR, output VARCHAR, finish_reason VARCHAR,
    input_tokens BIGINT, cached_input_tokens BIGINT, cache_write_tokens BIGINT, output_tokens BIGINT,
    reasoning_tokens BIGINT, cost_usd DOUBLE, latency_ms DOUBLE, ttft_ms DOUBLE, signals MAP(VARCHAR, DOUBLE),
    error VARCHAR, attempts BIGINT, ts TIMESTAMP)`)
  const appender = await connection.createAppender("outcomes")
  for (const batch of batches()) for (const row of batch) appendRaw(appender, row)
  appender.closeSync()
  connection.closeSync()
  instance.closeSync()
}

const stored = (path: string) =>
  Effect.gen(function*() {
    const store = yield* Store
    for (const batch of batches()) yield* store.putOutcomes(batch)
  }).pipe(Effect.provide(layer(path)), Effect.runPromise)

const seconds = async (work: () => Promise<unknown>) => {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

const directory = mkdtempSync(join(tmpdir(), "spillway-bench-"))
try {
  const making = await seconds(async () => {
    for (const _ of batches());
  })
  const rawTime = await seconds(() => raw(join(directory, "raw.duckdb"))) - making
  const storeTime = await seconds(() => stored(join(directory, "store.duckdb"))) - making
  const rate = (time: number) => `${time.toFixed(2)} s, ${Math.round(total / time / 1000)} k rows/s`
  console.log(`${total} outcomes`)
  console.log(`DuckDB's raw appender  ${rate(rawTime)}`)
  console.log(`Store.putOutcomes      ${rate(storeTime)}, ${(rawTime / storeTime).toFixed(2)} x the appender's speed`)
} finally {
  rmSync(directory, { recursive: true })
}
