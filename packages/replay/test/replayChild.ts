import type { Config } from "@spillway/domain"
import { OpenAiCompletions } from "@spillway/providers"
import { layer } from "@spillway/store"
import { Effect, Layer } from "effect"
import { writeSync } from "node:fs"
import { replay } from "../src/Replay.ts"
import { journalPath } from "../src/ReplayOptions.ts"

// A replay of its own process, to be killed. Writes the count of finished calls, a line each.
const [database, config] = [process.argv[2]!, JSON.parse(process.argv[3]!) as Config]

await Effect.runPromise(
  replay({
    config,
    source: "spillway.yaml",
    journal: journalPath(database),
    onProgress: ({ done }) => void writeSync(1, `${done}\n`)
  }).pipe(Effect.provide(Layer.mergeAll(layer(database), OpenAiCompletions.layer())))
)
