import { loadAnswerBook, simulatedServer } from "@spillway/providers"
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { seedFlag } from "../Flags.ts"
import { samplePath } from "../SampleData.ts"

export const simulateCommand = Command.make(
  "simulate",
  {
    answers: Flag.String("answers").pipe(
      Flag.withDescription("Answer book, JSONL or .gz (default: the sample traffic's)"),
      Flag.withDefault(samplePath("answers.jsonl.gz"))
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
  Effect.fnUntraced(function*({ answers, latencyScale, port, seed }) {
    const book = yield* loadAnswerBook(answers)
    const server = yield* simulatedServer({ book, port, latencyScale, seed })
    yield* Console.log(`Simulated provider on ${server.url}: models economy, standard, flagship. Stop with Ctrl-C.`)
    return yield* Effect.never
  }, Effect.scoped)
).pipe(Command.withDescription("Run the simulated provider: made-up models over real HTTP, for demos and tests"))
