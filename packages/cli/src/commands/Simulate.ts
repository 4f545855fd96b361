import { loadAnswerBook, recordedAnswers, recordedServer, simulatedServer } from "@spillway/providers"
import { layer, Store } from "@spillway/store"
import { Console, Effect, Option, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { seedFlag } from "../Flags.ts"
import { samplePath } from "../SampleData.ts"
import { untilStopped } from "../UntilStopped.ts"

export const simulateCommand = Command.make(
  "simulate",
  {
    answers: Flag.String("answers").pipe(
      Flag.withDescription("Answer book, JSONL or .gz (default: the sample traffic's)"),
      Flag.withDefault(samplePath("answers.jsonl.gz"))
    ),
    recorded: Flag.String("recorded").pipe(
      Flag.withDescription(
        "Answer with the outcomes recorded in this DuckDB file instead: real answers, latencies and costs"
      ),
      Flag.optional
    ),
    port: Flag.Int("port").pipe(
      Flag.withDescription("Port (default: 8790; 0 takes a free one)"),
      Flag.withDefault(8790)
    ),
    latencyScale: Flag.Finite("latency-scale").pipe(
      Flag.withDescription("Factor on every latency; 0 answers at once (default: 1)"),
      Flag.withDefault(1)
    ),
    seed: seedFlag
  },
  Effect.fnUntraced(function*({ answers, latencyScale, port, recorded, seed }) {
    if (Option.isSome(recorded)) {
      const found = yield* readRecorded.pipe(Effect.provide(layer(recorded.value, { readOnly: true })))
      const server = yield* recordedServer({ answers: found, port, latencyScale })
      yield* Console.log(`Recorded provider on ${server.url}: ${found.tiers.join(", ")}. Stop with Ctrl-C.`)
      return yield* untilStopped
    }
    const book = yield* loadAnswerBook(answers)
    const server = yield* simulatedServer({ book, port, latencyScale, seed })
    yield* Console.log(`Simulated provider on ${server.url}: models economy, standard, flagship. Stop with Ctrl-C.`)
    return yield* untilStopped
  }, Effect.scoped)
).pipe(Command.withDescription("Run the simulated provider: made-up models over real HTTP, for demos and tests"))

const readRecorded = Effect.gen(function*() {
  const store = yield* Store
  const requests = yield* Stream.runCollect(store.requests())
  const outcomes = yield* Stream.runCollect(store.outcomes())
  return recordedAnswers(requests.flat(), outcomes.flat())
})
