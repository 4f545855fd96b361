import { type BadInput, type Config, type Failure, LogRecord, type Request } from "@spillway/domain"
import { graderFor, makeGrading } from "@spillway/replay"
import { Effect, Schema } from "effect"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"

/** One served request: what it cost, how long it took, which tier answered and how good the answer was. */
export interface Served {
  readonly request_id: string
  readonly tier: string
  readonly quality: number
  readonly costUsd: number
  readonly latencyMs: number
}

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(LogRecord))

/** Reads the proxy's log and grades every answer that was accepted. */
export const readServed = Effect.fnUntraced(function*(
  logs: string,
  requests: ReadonlyMap<string, Request>,
  graders: Config["graders"]
): Effect.fn.Return<ReadonlyArray<Served>, BadInput | Failure> {
  const files = yield* Effect.promise(async () =>
    Promise.all((await readdir(logs)).filter((f) => f.endsWith(".ndjson")).map((f) => readFile(join(logs, f), "utf8")))
  )
  const served: Array<Served> = []
  for (const line of files.flatMap((text) => text.split("\n")).filter((text) => text !== "")) {
    const record = decode(line)
    const accepted = record.attempts.find((attempt) => attempt.accepted)
    const request = requests.get(record.request_id.replace(/~.*$/, ""))
    if (accepted === undefined || request === undefined) continue
    const grading = yield* makeGrading(graderFor(request.task, graders)!, "spillway.yaml")
    const verdict = yield* grading.grade(request, accepted.output ?? "")
    served.push({
      request_id: record.request_id,
      tier: accepted.tier,
      quality: verdict._tag === "Graded" ? verdict.quality : 0,
      costUsd: record.attempts.reduce((sum, attempt) => sum + (attempt.cost_usd ?? NaN), 0),
      latencyMs: record.latency_ms
    })
  }
  return served
})
