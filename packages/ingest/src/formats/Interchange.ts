import { InterchangeOutcome, type JsonObject, Request } from "@spillway/domain"
import { Result, Schema } from "effect"
import { decoding, type Format, type Translated } from "./Format.ts"
import { requestIdOf } from "./RequestId.ts"
import { wrongTime } from "./Time.ts"

const decodeRequest = decoding(Schema.decodeUnknownResult(Request))
const decodeOutcome = decoding(Schema.decodeUnknownResult(InterchangeOutcome))

/** Fields that make a record with `messages` and `model` an answer too, not only a chat completion body. */
const answerFields = ["output", "quality", "error", "finish_reason", "output_tokens", "latency_ms", "cost_usd"]

/** The record itself where it has no null, the usual case. */
const withoutNulls = <A extends object>(record: A) => {
  type Kept = { [K in keyof A]: Exclude<A[K], null> }
  for (const name in record) {
    if (record[name] === null) {
      return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null)) as Kept
    }
  }
  return record as Kept
}

const requestOf = (record: JsonObject, task: string): Result.Result<Request, string> => {
  const given = { task, request_id: "", ...withoutNulls(record) }
  const named = given.request_id === "" ? { ...given, request_id: "unknown" } : given
  return Result.flatMap(decodeRequest(named), (request) => {
    const wrong = wrongTime(request.ts)
    if (wrong !== undefined) return Result.fail(wrong)
    return Result.succeed(named === given ? request : { ...request, request_id: requestIdOf(request) })
  })
}

const answerOf = (record: JsonObject): Result.Result<Translated, string> =>
  Result.flatMap(decodeOutcome(record), (decoded) => {
    const {
      cache_write_tokens,
      cached_input_tokens,
      grader,
      input_tokens,
      model: tier,
      output_tokens,
      quality,
      reasoning_tokens,
      signals,
      ...rest
    } = withoutNulls(decoded)
    const wrong = wrongTime(rest.ts)
    if (wrong !== undefined) return Result.fail(wrong)
    if (rest.attempts !== undefined && rest.attempts < 1) return Result.fail("attempts: Expected a value above 0")
    const usage = input_tokens === undefined || output_tokens === undefined ? undefined : {
      input_tokens,
      ...(cached_input_tokens === undefined ? {} : { cached_input_tokens }),
      ...(cache_write_tokens === undefined ? {} : { cache_write_tokens }),
      output_tokens,
      ...(reasoning_tokens === undefined ? {} : { reasoning_tokens })
    }
    const outcome = {
      ...rest,
      tier,
      ...(usage === undefined ? {} : { usage }),
      ...(signals === undefined ? {} : { signals: withoutNulls(signals) })
    }
    const grades = quality === undefined
      ? []
      : [{ request_id: rest.request_id, tier, grader: grader ?? "imported", quality }]
    return Result.succeed({ outcomes: [outcome], grades })
  })

/**
 * Spillway's own interchange format: request lines ({@link Request}), outcome lines ({@link InterchangeOutcome}), and
 * lines that are both.
 */
export const interchange: Format = {
  name: "interchange",
  needs: "messages (a request), or request_id and model (an outcome)",
  matches: (record) => "messages" in record || ("request_id" in record && "model" in record),
  translate: (record, { task }) => {
    if (!("messages" in record)) return answerOf(record)
    return Result.flatMap(requestOf(record, task), (request): Result.Result<Translated, string> => {
      if (!("model" in record) || !answerFields.some((field) => field in record)) return Result.succeed({ request })
      return Result.map(answerOf({ ...record, request_id: request.request_id }), (answer) => ({ request, ...answer }))
    })
  }
}
