import { assert, describe, it } from "@effect/vitest"
import type { Grade, Outcome, Request } from "@spillway/domain"
import { Effect } from "effect"
import { createReadStream, existsSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { createGunzip } from "node:zlib"
import { evaluate } from "../src/Evaluate.ts"
import { optimize } from "../src/Optimize.ts"
import { storeOf } from "./SyntheticTraffic.ts"

const folder = join(
  process.env["SPILLWAY_DATA"] ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url)),
  "mmlu-pro"
)

const TIERS = ["gpt-4.1-nano", "gpt-4.1-mini", "gpt-4.1"]
/** Every fourth question is read: enough to tell, in seconds. */
const EVERY = 4

interface Scored {
  readonly request_id: string
  readonly model: string
  readonly output?: string
  readonly quality: number
  readonly cost_usd?: number
  readonly signals?: Readonly<Record<string, number>>
}

const isRead = (requestId: string): boolean => Number(requestId.slice("mmlu-pro-".length)) % EVERY === 0

const lines = (name: string) =>
  createInterface({ input: createReadStream(join(folder, name)).pipe(createGunzip()), crlfDelay: Infinity })

const readTraffic = async () => {
  const requests: Array<Request> = [], outcomes: Array<Outcome> = [], grades: Array<Grade> = []
  for await (const line of lines("requests.jsonl.gz")) {
    const request = JSON.parse(line) as Request
    if (isRead(request.request_id)) requests.push(request)
  }
  for await (const line of lines("outcomes.jsonl.gz")) {
    if (!TIERS.some((tier) => line.includes(`"model":"${tier}"`))) continue
    const { model: tier, quality, ...outcome } = JSON.parse(line) as Scored
    if (!isRead(outcome.request_id)) continue
    outcomes.push({ ...outcome, tier } as Outcome)
    grades.push({ request_id: outcome.request_id, tier, grader: "imported", quality })
  }
  return { requests, outcomes, grades }
}

describe("recorded answers of gpt-4.1-nano, gpt-4.1-mini and gpt-4.1 to MMLU-Pro", () => {
  it.live(
    "a table closes more of the gap to the oracle than the random mix, on questions it was not made from",
    (test) => {
      if (!existsSync(folder)) {
        return Effect.sync(() => test.skip(`no recorded data at ${folder}; set SPILLWAY_DATA`))
      }
      return Effect.gen(function*() {
        const traffic = yield* Effect.promise(readTraffic)
        yield* Effect.gen(function*() {
          const { table } = yield* optimize({
            objective: { floor: 0.95, confidence: 0.9 },
            policy: "auto",
            seed: 1,
            version: "test",
            tiers: TIERS,
            flagship: "gpt-4.1",
            where: "hash(request_id) % 2 = 0"
          })
          const evaluation = yield* evaluate(table, { where: "hash(request_id) % 2 = 1", seed: 1 })
          const { intervals, oracle_gap_closed, oracle_gap_closed_auc } = evaluation.metrics
          assert.isAbove(evaluation.requests, 1_200)
          // Without a hull nothing favours the table on these questions: the interval is a test.
          assert.isAbove(intervals.oracle_gap_closed_auc![0], 0)
          assert.isAbove(oracle_gap_closed_auc!, 0.02)
          assert.isAbove(oracle_gap_closed!, oracle_gap_closed_auc! - 0.01)
        }).pipe(Effect.provide(storeOf(traffic), { local: true }))
      })
    },
    20_000
  )
})
