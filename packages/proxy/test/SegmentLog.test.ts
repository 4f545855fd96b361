import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { makeProxyMetrics } from "../src/ProxyMetrics.ts"
import { makeSegmentLog, type SegmentLimits, SegmentLog } from "../src/SegmentLog.ts"
import { readRecords, temporaryDirectory } from "./harness.ts"

const LIMITS: SegmentLimits = { maxBytes: 1_000_000, maxAgeMs: 60_000 }

describe("SegmentLog", () => {
  it.live("hands a record to the operating system before it says so", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const log = yield* makeSegmentLog(directory, LIMITS, makeProxyMetrics())
      for (let n = 0; n < 20; n++) {
        assert.isTrue(yield* log.append(JSON.stringify({ n })))
        assert.strictEqual(readRecords(directory).length, n + 1)
      }
    }))

  it.live("writes records of one turn together and in order", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const metrics = makeProxyMetrics()
      const log = yield* makeSegmentLog(directory, LIMITS, metrics)
      const numbers = Array.from({ length: 200 }, (_, n) => n)
      yield* Effect.forEach(numbers, (n) => log.append(JSON.stringify({ n, text: "line\nbreak" })), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(readRecords(directory).map((record) => (record as unknown as { n: number }).n), numbers)
    }))

  it.live("closes segments by size, by age and with its scope", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      let now = 1_700_000_000_000
      const log = new SegmentLog(directory, { maxBytes: 100, maxAgeMs: 1_000 }, makeProxyMetrics(), () => now)
      const files = () => fs.readdirSync(directory).toSorted()
      const name = (sequence: number, closed = false) =>
        `spillway-1700000000000-${process.pid}-${sequence}${closed ? ".closed" : ""}.ndjson`
      yield* log.append(JSON.stringify({ a: "x".repeat(100) }))
      assert.deepStrictEqual(files(), [name(0, true)])
      yield* log.append(JSON.stringify({ a: 1 }))
      assert.deepStrictEqual(files(), [name(0, true), name(1)])
      now += 1_000
      log.closeIfOld()
      assert.deepStrictEqual(files(), [name(0, true), name(1, true)])
      yield* log.append(JSON.stringify({ a: 2 }))
      log.close()
      assert.deepStrictEqual(files(), [name(0, true), name(1, true), name(2, true)])
      assert.strictEqual(readRecords(directory).length, 3)
    }))

  it.live("says so when a record cannot be written, goes on, and recovers", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const metrics = makeProxyMetrics()
      const log = yield* makeSegmentLog(`${directory}/logs`, LIMITS, metrics)
      fs.rmdirSync(`${directory}/logs`)
      assert.isFalse(yield* log.append(JSON.stringify({ n: 1 })))
      assert.isFalse(log.writable)
      assert.strictEqual(log.problem, "ENOENT")
      assert.match(metrics.text(), /spillway_log_records_lost_total 1\n/)
      fs.mkdirSync(`${directory}/logs`)
      assert.isTrue(log.writable)
      assert.isTrue(yield* log.append(JSON.stringify({ n: 2 })))
      assert.deepStrictEqual(readRecords(`${directory}/logs`) as unknown, [{ n: 2 }])
    }))

  it.live("leaves no torn line where no more bytes fit", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const main = new URL("fullDisk.ts", import.meta.url).pathname
      // The limit on file size makes write(2) take a part and then fail, as a full disk does.
      const limited = `ulimit -f 8; exec "$0" --conditions=@spillway/source "$1" "$2"`
      const child = spawnSync("bash", ["-c", limited, process.execPath, main, directory], { encoding: "utf8" })
      const [written, problem] = child.stdout.trim().split(" ")
      assert.strictEqual(problem, "EFBIG", child.stderr)
      assert.isAbove(Number(written), 0)
      assert.strictEqual(readRecords(directory).length, Number(written))
    }))

  it.live("does not start in a place that cannot be written", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      fs.writeFileSync(`${directory}/file`, "")
      const scope = yield* Scope.make()
      const failure = yield* Effect.flip(
        Scope.provide(makeSegmentLog(`${directory}/file`, LIMITS, makeProxyMetrics()), scope)
      )
      yield* Scope.close(scope, Exit.void)
      assert.match(failure.message, /opening the request log in .*file: EEXIST/)
    }))
})
