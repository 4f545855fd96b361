import { assert, describe, it } from "@effect/vitest"
import type { Outcome, Request } from "@spillway/domain"
import { layerMemory, Store } from "@spillway/store"
import { Effect } from "effect"
import { gradeAll } from "../src/GradeAll.ts"

const source = "spillway.yaml"
const request = (i: number, rest: Partial<Request> = {}): Request => ({
  request_id: `r${i}`,
  task: "math",
  messages: [{ role: "user", content: `${i}?` }],
  reference: String(i),
  ...rest
})
const outcome = (i: number, tier: string, rest: Partial<Outcome> = {}): Outcome => ({
  request_id: `r${i}`,
  tier,
  output: `It is ${i}.`,
  ...rest
})
const graders = { default: { type: "numeric" } } as const

const grades = Effect.gen(function*() {
  const store = yield* Store
  const rows = yield* store.query(
    "SELECT request_id, tier, grader, quality FROM grades WHERE effective ORDER BY request_id, tier"
  )
  return rows.map(({ grader, quality, request_id, tier }) => `${request_id} ${tier} ${grader} ${quality}`)
})

describe("gradeAll", () => {
  it.live("grades by the task's grader, tells what cannot be graded, and does nothing the second time", () =>
    Effect.gen(function*() {
      const store = yield* Store
      const { reference: _, ...unreferenced } = request(3)
      yield* store.putRequests([request(1), request(2, { task: "words.short" }), unreferenced])
      yield* store.putOutcomes([
        outcome(1, "a"),
        outcome(1, "b", { output: "It is 7." }),
        outcome(2, "a", { output: "2" }),
        outcome(2, "b"),
        outcome(3, "a")
      ])
      const options = { source, graders: { ...graders, tasks: { words: { type: "exact" } } } } as const
      const report = yield* gradeAll(options)
      assert.deepInclude(report, { graded: 4, kept: 0, failed: 0, ungradable: 1 })
      assert.deepStrictEqual(report.ungraded, [{ task: "math", reason: "the request has no reference", outcomes: 1 }])
      assert.deepStrictEqual(
        report.tasks.map(({ grader, mean_quality, task, tier }) => [task, tier, grader, mean_quality]),
        [
          ["math", "a", "numeric", 1],
          ["math", "b", "numeric", 0],
          ["words.short", "a", "exact", 1],
          ["words.short", "b", "exact", 0]
        ]
      )
      const expected = ["r1 a numeric 1", "r1 b numeric 0", "r2 a exact 1", "r2 b exact 0"]
      assert.deepStrictEqual(yield* grades, expected)
      const again = yield* gradeAll(options)
      assert.deepInclude(again, { graded: 0, kept: 4, ungradable: 1 })
      assert.deepStrictEqual(again.tasks.map(({ mean_quality }) => mean_quality), [1, 0, 1, 0])
      assert.deepInclude(yield* gradeAll({ ...options, regrade: true }), { graded: 4, kept: 0 })
      assert.deepStrictEqual(yield* grades, expected)
    }).pipe(Effect.provide(layerMemory)))

  it.live("grades agreement with the flagship's answer, not with the reference", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests([1, 2, 3, 4, 5].map((i) => request(i)))
      const { output: _, ...unanswered } = outcome(3, "dear", { error: "timeout: no answer" })
      yield* store.putOutcomes([
        outcome(1, "cheap", { output: "It is **8**." }),
        outcome(1, "dear", { output: "8" }),
        outcome(2, "cheap", { output: "It is 2." }),
        outcome(2, "dear", { output: "9" }),
        outcome(3, "cheap"),
        unanswered,
        outcome(4, "cheap"),
        outcome(5, "cheap")
      ])
      const options = { source, graders: { default: { type: "agreement" } }, flagship: "dear" } as const
      const report = yield* gradeAll(options)
      assert.deepStrictEqual(yield* grades, [
        "r1 cheap agreement 1",
        "r1 dear agreement 1",
        "r2 cheap agreement 0",
        "r2 dear agreement 1",
        "r3 dear agreement 0"
      ])
      assert.deepStrictEqual(report.ungraded, [
        { task: "math", reason: "the flagship gave no answer to agree with", outcomes: 3 }
      ])
    }).pipe(Effect.provide(layerMemory)))

  it.live("stores the grades of a command that is a judge as a judge's, beside sure ones that were imported", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests([request(1)])
      yield* store.putOutcomes([outcome(1, "a")])
      yield* store.putGrades([{ request_id: "r1", tier: "a", grader: "imported", quality: 0 }])
      const lenient = [process.execPath, "-e", "console.log(JSON.stringify({ quality: 1 }))"]
      yield* gradeAll({ source, graders: { default: { type: "command", command: lenient, judge: true } } })
      const stored = yield* store.query("SELECT grader, quality, effective FROM grades ORDER BY grader")
      assert.deepStrictEqual(stored.map((row) => ({ ...row })), [
        { grader: "imported", quality: 0, effective: false },
        { grader: "judge", quality: 1, effective: true }
      ])
    }).pipe(Effect.provide(layerMemory)))

  it.live("gives a failed outcome quality 0 until it is answered", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests([request(1)])
      const { output: _, ...unanswered } = outcome(1, "a", { error: "timeout: no answer" })
      yield* store.putOutcomes([unanswered])
      assert.deepInclude(yield* gradeAll({ source, graders, failed: "skip" }), { graded: 0, ungradable: 1 })
      assert.deepInclude(yield* gradeAll({ source, graders }), { graded: 1, failed: 1 })
      assert.deepStrictEqual(yield* grades, ["r1 a numeric 0"])
      assert.deepInclude(yield* gradeAll({ source, graders }), { graded: 0, kept: 1 })
      yield* store.putOutcomes([outcome(1, "a")])
      assert.deepInclude(yield* gradeAll({ source, graders }), { graded: 1, failed: 0 })
      assert.deepStrictEqual(yield* grades, ["r1 a numeric 1"])
    }).pipe(Effect.provide(layerMemory)))

  it.live("keeps imported grades where no grader is configured, and follows a changed configuration", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests([request(1), request(2)])
      yield* store.putOutcomes([outcome(1, "a"), outcome(2, "a")])
      yield* store.putGrades([{ request_id: "r1", tier: "a", grader: "imported", quality: 0.4 }])
      const none = yield* gradeAll({ source, graders: undefined })
      assert.deepInclude(none, { graded: 0, kept: 1, ungradable: 1 })
      assert.deepStrictEqual(none.ungraded, [
        { task: "math", reason: "no grader is configured for the task", outcomes: 1 }
      ])
      assert.deepStrictEqual(yield* grades, ["r1 a imported 0.4"])
      const exact = { default: { type: "exact" } } as const
      for (const [configured, expected] of [[exact, "exact 0"], [graders, "numeric 1"], [exact, "exact 0"]] as const) {
        yield* gradeAll({ source, graders: configured })
        assert.deepStrictEqual(yield* grades, [`r1 a ${expected}`, `r2 a ${expected}`])
      }
      const rows = yield* store.query("SELECT quality FROM grades WHERE grader = 'imported'")
      assert.deepStrictEqual(rows, [{ quality: 0.4 }])
    }).pipe(Effect.provide(layerMemory)))

  it.live("grades only the selected, over many batches", () =>
    Effect.gen(function*() {
      const store = yield* Store
      const numbers = Array.from({ length: 5000 }, (_, i) => i)
      yield* store.putRequests(numbers.map((i) => request(i, { metadata: { split: i % 5 === 0 ? "test" : "train" } })))
      // Some requests have no outcome, some have two.
      const answered = numbers.filter((i) => i % 3 !== 0)
      yield* store.putOutcomes(answered.flatMap((i) => [outcome(i, "a"), outcome(i, "b", { output: "none" })]))
      const seen: Array<number> = []
      const where = "metadata->>'split' = 'test'"
      const report = yield* gradeAll({ source, graders, where, tiers: ["a"], onProgress: (now) => seen.push(now) })
      const expected = answered.filter((i) => i % 5 === 0).length
      assert.deepInclude(report, { graded: expected, kept: 0 })
      assert.strictEqual(report.tasks[0]?.mean_quality, 1)
      assert.strictEqual(seen.at(-1), expected)
      const rest = yield* gradeAll({ source, graders })
      assert.deepInclude(rest, { graded: 2 * answered.length - expected, kept: expected })
    }).pipe(Effect.provide(layerMemory)))

  it.live("fails with the field of a bad grader and with the command of a broken program, keeping earlier grades", () =>
    Effect.gen(function*() {
      const store = yield* Store
      yield* store.putRequests([request(1)])
      yield* store.putOutcomes([outcome(1, "a")])
      yield* gradeAll({ source, graders })
      const bad = yield* Effect.flip(
        gradeAll({ source, graders: { tasks: { math: { type: "regex", pattern: "(" } } } })
      )
      assert.include(bad.message, "spillway.yaml: graders.tasks.math.pattern: ")
      const command = [process.execPath, "-e", "process.exit(9)"]
      const broken = yield* Effect.flip(gradeAll({ source, graders: { default: { type: "command", command } } }))
      assert.include(broken.message, "exit code 9")
      assert.deepStrictEqual(yield* grades, ["r1 a numeric 1"])
    }).pipe(Effect.provide(layerMemory)))
})
