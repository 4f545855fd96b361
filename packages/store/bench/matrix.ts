/**
 * Seconds and peak memory of the store's reads at 1,000,000 requests x 5 tiers with text and two signals:
 *
 *     node --conditions=@spillway/source packages/store/bench/matrix.ts [requests]
 *
 * Each read runs in a process of its own, so that its peak is its own.
 */
import { layer, Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const TIERS = 5

const generate = (requests: number) =>
  Effect.gen(function*() {
    const { query } = yield* Store
    // In an order that is not the order of rows.
    yield* query(
      `INSERT INTO requests SELECT 'request-' || lpad((i * 7919 % ${requests})::VARCHAR, 9, '0'), 'task.' || (i % 20),
         '[{"role":"user","content":"' || repeat('lorem ipsum dolor sit amet ', 40) || i || '"}]', NULL,
         make_timestamp(1767225600000000 + (i * 7919 % ${requests}) * 1000000), 'reference ' || i, NULL, sha256(i::VARCHAR)
       FROM range(${requests}) t(i)`
    )
    yield* query(
      `INSERT INTO outcomes SELECT 'request-' || lpad((i % ${requests})::VARCHAR, 9, '0'), 'tier-' || (i // ${requests}),
         'answer ' || i || repeat(' and so on', 20), 'stop', 100, NULL, NULL, 20, NULL, (i % 977) / 1e6, i % 1009, NULL,
         MAP {'lp_mean': -(i % 101) / 100, 'margin_min': (i % 37) / 10}, NULL, 1, NULL
       FROM range(${TIERS * requests}) t(i)`
    )
    yield* query("INSERT INTO grades SELECT request_id, tier, 'exact', attempts, NULL, true FROM outcomes")
  })

const drain = <A>(stream: Stream.Stream<ReadonlyArray<A>, unknown>) =>
  Effect.map(Stream.runFold(stream, () => 0, (n, rows) => n + rows.length), (n) => `${n} rows`)

const reads = {
  matrix: Effect.flatMap(
    Store,
    (store) =>
      Effect.map(
        store.matrix(),
        ({ requestIds, signals, tiers }) => `${requestIds.length} x ${tiers.length}, ${signals.size} signals`
      )
  ),
  requests: Effect.flatMap(Store, (store) => drain(store.requests())),
  outcomes: Effect.flatMap(Store, (store) => drain(store.outcomes())),
  answers: Effect.flatMap(
    Store,
    (store) => drain(Stream.map(store.answers(["tier-1", "tier-2"]), ({ output }) => output))
  ),
  digest: Effect.flatMap(Store, (store) => store.digest()),
  summary: Effect.flatMap(Store, (store) => Effect.map(store.summary(), (rows) => `${rows.length} tiers`)),
  answered: Effect.flatMap(
    Store,
    (store) => Effect.map(store.answered(["tier-0", "tier-1"]), (keys) => `${keys.size} keys`)
  )
}

const measure = async (path: string, read: keyof typeof reads) => {
  const start = performance.now()
  const what = await Effect.runPromise(Effect.provide(reads[read], layer(path, { readOnly: true })))
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const peak = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(`${read.padEnd(9)} ${seconds.padStart(5)} s, peak RSS ${String(peak).padStart(4)} MB  (${what})`)
}

const [first, second] = process.argv.slice(2)
if (first !== undefined && first in reads) await measure(second!, first as keyof typeof reads)
else {
  const directory = mkdtempSync(join(tmpdir(), "spillway-bench-"))
  try {
    const path = join(directory, "store.duckdb")
    await Effect.runPromise(Effect.provide(generate(Number(first ?? 1_000_000)), layer(path)))
    console.log(`file of ${Math.round(statSync(path).size / 1e6)} MB`)
    for (const read of Object.keys(reads)) {
      execFileSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), read, path], {
        stdio: "inherit"
      })
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}
