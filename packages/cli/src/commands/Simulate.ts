import { BadInput } from "@spillway/domain"
import { loadAnswerBook, parseFault, type RandomFault, recordedServer, simulatedServer } from "@spillway/providers"
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { portFlag, seedFlag } from "../Flags.ts"
import { readRecorded } from "../RecordedAnswers.ts"
import { readSample, samplePath } from "../SampleData.ts"
import { untilStopped } from "../UntilStopped.ts"

/** Where the simulated provider listens unless `--port` says otherwise. */
export const SIMULATED_PORT = 8790

const perMinute = (name: string, what: string) =>
  Flag.Int(name).pipe(
    Flag.filter((value) => value >= 1, (value) => `Expected a number above 0, got ${value}`),
    Flag.withDescription(`Most ${what} a minute of each model; the rest get 429 (default: no limit)`),
    Flag.optional
  )

export const simulateCommand = Command.make(
  "simulate",
  {
    answers: Flag.String("answers").pipe(
      Flag.withDescription("Answer book, JSONL or .gz (default: the sample traffic's)"),
      Flag.optional
    ),
    recorded: Flag.String("recorded").pipe(
      Flag.withDescription(
        "Answer with recorded outcomes instead (real answers, latencies, costs): a DuckDB file, or log files; repeatable"
      ),
      Flag.atLeast(0)
    ),
    port: portFlag.pipe(
      Flag.withDescription(`Port (default: ${SIMULATED_PORT}; 0 takes a free one)`),
      Flag.withDefault(SIMULATED_PORT)
    ),
    latencyScale: Flag.Finite("latency-scale").pipe(
      Flag.filter((scale) => scale >= 0, (scale) => `Expected 0 or more, got ${scale}`),
      Flag.withDescription("Factor on every latency; 0 answers at once (default: 1)"),
      Flag.withDefault(1)
    ),
    fault: Flag.String("fault").pipe(
      Flag.withDescription("Share of calls with a fault, for example 503@0.1 or stall;ms=500@0.02; repeatable"),
      Flag.atLeast(0)
    ),
    requestsPerMinute: perMinute("requests-per-minute", "requests"),
    tokensPerMinute: perMinute("tokens-per-minute", "tokens"),
    seed: seedFlag
  },
  Effect.fnUntraced(function*(flags) {
    const { latencyScale, port, recorded, seed } = flags
    const faults = yield* Effect.forEach(flags.fault, faultOf)
    if (recorded.length > 0) {
      const made = [
        ["--answers", Option.isSome(flags.answers)],
        ["--fault", faults.length > 0],
        ["--requests-per-minute", Option.isSome(flags.requestsPerMinute)],
        ["--tokens-per-minute", Option.isSome(flags.tokensPerMinute)]
      ] as const
      for (const [source, given] of made) {
        if (!given) continue
        return yield* new BadInput({
          source,
          problem: "does not go with --recorded",
          mend: "Leave one of them out: recorded answers come as they were",
          usage: true
        })
      }
      const answers = yield* readRecorded(recorded)
      const server = yield* recordedServer({ answers, port, latencyScale })
      yield* Console.log(`Recorded provider on ${server.url}: ${answers.tiers.join(", ")}. Stop with Ctrl-C.`)
      return yield* untilStopped
    }
    if (Option.isNone(flags.answers)) yield* readSample("answers.jsonl.gz")
    const book = yield* loadAnswerBook(Option.getOrElse(flags.answers, () => samplePath("answers.jsonl.gz")))
    const limits = {
      requestsPerMinute: Option.getOrUndefined(flags.requestsPerMinute),
      tokensPerMinute: Option.getOrUndefined(flags.tokensPerMinute)
    }
    const server = yield* simulatedServer({ book, port, latencyScale, seed, faults, limits })
    yield* Console.log(`Simulated provider on ${server.url}: models economy, standard, flagship. Stop with Ctrl-C.`)
    return yield* untilStopped
  }, Effect.scoped)
).pipe(Command.withDescription("Run the simulated provider: made-up models over real HTTP, for demos and tests"))

/** `KIND[;SETTING=NUMBER...]@RATE` as a fault that hits by chance. */
const faultOf = Effect.fnUntraced(function*(text: string): Effect.fn.Return<RandomFault, BadInput> {
  const wrong = (problem: string) =>
    new BadInput({ source: "--fault", problem, mend: "Write one like 503@0.1 or 429;retry_after=2@0.05", usage: true })
  const at = text.lastIndexOf("@")
  const rate = at < 0 ? Number.NaN : Number(text.slice(at + 1) || Number.NaN)
  if (!(rate >= 0 && rate <= 1)) return yield* wrong(`"${text}" has no rate from 0 to 1 after an @`)
  const fault = parseFault(text.slice(0, at))
  return typeof fault === "string" ? yield* wrong(fault) : { ...fault, rate }
})
