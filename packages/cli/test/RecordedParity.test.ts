import type { Config, Outcome, Request } from "@spillway/domain"
import { importFiles } from "@spillway/ingest"
import { optimize } from "@spillway/optimizer"
import { compile, requestView } from "@spillway/policy"
import { recordedAnswers, recordedServer } from "@spillway/providers"
import { serve } from "@spillway/proxy"
import { layer, Store } from "@spillway/store"
import { Effect, Stream } from "effect"
import { existsSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"

const data = process.env["SPILLWAY_DATA"] ?? resolve(fileURLToPath(new URL("../../../../shared/data", import.meta.url)))
const present = existsSync(join(data, "bfcl"))

const TIERS = ["gpt-4o-mini-2024-07-18", "gpt-4o-2024-05-13-FC", "claude-3-5-sonnet-20240620"]

describe("parity on recorded traffic", () => {
  it.skipIf(!present)(
    "the proxy gives every request the path and answer that the optimizer's policy predicts (bfcl, 1,700 requests)",
    async () => {
      const dir = mkdtempSync(join(tmpdir(), "spillway-parity-"))
      const differences: Array<string> = []
      let asked = 0
      const program = Effect.gen(function*() {
        yield* importFiles([join(data, "bfcl/requests.jsonl.gz"), join(data, "bfcl/outcomes.jsonl.gz")])
        const store = yield* Store
        const { table } = yield* optimize({
          tiers: TIERS,
          objective: { floor: 0.98, confidence: 0.9 },
          policy: "auto",
          seed: 1,
          version: "test"
        })
        const requests: ReadonlyArray<Request> = (yield* Stream.runCollect(store.requests())).flat()
        const outcomes: ReadonlyArray<Outcome> = (yield* Stream.runCollect(store.outcomes({ tiers: TIERS }))).flat()
        const provider = yield* recordedServer({ answers: recordedAnswers(requests, outcomes), latencyScale: 0 })
        const config: Config = {
          providers: { recorded: { protocol: "openai", base_url: provider.url } },
          tiers: TIERS.map((name) => ({ name, provider: "recorded", model: name }))
        }
        // Tables of imported outcomes know no models; the point with the most escalations shows the most.
        writeFileSync(join(dir, "table.json"), JSON.stringify(table))
        const proxy = yield* serve({
          config,
          source: "test",
          table: join(dir, "table.json"),
          logs: join(dir, "logs"),
          port: 0,
          env: {}
        })
        const policy = compile(table)
        const mixed = table.points.map((p) => p.name).filter((name) => name !== "cheapest" && name !== "flagship")
        const point = mixed[Math.floor(mixed.length / 2)]!
        const recorded = new Map(outcomes.map((o) => [`${o.request_id} ${o.tier}`, o]))
        yield* Effect.forEach(requests, (request) =>
          Effect.promise(async () => {
            let session = policy.begin(requestView(request), point)
            const path: Array<string> = []
            while (session.decision._tag === "Call") {
              const outcome = recorded.get(`${request.request_id} ${session.decision.tier}`)!
              path.push(outcome.tier)
              session = session.answered({ output: outcome.output ?? "", signals: outcome.signals })
            }
            const response = await fetch(`${proxy.url}/chat/completions`, {
              method: "POST",
              headers: {
                "content-type": "application/json",
                "x-spillway-task": request.task,
                "x-request-id": request.request_id
              },
              body: JSON.stringify({ ...request.parameters, model: `spillway/${point}`, messages: request.messages })
            })
            const body = await response.json() as { choices: Array<{ message: { content: string } }> }
            asked += 1
            const expected = `${path.join(">")} ${
              recorded.get(`${request.request_id} ${session.decision.tier}`)!.output
            }`
            const seen = `${response.headers.get("x-spillway-path")} ${body.choices[0]!.message.content}`
            if (seen !== expected) differences.push(`${request.request_id}: ${seen} is not ${expected}`)
          }), { concurrency: 16, discard: true })
      })
      await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(layer(join(dir, "test.duckdb")))))
      assert.isAtLeast(asked, 1_000)
      assert.deepStrictEqual(differences, [])
    },
    120_000
  )

  it.skipIf(present)("is skipped: no recorded data beside the checkout (set SPILLWAY_DATA)", () => {
    assert.isFalse(present)
  })
})
