import { assert, describe, it } from "@effect/vitest"
import { type FileReport, importFiles, type ImportOptions } from "@spillway/ingest"
import { layerMemory, Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync, zstdCompressSync } from "node:zlib"

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "spillway-ingest-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const lines = (rows: ReadonlyArray<unknown>) => rows.map((row) => `${JSON.stringify(row)}\n`).join("")

const requests = Array.from({ length: 30 }, (_, i) => ({
  request_id: `r${i}`,
  task: `task.${i % 3}`,
  messages: [{ role: "user", content: `question ${i}, "quoted"\nand more` }],
  ts: `2026-01-01T00:00:${String(i).padStart(2, "0")}.000Z`,
  metadata: { split: i % 2 === 0 ? "train" : "test" }
}))
const outcomes = requests.flatMap(({ request_id }, i) =>
  ["small", "large"].map((model) => ({
    request_id,
    model,
    output: `answer ${i}`,
    quality: i % 2,
    input_tokens: 10 + i,
    output_tokens: 5,
    cost_usd: 0.001 * i,
    latency_ms: 100 + i,
    signals: { lp_mean: -i / 10 }
  }))
)

const csvCell = (value: unknown) =>
  `"${(typeof value === "object" ? JSON.stringify(value) : String(value)).replaceAll("\"", "\"\"")}"`
const csv = (rows: ReadonlyArray<object>) =>
  [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row))].map((row) => row.map(csvCell).join(",")).join(
    "\r\n"
  )

/** Imports into a new store; gives the reports and what is stored. */
const imported = (paths: ReadonlyArray<string>, options?: ImportOptions) =>
  Effect.gen(function*() {
    const store = yield* Store
    const { files, missing_requests } = yield* importFiles(paths, options)
    const rows = (yield* Stream.runCollect(store.requests())).flat()
    return { files, missing_requests, digest: yield* store.digest(), rows, counts: yield* store.counts }
  }).pipe(Effect.provide(layerMemory, { local: true }))

const writtenOf = ({ grades, outcomes, requests }: FileReport) =>
  [requests, outcomes, grades].map(({ inserted, unchanged, updated }) => [inserted, updated, unchanged])

const messageOf = (paths: ReadonlyArray<string>) => Effect.map(Effect.flip(imported(paths)), (error) => error.message)

