import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import { spillway } from "./Spillway.ts"

const cwd = mkdtempSync(join(tmpdir(), "spillway-evaluate-"))
const db = ["--db", "traffic.duckdb"]
const table = ["--table", "table.json"]

/** Sums that the small tier gets wrong where its stated confidence is low; the large tier is always right and dearer. */
const writeTraffic = (requests: number) => {
  const asked: Array<string> = [], answered: Array<string> = []
  for (let i = 0; i < requests; i++) {
    const request_id = `r${i}`, hard = (i * 7) % 10 < 3
    asked.push(JSON.stringify({
      request_id,
      task: "math.sum",
      metadata: { split: i < requests / 2 ? "train" : "test" },
      messages: [{ role: "user", content: `What is ${i} plus ${i * 31 % 97}?` }]
    }))
    const outcome = (model: string, quality: number, cost_usd: number, p_true: number) =>
      JSON.stringify({ request_id, model, quality, cost_usd, latency_ms: 100, output: "4", signals: { p_true } })
    answered.push(outcome("small", hard ? 0 : 1, 0.0001, hard ? 0.2 : 0.9), outcome("large", 1, 0.001, 0.9))
  }
  writeFileSync(join(cwd, "requests.jsonl"), `${asked.join("\n")}\n`)
  writeFileSync(join(cwd, "outcomes.jsonl"), `${answered.join("\n")}\n`)
}

interface Printed {
  readonly requests: number
  readonly objective_met: boolean
  readonly metrics: Readonly<Record<string, unknown>>
  readonly frontier: ReadonlyArray<Readonly<Record<string, unknown>>>
}

describe("spillway evaluate", () => {
  beforeAll(async () => {
    writeTraffic(600)
    for (
      const args of [
        ["import", "requests.jsonl", "outcomes.jsonl", ...db],
        ["optimize", ...db, "--floor", "0.9", "--confidence", "0.9", "--flagship", "large", "--out", "table.json"]
          .concat(
            "--train-where",
            "metadata->>'split' = 'train'"
          )
      ]
    ) {
      const ended = await spillway(args, cwd)
      assert.strictEqual(ended.code, 0, ended.stderr)
    }
  }, 60_000)

  it("prints every operating point and the metrics as one JSON object, and succeeds where the objective is kept", async () => {
    const ended = await spillway(["evaluate", ...db, ...table, "--where", "metadata->>'split' = 'test'", "--json"], cwd)
    assert.strictEqual(ended.code, 0, ended.stderr)
    const printed = JSON.parse(ended.stdout) as Printed
    assert.strictEqual(printed.requests, 300)
    assert.isTrue(printed.objective_met)
    for (const point of printed.frontier) {
      for (
        const field of ["name", "cost_usd", "quality", "latency_p50_ms", "latency_p95_ms", "shares", "lower_bound"]
          .concat(
            "regret_usd",
            "quality_difference_interval",
            "saving_interval"
          )
      ) assert.property(point, field)
    }
    for (const name of ["aiq_paper", "aiq_code", "oracle_gap_closed", "intervals", "random_mix", "oracle", "cost_at"]) {
      assert.property(printed.metrics, name)
    }
  })

  it("prints the same and ends with 1 where the objective is missed", async () => {
    const made = JSON.parse(readFileSync(join(cwd, "table.json"), "utf8")) as { objective: Record<string, unknown> }
    const strict = { ...made, objective: { ...made.objective, budget_usd_per_request: 1e-6 } }
    writeFileSync(join(cwd, "strict.json"), JSON.stringify(strict))
    const ended = await spillway(["evaluate", ...db, "--table", "strict.json", "--json"], cwd)
    assert.strictEqual(ended.code, 1)
    assert.strictEqual(ended.stderr, "")
    assert.isFalse((JSON.parse(ended.stdout) as Printed).objective_met)
    const text = await spillway(["evaluate", ...db, "--table", "strict.json"], cwd)
    assert.strictEqual(text.code, 1)
    assert.match(text.stdout, /cost per request: \$0\.\d+, asked for \$0\.00000100: missed/)
  })

  it("names what is wrong with a condition or a selection, without a figure", async () => {
    const none = "none of the 600 stored requests is selected. Loosen the condition"
    for (
      const [args, message] of [
        [["evaluate", ...table, "--where", "no such thing"], /--where: syntax error .*[^!]\. Give one SQL condition/],
        [["evaluate", ...table, "--where", "task = 'nothing'"], new RegExp(`--where: ${none}`)],
        [["optimize", "--train-where", "nothing = 1"], /--train-where: .*[^!]\. Give one SQL condition/s],
        [["optimize", "--train-where", "task = 'nothing'"], new RegExp(`--train-where: ${none}`)]
      ] as const
    ) {
      const ended = await spillway([...args, ...db], cwd)
      assert.strictEqual(ended.code, 2, ended.stderr)
      assert.strictEqual(ended.stdout, "")
      assert.match(ended.stderr, message)
    }
  })

  it("does not begin a database where its path is mistyped", async () => {
    const ended = await spillway(["evaluate", "--db", "mistyped.duckdb", ...table], cwd)
    assert.strictEqual(ended.code, 1)
    assert.match(ended.stderr, /mistyped\.duckdb: no such database\. Run `spillway import`/)
    assert.isFalse(existsSync(join(cwd, "mistyped.duckdb")))
  })

  it("reads and writes the table that the configuration serves, beside it, whatever the working folder", async () => {
    mkdirSync(join(cwd, "project"))
    const config = {
      database: "../traffic.duckdb",
      providers: { p: { protocol: "openai", base_url: "http://127.0.0.1:1/v1" } },
      tiers: ["small", "large"].map((name) => ({ name, provider: "p", model: name })),
      proxy: { table: "served.json" }
    }
    writeFileSync(join(cwd, "project", "spillway.yaml"), JSON.stringify(config))
    const at = ["--config", "project/spillway.yaml"]
    const optimized = await spillway(["optimize", ...at, "--floor", "0.9", "--confidence", "0.9"], cwd)
    assert.strictEqual(optimized.code, 0, optimized.stderr)
    assert.match(optimized.stdout, /Wrote project\/served\.json and project\/served\.report\.json/)
    assert.isTrue(existsSync(join(cwd, "project", "served.json")))
    for (const args of [["evaluate"], ["explain", "r1"], ["report", "--out", "project/report.html"]]) {
      const ended = await spillway([...args, ...at], cwd)
      assert.strictEqual(ended.code, 0, `${args.join(" ")}: ${ended.stderr}`)
    }
  })
})
