import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gunzipSync } from "node:zlib"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { folder, type Serving, serving, spillway } from "./Spillway.ts"

const sample = fileURLToPath(new URL("../../../datasets/sample/requests.jsonl.gz", import.meta.url))
const lines = gunzipSync(readFileSync(sample)).toString().split("\n").slice(0, 150)
const ids: ReadonlyArray<string> = lines.map((line) => JSON.parse(line).request_id)

const cwd = folder()
let provider: Serving

/** Runs a command that must succeed; gives what it printed. */
const run = async (...args: ReadonlyArray<string>): Promise<string> => {
  const { code, stderr, stdout } = await spillway(args, cwd)
  assert.strictEqual(code, 0, stderr)
  return stdout
}
const runJson = async (...args: ReadonlyArray<string>) => JSON.parse(await run(...args, "--json"))

describe("the tour, command by command", () => {
  beforeAll(async () => {
    provider = await serving(["simulate", "--port", "0", "--latency-scale", "0"], cwd)
  })
  afterAll(async () => {
    await provider.stop()
  })

  it("simulate says where it listens and which models it has", async () => {
    assert.match(
      provider.said,
      /^Simulated provider on http:\/\/127\.0\.0\.1:\d+\/v1: models economy, standard, flagship/
    )
    const { data } = await (await fetch(`${provider.url}/models`)).json() as { data: ReadonlyArray<{ id: string }> }
    assert.deepStrictEqual(data.map(({ id }) => id), ["economy", "standard", "flagship"])
  })

  it("init --simulated writes a configuration of that provider, and says what comes next", async () => {
    assert.match(
      await run("init", "--simulated"),
      /^Wrote spillway\.yaml\. Run "spillway simulate" .*requests\.jsonl\.gz/
    )
    const path = join(cwd, "spillway.yaml")
    const text = readFileSync(path, "utf8")
    assert.include(text, "base_url: http://127.0.0.1:8790/v1")
    writeFileSync(path, text.replace("http://127.0.0.1:8790/v1", provider.url))
  })

  it("import brings the requests", async () => {
    writeFileSync(join(cwd, "requests.jsonl"), lines.map((line) => `${line}\n`).join(""))
    const report = await run("import", "requests.jsonl")
    assert.match(report, /requests\.jsonl +interchange +150 +0 +150 new +- +-/)
  })

  it("replay --dry-run says what it would cost and calls nothing", async () => {
    const estimate = await runJson("replay", "--dry-run")
    assert.strictEqual(estimate.calls, 450)
    assert.deepStrictEqual(estimate.tiers.map((t: { tier: string }) => t.tier), ["economy", "standard", "flagship"])
    assert.isTrue(estimate.low_usd < estimate.expected_usd && estimate.expected_usd < estimate.high_usd)
    assert.match(await run("replay", "--dry-run", "--tiers", "economy"), /150 calls, expected .*Nothing was called\./)
  })

  it("replay stops at its budget with whole rows, then answers the rest and nothing twice", async () => {
    const first = await runJson("replay", "--budget", "0.03")
    assert.strictEqual(first.ended, "budget")
    assert.isAtMost(first.spent_usd, 0.03)
    const answered = first.tiers.map((t: { answered: number }) => t.answered)
    assert.isTrue(answered[0] > 0 && answered.every((n: number) => n === answered[0]), answered.join(" "))
    const second = await runJson("replay")
    assert.strictEqual(second.ended, "complete")
    assert.strictEqual(first.answered + second.answered, 450)
    assert.include(await run("replay"), "Everything was answered already.")
  })

  it("grade grades every answer once", async () => {
    const text = await run("grade")
    assert.match(text, /450 graded, 0 kept, 0 failed answers at quality 0, 0 ungradable/)
    assert.match(await run("grade"), /0 graded, 450 kept/)
    const slip = await spillway(["grade", "--tiers", "economi"], cwd)
    assert.strictEqual(slip.code, 2)
    assert.match(slip.stderr, /--tiers: no tier is named "economi"\. Known tiers: economy, standard, flagship\n/)
  })

  it("optimize refuses --tiers with a slip, or without the flagship: it promised something else", async () => {
    const refused = async (tiers: string) => {
      const { code, stderr } = await spillway(["optimize", "--tiers", tiers, "--out", "refused.json"], cwd)
      assert.strictEqual(code, 2, stderr)
      return stderr
    }
    assert.match(await refused("economy,flagshop"), /--tiers: leaves out "flagship"/)
    assert.match(await refused("economi,flagship"), /no tier is named "economi"\. Known tiers: economy, st/)
    assert.isFalse(existsSync(join(cwd, "refused.json")))
  })

  it("optimize and report work on what is stored", async () => {
    const report = await runJson("optimize", "--floor", "0.9", "--confidence", "0.8")
    assert.strictEqual(report.table, "routing-table.json")
    assert.strictEqual(await run("report"), "Wrote report.html and report.md.\n")
    const html = readFileSync(join(cwd, "report.html"), "utf8")
    assert.match(html, /^<!doctype html>/i)
    assert.notMatch(html, /<(script|link)\b[^>]*\b(src|href)=/i, "the page needs the network")
    const markdown = readFileSync(join(cwd, "report.md"), "utf8")
    assert.include(markdown, report.certificate.statement)
    assert.strictEqual(await run("report", "--out", "pages/june.md"), "Wrote pages/june.html and pages/june.md.\n")
  })

  it("report fails without what optimize measured, and leaves no file", async () => {
    const other = folder()
    writeFileSync(join(other, "routing-table.json"), readFileSync(join(cwd, "routing-table.json")))
    const { code, stderr } = await spillway(["report"], other)
    assert.strictEqual(code, 1)
    assert.match(stderr, /routing-table\.report\.json: cannot be read\. Run "spillway optimize" again/)
    assert.isFalse(existsSync(join(other, "report.html")))
  })

  it("explain shows features, thresholds, alternatives and the recorded path of a stored request", async () => {
    const table = JSON.parse(readFileSync(join(cwd, "routing-table.json"), "utf8"))
    const found = await runJson("explain", ids[7]!)
    assert.strictEqual(found.request_id, ids[7])
    assert.strictEqual(found.point, table.default_point)
    assert.deepStrictEqual(found.tiers.map((t: { tier: string }) => t.tier), ["economy", "standard", "flagship"])
    assert.sameMembers(found.recorded.map((t: { tier: string }) => t.tier), ["economy", "standard", "flagship"])
    for (const { cost_usd, quality } of found.recorded) assert.isTrue(cost_usd > 0 && quality >= 0 && quality <= 1)
    assert.strictEqual(found.path[0].tier, found.plans.find((plan: { drawn: boolean }) => plan.drawn).entry)
    assert.isNull(found.path.at(-1).next, "all tiers are recorded, so the path has an end")
    const text = await run("explain", ids[7]!)
    assert.include(text, `Request ${ids[7]} (task ${found.task}) at point ${table.default_point}`)
    assert.match(text, /recorded quality/)
    assert.match(text, /With the recorded answers:\n {2}\w+: /)
  })

  it("explain shows the same for a text, at any point, with as many features as asked", async () => {
    const flags = ["--text", "Solve: 3 apples at $2", "--task", "math.word_problem", "--top", "2"]
    const found = await runJson("explain", ...flags, "--point", "flagship")
    assert.strictEqual(found.task, "math.word_problem")
    assert.deepStrictEqual(found.recorded, [])
    assert.strictEqual(found.plans[0].entry, "flagship")
    for (const tier of found.tiers) assert.isAtMost(tier.contributions.length, 2)
    const text = await run("explain", ...flags)
    assert.match(text, /^The text \(task math\.word_problem\) at point /)
    assert.notInclude(text, "recorded")
    const unknown = await spillway(["explain", "nobody"], cwd)
    assert.strictEqual(unknown.code, 2)
    assert.match(unknown.stderr, /no stored request "nobody"/)
  })

  it("serve answers by the table, and its log comes back in by import", async () => {
    const proxy = await serving(["serve", "--port", "0"], cwd)
    const ask = JSON.parse(lines[3]!)
    const response = await fetch(`${proxy.url}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-request-id": "live-1", "x-spillway-task": ask.task },
      body: JSON.stringify({ ...ask.parameters, model: "spillway", messages: ask.messages })
    })
    const tier = response.headers.get("x-spillway-tier")!
    const { choices } = await response.json() as { choices: ReadonlyArray<{ message: { content: string } }> }
    assert.strictEqual(await proxy.stop(), 0)
    const [file] = (await runJson("import", "logs")).files
    assert.strictEqual(file.format, "spillway-log")
    assert.strictEqual(file.requests.inserted, 1)
    const found = await runJson("explain", "live-1")
    assert.include(found.recorded.map((one: { tier: string }) => one.tier), tier)
    assert.isAbove(choices[0]!.message.content.length, 0)
  })

  it("simulate --recorded answers from the database, and from files, as it was recorded", async () => {
    const request = JSON.parse(lines[5]!)
    const asked = async (url: string) => {
      const response = await fetch(`${url}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "economy", messages: request.messages })
      })
      return [response.status, await response.json()] as const
    }
    const database = await serving(
      ["simulate", "--recorded", "spillway.duckdb", "--port", "0", "--latency-scale", "0"],
      cwd
    )
    assert.match(database.said, /^Recorded provider on .*: economy, flagship, standard\./)
    const [status, body] = await asked(database.url) as [number, { choices: ReadonlyArray<{ message: unknown }> }]
    assert.strictEqual(status, 200)
    assert.strictEqual(await database.stop(), 0)

    mkdirSync(join(cwd, "recorded"))
    writeFileSync(join(cwd, "recorded", "requests.jsonl"), `${lines[5]}\n`)
    const outcome = { request_id: request.request_id, model: "economy", output: "as it was", cost_usd: 0.25 }
    writeFileSync(join(cwd, "recorded", "outcomes.jsonl"), `${JSON.stringify(outcome)}\n`)
    const files = await serving(["simulate", "--recorded", "recorded", "--port", "0", "--latency-scale", "0"], cwd)
    const [, other] = await asked(files.url) as [number, any]
    assert.strictEqual(other.choices[0].message.content, "as it was")
    assert.strictEqual(other.usage.cost, 0.25)
    assert.notDeepEqual(other.choices[0].message, body.choices[0]!.message)
    await files.stop()
  })

  it("simulate has faults and rate limits on demand", async () => {
    const faulty = await serving(
      ["simulate", "--port", "0", "--latency-scale", "0", "--fault", "503;retry_after=7@1"],
      cwd
    )
    const limited = await serving(
      ["simulate", "--port", "0", "--latency-scale", "0", "--requests-per-minute", "1"],
      cwd
    )
    const ask = (url: string) =>
      fetch(`${url}/chat/completions`, {
        method: "POST",
        body: JSON.stringify({ model: "economy", messages: [{ role: "user", content: "hello" }] })
      })
    const refused = await ask(faulty.url)
    assert.deepStrictEqual([refused.status, refused.headers.get("retry-after")], [503, "7"])
    assert.strictEqual((await ask(limited.url)).status, 200)
    const second = await ask(limited.url)
    assert.deepStrictEqual([second.status, second.headers.get("x-ratelimit-remaining-requests")], [429, "0"])
    await Promise.all([faulty.stop(), limited.stop()])
  })
})