describe("importFiles", () => {
  it.live("brings the same from every packing and kind of file, in any order", () =>
    Effect.gen(function*() {
      const home = yield* directory
      const file = (name: string, content: string | Buffer) => {
        writeFileSync(join(home, name), content)
        return join(home, name)
      }
      const plain = [file("requests.jsonl", lines(requests)), file("outcomes.jsonl", lines(outcomes))]
      const expected = yield* imported(plain)
      assert.deepStrictEqual(expected.rows, requests)
      assert.deepStrictEqual(expected.counts, { requests: 30, outcomes: 60, grades: 60, tasks: 3 })
      assert.deepStrictEqual(expected.missing_requests, { count: 0, examples: [] })
      assert.deepStrictEqual(expected.files.map(writtenOf), [
        [[30, 0, 0], [0, 0, 0], [0, 0, 0]],
        [[0, 0, 0], [60, 0, 0], [60, 0, 0]]
      ])

      const parquet = ["requests.parquet", "outcomes.parquet"].map((name) => join(home, name))
      yield* Effect.flatMap(Store, (store) =>
        Effect.forEach(parquet, (path, i) =>
          store.query(`COPY (FROM read_json('${plain[i]}')) TO '${path}' (FORMAT parquet)`))).pipe(
          Effect.provide(layerMemory, { local: true })
        )
      const others = [
        plain.toReversed(),
        [file("a.bin", gzipSync(lines(requests))), file("b.bin", gzipSync(lines(outcomes)))],
        [file("a.jsonl.zst", zstdCompressSync(lines(requests))), file("b.zst", zstdCompressSync(lines(outcomes)))],
        [file("a.csv", csv(requests)), file("b.csv.gz", gzipSync(csv(outcomes)))],
        parquet,
        [file("crlf.jsonl", `\uFEFF\r\n${lines([...requests, ...outcomes]).replaceAll("\n", "\r\n\r\n")}`)],
        [file("mixed.jsonl", lines([...outcomes, ...requests]).trimEnd())]
      ]
      for (const paths of others) {
        const { digest, files } = yield* imported(paths)
        for (const { format, skipped } of files) {
          assert.deepStrictEqual([format, skipped], ["interchange", 0])
        }
        assert.strictEqual(digest, expected.digest, paths.join(", "))
      }
    }))

  it.live("changes nothing when it is done again, and updates what differs", () =>
    Effect.gen(function*() {
      const path = join(yield* directory, "all.jsonl")
      writeFileSync(path, lines([...requests, ...outcomes]))
      yield* Effect.gen(function*() {
        const store = yield* Store
        const once = Effect.map(importFiles([path]), ({ files }) => writtenOf(files[0]!))
        assert.deepStrictEqual(yield* once, [[30, 0, 0], [60, 0, 0], [60, 0, 0]])
        const digest = yield* store.digest()
        assert.deepStrictEqual(yield* once, [[0, 0, 30], [0, 0, 60], [0, 0, 60]])
        assert.strictEqual(yield* store.digest(), digest)
        appendFileSync(path, lines([{ ...outcomes[0], output: "another", quality: 1 }]))
        assert.deepStrictEqual(yield* once, [[0, 0, 30], [0, 1, 59], [0, 1, 59]])
      }).pipe(Effect.provide(layerMemory))
    }))

  it.live("keeps bad lines aside with their numbers and reasons, and goes on", () =>
    Effect.gen(function*() {
      const path = join(yield* directory, "bad.jsonl")
      const good = lines([requests[0]])
      writeFileSync(
        path,
        `${good}\n{"request_id": \nNaN\n{"request_id":"x","model":"m","quality":NaN}\n` +
          `{"request_id":"x","model":"m","quality":2}\n{"request_id":"x","request_id":"y","model":"m"}\n` +
          `{"level":"info"}\n${lines([outcomes[0]])}`
      )
      yield* Effect.gen(function*() {
        const store = yield* Store
        const [report] = (yield* importFiles([path])).files
        assert.deepStrictEqual([report!.records, report!.skipped, report!.unfinished], [8, 6, false])
        assert.deepStrictEqual(report!.examples.map(({ line }) => line), [3, 4, 5, 6, 7])
        const rejects = yield* store.query(
          "SELECT line, reason, text FROM rejects WHERE source = $path ORDER BY line",
          {
            path
          }
        )
        assert.deepStrictEqual(rejects.map(({ line, reason }) => [line, reason]), [
          [3, rejects[0]!["reason"]],
          [4, rejects[1]!["reason"]],
          [5, "not JSON: NaN and Infinity are no JSON numbers; write null"],
          [6, "quality: Expected a value between 0 and 1"],
          [7, "the field `request_id` stands twice"],
          [
            8,
            "not a record of the file's format (interchange): it needs messages (a request), or request_id and model (an outcome)"
          ]
        ])
        assert.strictEqual(rejects[5]!["text"], "{\"level\":\"info\"}")
        assert.deepStrictEqual(yield* store.counts, { requests: 1, outcomes: 1, grades: 1, tasks: 1 })

        writeFileSync(path, good)
        yield* importFiles([path])
        assert.deepStrictEqual(yield* store.query("SELECT * FROM rejects"), [])
      }).pipe(Effect.provide(layerMemory))
    }))

  it.live("imports an open segment of the proxy's log without its torn last line, and the whole line later", () =>
    Effect.gen(function*() {
      const logs = join(yield* directory, "logs")
      mkdirSync(logs)
      const record = (request_id: string) => ({
        format: "spillway.log/1",
        request_id,
        ts: "2026-01-01T00:00:00.000Z",
        task: "support",
        request: { model: "spillway", messages: requests[0]!.messages },
        propensity: 1,
        attempts: [{ tier: "small", model: "s", output: "x", latency_ms: 10, accepted: true }],
        result: "complete",
        status: 200,
        stream: false,
        latency_ms: 12
      })
      const text = lines([record("a"), record("b")])
      writeFileSync(join(logs, "open.ndjson"), text.slice(0, -40))
      writeFileSync(join(logs, "README.txt"), "not a log")
      yield* Effect.gen(function*() {
        const [torn] = (yield* importFiles([logs])).files
        assert.deepStrictEqual([torn!.format, torn!.records, torn!.skipped, torn!.unfinished], [
          "spillway-log",
          2,
          0,
          true
        ])
        assert.match(torn!.examples[0]!.reason, /^the file ends within the line/)
        writeFileSync(join(logs, "open.ndjson"), text)
        const [whole] = (yield* importFiles([logs])).files
        assert.deepStrictEqual(writtenOf(whole!), [[1, 0, 1], [1, 0, 1], [0, 0, 0]])
        assert.deepStrictEqual([whole!.skipped, whole!.unfinished], [0, false])
      }).pipe(Effect.provide(layerMemory))
    }))

  it.live("keeps the propensity of a served request and its reference, whichever comes first", () =>
    Effect.gen(function*() {
      const home = yield* directory
      const { messages, metadata, request_id, ts } = requests[0]!
      const log = join(home, "log.ndjson")
      const record = {
        format: "spillway.log/1",
        request_id,
        ts,
        task: "support",
        request: { model: "spillway", messages, max_tokens: 20 },
        propensity: 0.25,
        attempts: [{ tier: "small", model: "s", output: "x", latency_ms: 10, accepted: true }],
        result: "complete",
        status: 200,
        stream: false,
        latency_ms: 12
      }
      writeFileSync(log, lines([record]))
      const references = join(home, "references.jsonl")
      writeFileSync(references, lines([{ request_id, messages, reference: "delivery", metadata }]))
      const spillway = { propensity: 0.25, result: "complete", status: 200, stream: false }
      const whole = { request_id, task: "support", messages, parameters: { max_tokens: 20 }, ts, reference: "delivery" }
      for (const paths of [[log, references], [references, log]]) {
        const { rows } = yield* imported([...paths, ...paths])
        assert.deepStrictEqual(rows, [{ ...whole, metadata: { ...metadata, spillway } }])
        const { files } = yield* imported([...paths, ...paths])
        assert.deepStrictEqual(files.map((file) => writtenOf(file)[0]), [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]])
      }
    }))

  it.live("reports outcomes whose requests are missing", () =>
    Effect.gen(function*() {
      const path = join(yield* directory, "outcomes.jsonl")
      writeFileSync(path, lines(outcomes))
      const { missing_requests } = yield* imported([path])
      assert.deepStrictEqual(missing_requests, { count: 30, examples: ["r0", "r1", "r10", "r11", "r12"] })
    }))

  it.live("reports progress, and takes a task and a tier", () =>
    Effect.gen(function*() {
      const path = join(yield* directory, "log.jsonl")
      const response = { model: "m", choices: [{ message: { content: "x" } }] }
      writeFileSync(path, lines([{ request: { messages: requests[0]!.messages, model: "m" }, response }]))
      const seen: Array<number | undefined> = []
      const { rows } = yield* imported([path], {
        task: "given",
        tier: "mine",
        onProgress: ({ bytes, records, totalBytes }) => seen.push(records, bytes, totalBytes)
      })
      assert.strictEqual(rows[0]!.task, "given")
      assert.deepStrictEqual(seen.slice(0, 1), [1])
      assert.strictEqual(seen[1], seen[2])
    }))

  it.live("writes nothing where one of several files is wrong", () =>
    Effect.gen(function*() {
      const home = yield* directory
      const file = (name: string, content: string) => {
        writeFileSync(join(home, name), content)
        return join(home, name)
      }
      const good = file("a.jsonl", lines(requests))
      const prices = file("prices.json", JSON.stringify({ mini: 1, maxi: 2 }, null, 2))
      for (const paths of [[good, prices], [home]]) {
        const store = yield* Store
        const error = yield* Effect.flip(importFiles(paths))
        assert.match(error.message, /prices\.json:1: JSON that is not one object a line/)
        assert.strictEqual((yield* store.counts).requests, 0)
      }
      // Bad records at the head of a good file are still only kept aside.
      const mixed = file("b.jsonl", `${"{not json}\n".repeat(200)}${lines(requests)}`)
      const [report] = (yield* importFiles([mixed])).files
      assert.deepInclude(report!, { records: 230, skipped: 200 })
    }).pipe(Effect.provide(layerMemory, { local: true })))

  it.live("says what is wrong with a file", () =>
    Effect.gen(function*() {
      const home = yield* directory
      const file = (name: string, content: string | Uint8Array) => {
        writeFileSync(join(home, name), content)
        return join(home, name)
      }
      const gz = gzipSync(lines(requests))
      assert.match(yield* messageOf([join(home, "none.jsonl")]), /none\.jsonl: no such file\. Check the path/)
      assert.match(yield* messageOf([]), /no files to import/)
      assert.match(yield* messageOf([home]), /no files to import\. Give files of JSON Lines/)
      assert.match(
        yield* messageOf([file("a.json", "[{\"a\":1}]")]),
        /a\.json:1: JSON that is not one object a line\. .*jq/
      )
      assert.match(yield* messageOf([file("b.json", "{\n\"a\":1\n}")]), /not one object a line/)
      assert.match(
        yield* messageOf([file("c.jsonl", "{\"a\":1}\n")]),
        /c\.jsonl:1: no known log format has the fields a\. A record needs messages /
      )
      assert.match(yield* messageOf([file("d.txt", "hello\nworld\n")]), /no known log format has the fields hello/)
      assert.match(yield* messageOf([file("e.bin", new Uint8Array(100))]), /not a text file/)
      assert.match(yield* messageOf([file("f.jsonl", Buffer.from(`\uFEFF${lines(requests)}`, "utf16le"))]), /UTF-16/)
      assert.match(
        yield* messageOf([file("g.gz", gz.subarray(0, gz.length - 30))]),
        /g\.gz: the gzip data ends too early/
      )
      assert.match(
        yield* messageOf([file("h.zst", zstdCompressSync(lines(requests)).subarray(0, 99))]),
        /the zstd data ends too early/
      )
      assert.match(
        yield* messageOf([file("i.parquet", "PAR1 and no more")]),
        /i\.parquet: .*Write the Parquet file anew/
      )
      assert.deepStrictEqual((yield* imported([file("empty.jsonl", "")])).files[0], {
        path: join(home, "empty.jsonl"),
        format: undefined,
        records: 0,
        requests: { inserted: 0, updated: 0, unchanged: 0 },
        outcomes: { inserted: 0, updated: 0, unchanged: 0 },
        grades: { inserted: 0, updated: 0, unchanged: 0 },
        skipped: 0,
        examples: [],
        unfinished: false
      })
    }))
})
