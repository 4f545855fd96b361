import { Config, Request } from "@spillway/domain"
import { answerKey } from "@spillway/providers"
import { graderFor, makeGrading } from "@spillway/replay"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { sampleCorrelation } from "simple-statistics"
import { assert, describe, it } from "vitest"
import { parse } from "yaml"
import { runChecks } from "../sample-traffic/CodeRepair.ts"
import { jsonLines, SEED } from "../sample-traffic/Files.ts"
import { type Answer, makeSampleTraffic, TASKS } from "../sample-traffic/SampleTraffic.ts"

const read = (name: string) => readFileSync(new URL(`../../datasets/sample/${name}`, import.meta.url))
const unpacked = (name: string) => gunzipSync(read(`${name}.jsonl.gz`)).toString()
const rows = (name: string) => unpacked(name).trimEnd().split("\n").map((line) => JSON.parse(line) as unknown)

const decodeRequest = Schema.decodeUnknownSync(Request)
const requests = rows("requests").map((row) => decodeRequest(row))
const holdout = rows("holdout").map((row) => decodeRequest(row))
const answers = new Map((rows("answers") as ReadonlyArray<Answer>).map((answer) => [answer.key, answer]))
const answersTo = (request: Request) => answers.get(answerKey(request.messages))!
const userText = (request: Request) => String(request.messages.at(-1)!.content)

describe("sample traffic", () => {
  it("is what the generator makes with its seed", () => {
    for (const [name, made] of Object.entries(makeSampleTraffic(SEED))) {
      assert.isTrue(jsonLines(made) === unpacked(name), `${name} differs: run scripts/generate-sample-traffic.ts`)
    }
  })

  it("depends on the seed", () => {
    const other = makeSampleTraffic(SEED + 1)
    assert.notStrictEqual(jsonLines(other.requests), unpacked("requests"))
  })

  it("stays small", () => {
    const bytes = ["requests", "holdout", "answers"].map((name) => read(`${name}.jsonl.gz`).length)
    assert.isBelow(bytes.reduce((sum, size) => sum + size), 1.5e6)
  })

  it("covers every task in both files, with easy and hard requests", () => {
    assert.isAtLeast(requests.length, 2000)
    assert.isAtLeast(holdout.length, 300)
    for (const { task } of TASKS) {
      const difficulties = requests.filter((r) => r.task === task).map((r) => r.metadata!.difficulty as number)
      assert.isAtLeast(difficulties.length, 150, task)
      assert.isBelow(Math.min(...difficulties), .05, task)
      assert.isAbove(Math.max(...difficulties), .95, task)
      assert.isAtLeast(holdout.filter((request) => request.task === task).length, 15, task)
    }
  })

  it("keeps the holdout later than the requests and free of their conversations", () => {
    assert.isAbove(Date.parse(holdout[0]!.ts!), Date.parse(requests.at(-1)!.ts!))
    const seen = new Set(requests.map((request) => answerKey(request.messages)))
    assert.deepStrictEqual(holdout.filter((request) => seen.has(answerKey(request.messages))), [])
  })

  it("repeats about one request in twenty, word for word or slightly edited, always later", () => {
    const byId = new Map(requests.map((request) => [request.request_id, request]))
    const repeats = requests.filter((request) => request.metadata!.group !== undefined)
    assert.isAtLeast(repeats.length / requests.length, .03)
    assert.isAtMost(repeats.length / requests.length, .08)
    for (const repeat of repeats) {
      const original = byId.get(repeat.metadata!.group as string)!
      assert.isBelow(Date.parse(original.ts!), Date.parse(repeat.ts!))
      assert.strictEqual(repeat.reference, original.reference)
      assert.strictEqual(repeat.task, original.task)
    }
    const edited = repeats.filter((r) => userText(r) !== userText(byId.get(r.metadata!.group as string)!))
    assert.isAbove(edited.length, 0)
    assert.isBelow(edited.length, repeats.length)
  })

  it("is repeated nowhere else", () => {
    const originals = requests.filter((request) => request.metadata!.group === undefined)
    const distinct = new Set(originals.map((request) => answerKey(request.messages)))
    // short easy tickets come out alike by chance
    assert.isAtLeast(distinct.size / originals.length, .985)
  })

  it("is busy by day and on working days", () => {
    const times = requests.map((request) => new Date(request.ts!))
    const between = (from: number, to: number) =>
      times.filter((time) => time.getUTCHours() >= from && time.getUTCHours() < to).length
    assert.isAbove(between(9, 17), 10 * between(0, 6))
    const weekend = times.filter((time) => [0, 6].includes(time.getUTCDay())).length
    assert.isAbove(weekend, 0)
    assert.isBelow(weekend / 4, (times.length - weekend) / 10 / 2)
  })

  it("shows difficulty in the text of every task, and not in its length alone", () => {
    for (const { task } of TASKS) {
      const rows = requests.filter((request) => request.task === task)
      const length = (request: Request) => request.messages.slice(1).reduce((n, m) => n + String(m.content).length, 0)
      const correlation = sampleCorrelation(rows.map((row) => row.metadata!.difficulty as number), rows.map(length))
      assert.isAbove(correlation, .5, task)
      assert.isBelow(correlation, .96, task)
    }
  })

  it("has a shared policy prompt longer than 1,500 characters", () => {
    const prompts = new Set(requests.filter((r) => r.task === "policy.qa").map((r) => String(r.messages[0]!.content)))
    assert.strictEqual(prompts.size, 2)
    for (const prompt of prompts) assert.isAbove(prompt.length, 1500)
  })

  it("has repairs that pass their checks, and code that does not", () => {
    for (const request of requests.filter((r) => r.task === "code.repair" && r.metadata!.group === undefined)) {
      const [, code, checks] = /```js\n([\s\S]*)\n```\n\nChecks:\n([\s\S]*)$/.exec(userText(request))!
      const cases = checks!.split("\n").map((check) => check.split(" -> ") as [string, string])
      const passed = (code: string) =>
        runChecks(code, cases.map(([call]) => call)).filter((made, i) => made === cases[i]![1]).length
      assert.strictEqual(passed(answersTo(request).right[0]!), cases.length, request.request_id)
      assert.isBelow(passed(code!), cases.length, request.request_id)
    }
  })
})

