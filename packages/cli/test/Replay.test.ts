import type { ReplayReport } from "@spillway/replay"
import { layer, Store } from "@spillway/store"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { counted } from "../src/Output.ts"
import { replayText } from "../src/ReplayText.ts"
import { folder, spillway } from "./Spillway.ts"

const tier = (name: string, answered: number, left: number) => ({
  tier: name,
  answered,
  failed: 0,
  left,
  calls: answered,
  spent_usd: 0
})

const ended = (report: Partial<ReplayReport>, budgetUsd?: number): string =>
  replayText({
    run_id: "replay-1",
    ended: "complete",
    calls: 1,
    retries: 1,
    answered: 1,
    failed: 0,
    failed_by_reason: {},
    left: 0,
    spent_usd: 0,
    uncertain_usd: 0,
    seconds: 1,
    recovered: { outcomes: 0, spent_usd: 0 },
    tiers: [tier("small", 1, 0), tier("large", 1, 0)],
    ...report
  }, budgetUsd).split("\n").at(-1)!

describe("how a replay ended", () => {
  it("is told with words for one and for many", () => {
    assert.strictEqual(ended({}), "1 answer in 1 call (1 retry) for $0 in 1.0 s. Everything is answered.")
    assert.match(ended({ answered: 2, calls: 2, retries: 0 }), /^2 answers in 2 calls \(0 retries\)/)
    assert.deepStrictEqual([0, 1, 2].map((n) => counted(n, "call")), ["0 calls", "1 call", "2 calls"])
  })

  it("is not called answered where calls failed", () => {
    assert.match(
      ended({ failed: 1, failed_by_reason: { timeout: 1 } }),
      /failed: 1 timeout\. What failed is tried again/
    )
  })

  it("names the tiers that stopped where others answered", () => {
    const large = { ...tier("large", 0, 1), stopped: "the provider refuses the key" }
    assert.match(
      ended({ ended: "stopped", left: 1, tiers: [tier("small", 1, 0), large] }),
      /Stopped on large, where 1 answer is left; the other tiers were asked for all of theirs\./
    )
    assert.match(ended({ ended: "stopped", left: 1, tiers: [large] }), /Stopped: no tier was left that answers\./)
  })

  it("at its budget says what is unspent, and does not ask for a larger one where the same goes on", () => {
    const report = { ended: "budget", left: 1, spent_usd: 2, uncertain_usd: 1 } as const
    assert.match(
      ended(report, 5),
      /may cost more than the \$2\.00 unspent of it\. Run again to go on, with a larger one where/
    )
    assert.match(ended({ ...report, calls: 0 }, 5), /Run again with a larger one\.$/)
  })

  it("fails the command where no tier answers", async () => {
    const cwd = folder()
    const tiers = [{ name: "small", provider: "dead", model: "small" }]
    const providers = { dead: { protocol: "openai", base_url: "http://127.0.0.1:1/v1", max_retries: 0 } }
    writeFileSync(join(cwd, "spillway.yaml"), JSON.stringify({ providers, tiers }))
    const requests = Array.from({ length: 40 }, (_, i) => ({
      request_id: `r${i}`,
      task: "t",
      messages: [{ role: "user", content: `${i}` }]
    }))
    await Effect.runPromise(
      Effect.flatMap(Store, (store) => store.putRequests(requests)).pipe(
        Effect.provide(layer(join(cwd, "spillway.duckdb")))
      )
    )
    const { code, stdout } = await spillway(["replay", "--json"], cwd)
    assert.strictEqual((JSON.parse(stdout) as ReplayReport).ended, "stopped")
    assert.strictEqual(code, 1)
    // Too few to give the tier up, and all failed.
    const few = await spillway(["replay", "--json", "--limit", "5"], cwd)
    const { answered, ended, failed }: ReplayReport = JSON.parse(few.stdout)
    assert.deepStrictEqual([ended, answered, failed, few.code], ["complete", 0, 5, 1])
  })
})
