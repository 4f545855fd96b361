import { assert, describe, it } from "@effect/vitest"
import { once } from "node:events"
import { MessageChannel, Worker } from "node:worker_threads"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"
import { helperThreads } from "../../src/threads/HelperThreads.ts"
import { runTasks } from "../../src/threads/RunTasks.ts"
import { startWorker } from "../../src/threads/StartWorker.ts"
import type { TaskMessage } from "../../src/threads/TaskMessage.ts"
import { runItem, type TaskInput } from "../../src/threads/Tasks.ts"

const PROBLEMS = 7

const problems = (): TaskInput<"acceptor"> => {
  const random = seededRandom(1), n = 100
  const column = () => Float64Array.from({ length: n }, () => random.uniform())
  const evidence = () => ({ names: ["signal:sure"], columns: [column()] })
  const rows = Uint32Array.from({ length: n }, (_, i) => i)
  return {
    data: {
      n,
      tiers: ["small", "large"],
      flagship: 1,
      quality: [column(), column()],
      evidence: [evidence(), evidence()]
    },
    rows,
    fold: Uint8Array.from(rows, (row) => row % 2),
    folds: 2,
    exante: [column(), column()],
    heads: Array.from({ length: PROBLEMS }, (_, p) => ({ tier: p % 2, score: p < 4 ? "confidence" : "advantage" }))
  }
}

describe("tasks in threads", () => {
  it("give the same to the last bit, in the same order, whatever the number of threads", () => {
    const input = problems()
    const here = runTasks("acceptor", input, PROBLEMS, 1)
    assert.lengthOf(here, PROBLEMS)
    for (const threads of [2, 4]) assert.deepStrictEqual(runTasks("acceptor", input, PROBLEMS, threads), here)
  })

  it("are done by a thread as by the caller, whose failures it sends back", async () => {
    const input = problems(), counters = new Int32Array(new SharedArrayBuffer(8))
    const { port1, port2 } = new MessageChannel()
    const worker = startWorker("threads/TaskThread", {})
    try {
      // One item more than there are problems.
      const message: TaskMessage = { name: "acceptor", input, items: PROBLEMS + 1, counters, outputs: port2 }
      const received: Array<unknown> = []
      port1.on("message", (message) => received.push(message))
      worker.postMessage(message, [port2])
      await once(port1, "close")
      assert.deepStrictEqual(
        received.slice(0, PROBLEMS),
        Array.from({ length: PROBLEMS }, (_, i) => ({ i, output: runItem("acceptor", input, i) }))
      )
      const { error, i } = received[PROBLEMS] as { readonly i: number; readonly error: Error }
      assert.strictEqual(i, PROBLEMS)
      assert.instanceOf(error, TypeError)
      assert.strictEqual(Atomics.load(counters, 1), PROBLEMS + 1)
    } finally {
      await worker.terminate()
    }
  })

  it("are done by the caller where another thread has taken them and sends nothing back", () => {
    const input = problems(), here = runTasks("acceptor", input, PROBLEMS, 1)
    // Without patience, any thread that is at work looks dead.
    for (let round = 0; round < 20; round++) {
      assert.deepStrictEqual(runTasks("acceptor", input, PROBLEMS, 4, 0), here)
    }
  })

  it("do not end with the process where a waiting thread dies, whose place another takes", async () => {
    const helpers = helperThreads(() => new Worker("throw new Error('died')", { eval: true }))
    const [dead] = helpers(1)
    // Not `once` of node:events, which would listen to the error itself.
    await new Promise<void>((resolve) => dead!.on("exit", () => resolve()))
    const [other] = helpers(1)
    assert.notStrictEqual(other, dead)
    await other!.terminate()
  })

  it("fail with what an item fails with, and can run again", () => {
    const input = problems()
    assert.throws(() => runTasks("acceptor", input, PROBLEMS + 1, 2), TypeError)
    assert.lengthOf(runTasks("acceptor", input, PROBLEMS, 2), PROBLEMS)
  })

  it("are none where there are no items", () => {
    assert.deepStrictEqual(runTasks("acceptor", problems(), 0, 4), [])
  })
})
