import { Failure, Quality, type Request } from "@spillway/domain"
import { Effect, Schema } from "effect"
import { redact, runJson } from "./runJson.ts"
import { graded, type Verdict } from "./Verdict.ts"

const DEFAULT_TIMEOUT_MS = 30_000

const Reply = Schema.Struct({ quality: Quality, evidence: Schema.optionalKey(Schema.String) })
const decodeReply = Schema.decodeUnknownEffect(Reply)

/**
 * A program of the user's own grades: `{request, output, reference}` on standard input,
 * `{"quality": 0..1, "evidence"?: "..."}` on standard output. `reference` is null where there is none.
 */
export const command = (config: {
  readonly command: ReadonlyArray<string>
  readonly timeout_ms?: number | undefined
}) =>
  Effect.fnUntraced(function*(request: Request, output: string): Effect.fn.Return<Verdict, Failure> {
    const input = { request, output, reference: request.reference ?? null }
    const answer = yield* runJson(config.command, input, config.timeout_ms ?? DEFAULT_TIMEOUT_MS)
    const reply = yield* decodeReply(answer).pipe(Effect.mapError((error) =>
      new Failure({
        doing: redact(`grading with the command ${JSON.stringify(config.command.join(" "))}`),
        problem: redact(`its answer is not what it should be: ${error.message.replace(/\s+/g, " ")}`),
        mend: "It has to write one JSON object: {\"quality\": 0..1}"
      })
    ))
    return graded(reply.quality, redact(reply.evidence ?? `by ${config.command[0]}`))
  })
