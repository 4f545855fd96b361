import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { folder, spillway } from "./Spillway.ts"

const jsonLines = (rows: ReadonlyArray<unknown>) => rows.map((row) => `${JSON.stringify(row)}\n`).join("")
const request = (id: string) => ({ request_id: id, task: "t", messages: [{ role: "user", content: id }] })
const outcome = (id: string, quality: number) => ({
  request_id: id,
  model: "mini",
  output: "x",
  quality,
  cost_usd: 0.1
})

/** Cells of the row that begins with a name. */
const row = (stdout: string, name: string): ReadonlyArray<string> =>
  stdout.split("\n").find((line) => line.startsWith(name))!.split(/ {2,}/)

describe.concurrent("spillway import", () => {
  it("counts requests, outcomes and grades apart, so that each column adds up to the records", async () => {
    const cwd = folder()
    writeFileSync(join(cwd, "requests.jsonl"), jsonLines(["a", "b", "c"].map(request)))
    writeFileSync(join(cwd, "outcomes.jsonl"), jsonLines(["a", "b", "zz"].map((id) => outcome(id, 1))))
    const first = await spillway(["import", "requests.jsonl", "outcomes.jsonl"], cwd)
    assert.strictEqual(first.code, 0, first.stderr)
    assert.deepStrictEqual(row(first.stdout, "file"), [
      "file",
      "format",
      "records",
      "skipped",
      "requests",
      "outcomes",
      "grades"
    ])
    assert.deepStrictEqual(row(first.stdout, "requests.jsonl"), [
      "requests.jsonl",
      "interchange",
      "3",
      "0",
      "3 new",
      "-",
      "-"
    ])
    assert.deepStrictEqual(row(first.stdout, "outcomes.jsonl"), [
      "outcomes.jsonl",
      "interchange",
      "3",
      "0",
      "-",
      "3 new",
      "3 new"
    ])
    assert.include(first.stdout, "1 request has outcomes but no messages (zz): import it too")

    writeFileSync(join(cwd, "outcomes.jsonl"), jsonLines([outcome("a", 1), outcome("b", 0), outcome("c", 1)]))
    const second = await spillway(["import", "outcomes.jsonl"], cwd)
    assert.deepStrictEqual(row(second.stdout, "outcomes.jsonl").slice(5), [
      "1 new, 2 unchanged",
      "1 new, 1 changed, 1 unchanged"
    ])
    assert.strictEqual(second.stderr, "", "a short import draws no progress line")
  })

  it("keeps bad lines aside and shows them; its JSON says the same", async () => {
    const cwd = folder()
    writeFileSync(join(cwd, "log.jsonl"), `${jsonLines([request("a")])}not json\n${jsonLines([{ request_id: "b" }])}`)
    const { code, stdout } = await spillway(["import", "log.jsonl"], cwd)
    assert.strictEqual(code, 0)
    assert.match(stdout, /log\.jsonl:2: skipped: not JSON/)
    assert.match(stdout, /log\.jsonl:3: skipped: .*it needs messages \(a request\), or request_id and model/)
    const json = JSON.parse((await spillway(["import", "log.jsonl", "--json"], cwd)).stdout)
    assert.deepStrictEqual(json.missing_requests, { count: 0, examples: [] })
    assert.deepInclude(json.files[0], { records: 3, skipped: 2, requests: { inserted: 0, updated: 0, unchanged: 1 } })
  })

  it("names task and tier of records that do not, and writes to the database of the configuration", async () => {
    const cwd = folder()
    mkdirSync(join(cwd, "project"))
    const config = { database: "data.duckdb", providers: {}, tiers: [] as ReadonlyArray<unknown> }
    config.tiers = [{ name: "large", provider: "p", model: "m" }]
    config.providers = { p: { protocol: "openai", base_url: "http://127.0.0.1:1/v1" } }
    writeFileSync(join(cwd, "project", "spillway.yaml"), JSON.stringify(config))
    const logged = {
      request: { model: "gpt-x", messages: [{ role: "user", content: "hi" }] },
      response: { choices: [{ message: { role: "assistant", content: "hello" }, finish_reason: "stop" }] }
    }
    writeFileSync(join(cwd, "openai.jsonl"), jsonLines([logged]))
    const flags = ["--config", "project/spillway.yaml", "--task", "greet", "--tier", "large"]
    const { code, stderr, stdout } = await spillway(["import", "openai.jsonl", ...flags], cwd)
    assert.strictEqual(code, 0, stderr)
    assert.deepStrictEqual(row(stdout, "openai.jsonl").slice(1), ["openai", "1", "0", "1 new", "1 new", "-"])
    assert.isTrue(
      existsSync(join(cwd, "project", "data.duckdb")),
      "beside the configuration, not in the working folder"
    )
    const graded = await spillway(["grade", "--config", "project/spillway.yaml", "--where", "task = 'greet'"], cwd)
    assert.strictEqual(graded.code, 0, graded.stderr)
    assert.match(graded.stdout, /greet +large/)
  })
})
