import { type LogAttempt, LogRecord, Message, type Outcome } from "@spillway/domain"
import { Result, Schema } from "effect"
import { decoding, type Format, type Translated } from "./Format.ts"
import { wrongTime } from "./Time.ts"

const decodeRecord = decoding(Schema.decodeUnknownResult(LogRecord))
const decodeMessages = decoding(Schema.decodeUnknownResult(Schema.Array(Message).check(Schema.isMinLength(1))))

/** The outcome of one tier: its attempt that answered, else its last; all of its attempts are charged. */
const outcomeOf = (record: LogRecord, tier: string, attempts: ReadonlyArray<LogAttempt>): Outcome => {
  const { error, finish_reason, latency_ms, output, signals, ttft_ms, usage } =
    attempts.findLast((attempt) => attempt.error === undefined) ?? attempts.at(-1)!
  const costs = attempts.map((attempt) => attempt.cost_usd).filter((cost) => cost !== undefined)
  return {
    request_id: record.request_id,
    tier,
    ...(output === undefined || error !== undefined ? {} : { output }),
    ...(finish_reason === undefined ? {} : { finish_reason }),
    ...(usage === undefined ? {} : { usage }),
    ...(costs.length === 0 ? {} : { cost_usd: costs.reduce((sum, cost) => sum + cost) }),
    latency_ms,
    ...(ttft_ms === undefined ? {} : { ttft_ms }),
    ...(signals === undefined ? {} : { signals }),
    ...(error === undefined ? {} : { error }),
    attempts: attempts.length,
    ts: record.ts
  }
}

/**
 * The proxy's log. How the request was routed (table, operating point, cluster, propensity, vector, result) becomes
 * `metadata.spillway` of the request, which estimates from partial feedback need.
 */
export const spillwayLog: Format = {
  name: "spillway-log",
  needs: "format \"spillway.log/...\"",
  matches: (record) => typeof record["format"] === "string" && record["format"].startsWith("spillway.log/"),
  translate: (value) =>
    Result.flatMap(decodeRecord(value), (record): Result.Result<Translated, string> => {
      const wrong = wrongTime(record.ts)
      if (wrong !== undefined) return Result.fail(wrong)
      const { messages, model: _model, stream: _stream, ...parameters } = record.request
      const byTier = Map.groupBy(record.attempts, (attempt) => attempt.tier)
      return Result.mapBoth(decodeMessages(messages), {
        onFailure: (reason) => `request.messages: ${reason}`,
        onSuccess: (messages) => ({
          request: {
            request_id: record.request_id,
            task: record.task,
            messages,
            ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
            ts: record.ts,
            metadata: {
              spillway: {
                ...(record.table === undefined ? {} : { table: record.table }),
                ...(record.point === undefined ? {} : { point: record.point }),
                ...(record.cluster === undefined ? {} : { cluster: record.cluster }),
                propensity: record.propensity,
                ...(record.embedding === undefined ? {} : { embedding: record.embedding.result }),
                result: record.result,
                status: record.status,
                stream: record.stream
              }
            }
          },
          outcomes: [...byTier].map(([tier, attempts]) => outcomeOf(record, tier, attempts))
        })
      })
    })
}