describe("sample answers", () => {
  const decodeGraders = Schema.decodeUnknownSync(Config.fields.graders)
  const graders = decodeGraders(parse(read("graders.yaml").toString()))
  const gradings = new Map(
    TASKS.map(({ task }) => [task, Effect.runSync(makeGrading(graderFor(task, graders)!, "graders.yaml"))] as const)
  )
  const quality = (request: Request, output: string) => {
    const verdict = Effect.runSync(gradings.get(request.task)!.grade(request, output))
    assert.strictEqual(verdict._tag, "Graded")
    return verdict._tag === "Graded" ? verdict.quality : Number.NaN
  }
  const all = [...requests, ...holdout]

  it("are known for every request and belong to it", () => {
    for (const request of all) {
      const answer = answersTo(request)
      assert.strictEqual(answer.task, request.task)
      assert.isAtLeast(answer.right.length, 2)
      assert.isAtLeast(answer.wrong.length, 2)
    }
  })

  it("grade 1 where right and less where wrong", () => {
    for (const request of all) {
      const { right, wrong } = answersTo(request)
      for (const output of right) assert.strictEqual(quality(request, output), 1, `${request.request_id}: ${output}`)
      for (const output of wrong) assert.isBelow(quality(request, output), 1, `${request.request_id}: ${output}`)
    }
  })

  it("give partial credit where the task has parts", () => {
    for (const task of ["extract.invoice", "summarize.facts", "code.repair"]) {
      const partial = all.filter((request) => request.task === task)
        .flatMap((request) => answersTo(request).wrong.map((output) => quality(request, output)))
        .filter((value) => value > 0)
      assert.isAbove(partial.length, 100, task)
    }
  })
})
