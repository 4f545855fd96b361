import { assert, describe, it } from "@effect/vitest"
import type { Grader, Request } from "@spillway/domain"
import { Effect } from "effect"
import { graderFor, makeGrading } from "../src/Grading.ts"

const request = (reference?: string): Request => ({
  request_id: "r1",
  task: "t",
  messages: [{ role: "user", content: "q" }],
  ...(reference === undefined ? {} : { reference })
})
const make = (grader: Grader) => makeGrading({ grader, field: "graders.tasks.t" }, "spillway.yaml")

describe("graderFor", () => {
  const graders = {
    default: { type: "exact" },
    tasks: { support: { type: "normalized" }, "support.classify": { type: "choice" } }
  } as const
  it("takes the task's own, its nearest ancestor's, then the default", () => {
    const name = (task: string) => graderFor(task, graders)
    assert.deepStrictEqual(name("support.classify"), {
      grader: { type: "choice" },
      field: "graders.tasks.support.classify"
    })
    assert.strictEqual(name("support.classify.eu")?.grader.type, "choice")
    assert.strictEqual(name("support.route")?.grader.type, "normalized")
    assert.strictEqual(name("supporting")?.field, "graders.default")
    assert.isUndefined(graderFor("supporting", { tasks: graders.tasks }))
    assert.isUndefined(graderFor("constructor", { tasks: {} }))
    assert.isUndefined(graderFor("t", undefined))
  })
})

describe("makeGrading", () => {
  it.effect("grades the part of the answer that is extracted", () =>
    Effect.gen(function*() {
      const { grade, name } = yield* make({ type: "exact", extract: "<a>(.*?)</a>" })
      assert.strictEqual(name, "exact")
      assert.deepStrictEqual(yield* grade(request("7"), "so <a>7</a>."), {
        _tag: "Graded",
        quality: 1,
        evidence: "equal"
      })
      const nothing = yield* grade(request("7"), "7")
      assert.strictEqual(nothing._tag === "Graded" ? nothing.quality : undefined, 0)
    }))

  it.effect("makes every type of grader", () =>
    Effect.gen(function*() {
      const right: ReadonlyArray<readonly [Grader, string, string | undefined]> = [
        [{ type: "exact" }, "a", "a"],
        [{ type: "normalized" }, "A.", "a"],
        [{ type: "numeric", absolute_tolerance: 1 }, "41", "42"],
        [{ type: "contains", values: ["b"] }, "abc", undefined],
        [{ type: "regex", pattern: "^A", flags: "i" }, "abc", undefined],
        [{ type: "choice" }, "(B)", "B"],
        [{ type: "json", fields: ["a[0]"], allow_prose: true }, "so: {\"a\":[1]}", "{\"a\":[1]}"],
        [{ type: "json", schema: { type: "array" } }, "[]", undefined],
        [{ type: "command", command: [process.execPath, "-e", "console.log('{\"quality\":1}')"] }, "", undefined]
      ]
      for (const [grader, output, reference] of right) {
        const verdict = yield* (yield* make(grader)).grade(request(reference), output)
        assert.strictEqual(verdict._tag === "Graded" ? verdict.quality : undefined, 1, grader.type)
      }
    }))

  it.effect("names the field of a grader that is wrong", () =>
    Effect.gen(function*() {
      const wrong: ReadonlyArray<readonly [Grader, string]> = [
        [{ type: "regex", pattern: "(" }, "pattern"],
        [{ type: "exact", extract: "[" }, "extract"],
        [{ type: "json", schema: { type: "strin" } }, "schema"],
        [{ type: "json", fields: ["a", "b["] }, "fields[1]"]
      ]
      for (const [grader, field] of wrong) {
        const error = yield* Effect.flip(make(grader))
        assert.strictEqual(error.field, `graders.tasks.t.${field}`)
        assert.strictEqual(error.source, "spillway.yaml")
      }
    }))

  it.effect("stops a pattern that would never end", () =>
    Effect.gen(function*() {
      const { grade } = yield* make({ type: "regex", pattern: "^(a+)+$" })
      const error = yield* Effect.flip(grade(request(), `${"a".repeat(50)}!`))
      assert.strictEqual(error._tag === "BadInput" ? error.field : undefined, "graders.tasks.t.pattern")
    }))
})
