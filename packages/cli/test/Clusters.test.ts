import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import { folder, spillway } from "./Spillway.ts"

const cwd = folder()
const run = async (...args: ReadonlyArray<string>): Promise<string> => {
  const { code, stderr, stdout } = await spillway(args, cwd)
  assert.strictEqual(code, 0, stderr)
  return stdout
}
const runJson = async (...args: ReadonlyArray<string>) => JSON.parse(await run(...args, "--json"))

const KINDS = [
  {
    words: "refund money parcel order broken returned shop receipt voucher delivery".split(" "),
    right: 0.95,
    usd: 1e-3
  },
  { words: "prove theorem lemma integral group field topology axiom limit vector".split(" "), right: 0.3, usd: 9e-3 }
]
/** The same numbers on every machine. */
const draw = (i: number) => Math.imul(i ^ 0x9e3779b9, 0x85ebca6b) >>> 8

/** Requests of two kinds in turn with outcomes on two tiers; of those with a task, it is `given`. */
const lines = (n: number, hasTask: (i: number) => boolean) =>
  Array.from({ length: n }, (_, i) => {
    const kind = KINDS[i % 2]!
    const content = Array.from({ length: 12 }, (_, j) => kind.words[draw(i * 31 + j) % kind.words.length]!).join(" ")
    const request_id = `r${i}`
    const of = (model: string, right: number, usd: number, salt: number) => ({
      request_id,
      model,
      output: "ok",
      quality: draw(i * 7 + salt) % 1_000 < 1_000 * right ? 1 : 0,
      cost_usd: usd * (1 + draw(i + salt) % 10 / 50)
    })
    return [
      {
        request_id,
        ...(hasTask(i) ? { task: "given" } : {}),
        messages: [{ role: "user", content: `${content} ${i}` }],
        ts: new Date(1_700_000_000_000 + i * 60_000).toISOString()
      },
      of("small", kind.right, kind.usd / 10, 1),
      of("large", 0.98, kind.usd, 2)
    ]
  }).flat().map((line) => `${JSON.stringify(line)}\n`).join("")

describe("logs without tasks, command by command", () => {
  beforeAll(async () => {
    writeFileSync(join(cwd, "log.jsonl"), lines(800, (i) => i % 10 === 0))
    await run("import", "log.jsonl")
  })

  it("optimize finds clusters, says so, and lists them among the tasks", async () => {
    const text = await run("optimize", "--floor", "0.9", "--task-floor", "0.5", "--flagship", "large")
    assert.match(text, /\d+ of the requests learned from have no task\. They are put into \d+ clusters by their words/)
    const report = await runJson("optimize", "--floor", "0.9", "--task-floor", "0.5", "--flagship", "large")
    assert.isTrue(report.clusters.kept)
    const tasks: Array<string> = report.tasks.map((t: { task: string }) => t.task)
    assert.include(tasks, "given")
    const clusters = tasks.filter((task) => task.startsWith("untasked."))
    assert.isAtLeast(clusters.length, 2)
    for (const task of clusters) {
      const named = task.slice("untasked.".length).split("-")
      assert.isTrue(KINDS.some(({ words }) => named.every((word) => words.includes(word))), task)
    }
    assert.sameMembers(report.certificate.segments.map((s: { task: string }) => s.task), tasks)
  })

  it("explain shows the cluster and the words that tell it", async () => {
    const text = await run("explain", "--text", "Is there a theorem on this integral?")
    const [, cluster, words] = /By its words it belongs to cluster "(untasked\.\S+)" with [\d.]+ \((.*)\)/.exec(text)!
    assert.include(words!, "\"theorem\" +")
    assert.include(words!, "\"integral\" +")
    const explained = await runJson("explain", "r3")
    assert.strictEqual(explained.task, "untasked")
    assert.match(explained.cluster.task, /^untasked\./)
    assert.strictEqual(explained.segment, explained.cluster.task)
    assert.notStrictEqual((await runJson("explain", "r4")).cluster.task, explained.cluster.task)
    assert.notInclude(await run("explain", "--text", "a theorem", "--task", "given"), "cluster")
    assert.isString(cluster)
  })

  it("report names the clusters, and evaluate measures the table", async () => {
    await run("report")
    assert.match(readFileSync(join(cwd, "report.md"), "utf8"), /put into clusters by their words.*untasked\.[a-z-]+/s)
    const evaluated = await runJson("evaluate", "--table", "routing-table.json")
    assert.strictEqual(evaluated.requests, 800)
    assert.deepStrictEqual(evaluated.warnings, ["no latency is recorded for small, large"], "and no task is unknown")
  })

  it("optimize says nothing of clusters where every request has a task", async () => {
    const other = folder()
    writeFileSync(join(other, "log.jsonl"), lines(200, () => true))
    assert.strictEqual((await spillway(["import", "log.jsonl"], other)).code, 0)
    const { code, stdout } = await spillway(["optimize", "--flagship", "large"], other)
    assert.strictEqual(code, 0)
    assert.notMatch(stdout, /cluster|no task/)
  })
})
