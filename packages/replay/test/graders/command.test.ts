import { assert, describe, it } from "@effect/vitest"
import type { Failure, Request } from "@spillway/domain"
import { Effect } from "effect"
import { command } from "../../src/graders/command.ts"

const request: Request = {
  request_id: "r1",
  task: "t",
  messages: [{ role: "user", content: "$(echo 'q')" }],
  reference: "abc"
}
/** Runs a JavaScript program as the user's grader. */
const program = (source: string, timeout_ms?: number) =>
  command({ command: [process.execPath, "-e", source], timeout_ms })
const problem = (source: string, timeout_ms?: number) => Effect.flip(program(source, timeout_ms)(request, "abc"))

describe("command", () => {
  it.live("passes request, output and reference as one JSON object and takes quality and evidence", () =>
    Effect.gen(function*() {
      const grade = program(`
        const { request, output, reference } = JSON.parse(require("node:fs").readFileSync(0, "utf8"))
        console.log(JSON.stringify({ quality: output === reference ? 0.75 : 0, evidence: request.messages[0].content }))
      `)
      assert.deepStrictEqual(yield* grade(request, "abc"), { _tag: "Graded", quality: 0.75, evidence: "$(echo 'q')" })
    }))

  it.live("takes an answer longer than a pipe from a program that reads nothing", () =>
    Effect.gen(function*() {
      const verdict = yield* program("console.log('{\"quality\": 1}')")(request, "x".repeat(1 << 20))
      assert.strictEqual(verdict._tag === "Graded" ? verdict.quality : undefined, 1)
    }))

  it.live("tells what went wrong, naming the command", () =>
    Effect.gen(function*() {
      const said = (failure: Failure) => failure.message
      const exit = said(yield* problem("console.error('no model'); process.exit(3)"))
      assert.include(exit, process.execPath)
      assert.include(exit, "exit code 3: no model")
      assert.include(said(yield* problem("console.log('good')")), "wrote no JSON but \"good\"")
      assert.include(said(yield* problem("console.log('{\"quality\": 2}')")), "between 0 and 1")
      assert.include(said(yield* problem("console.log('{}')")), "quality")
      assert.include(said(yield* problem("process.stdout.write('x'.repeat(3e6))")), "over 1 MB")
      assert.include(said(yield* problem("process.kill(process.pid, 'SIGTERM')")), "ended by SIGTERM")
      const missing = yield* Effect.flip(command({ command: ["no-such-grader"] })(request, "abc"))
      assert.include(missing.message, "there is no program \"no-such-grader\"")
    }))

  it.live("kills a program that takes too long, with what it started", () =>
    Effect.gen(function*() {
      const started = performance.now()
      const failure = yield* problem(
        "require('node:child_process').spawn('cat', { stdio: ['pipe', 'inherit', 'inherit'] }); setInterval(() => {}, 1e6)",
        300
      )
      assert.include(failure.message, "took over 300 ms")
      assert.isBelow(performance.now() - started, 10_000)
    }))

  it.live("shows no secret of the environment", () =>
    Effect.gen(function*() {
      process.env.SPILLWAY_TEST_API_KEY = "sk-very-secret"
      const leak = "process.env.SPILLWAY_TEST_API_KEY"
      const failure = yield* problem(`console.error('key', ${leak}); process.exit(1)`)
      assert.include(failure.message, "key ***")
      const verdict = yield* program(`console.log(JSON.stringify({ quality: 1, evidence: ${leak} }))`)(request, "abc")
      assert.deepStrictEqual(verdict, { _tag: "Graded", quality: 1, evidence: "***" })
      delete process.env.SPILLWAY_TEST_API_KEY
    }))
})
