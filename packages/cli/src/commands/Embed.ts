import { BadInput } from "@spillway/domain"
import { makeEmbedder } from "@spillway/providers"
import { embedAll, type EmbedReport } from "@spillway/replay"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { callProgress } from "../CallProgress.ts"
import { requireConfig } from "../Configuration.ts"
import { openStore } from "../Database.ts"
import { blamingFlags, configFlag, dbFlag, jsonFlag, whereFlag } from "../Flags.ts"
import { counted, print, usd } from "../Output.ts"
import { requireRequests } from "../RequireRequests.ts"

export const embedCommand = Command.make(
  "embed",
  {
    config: configFlag,
    db: dbFlag,
    where: whereFlag,
    limit: Flag.Int("limit").pipe(Flag.withDescription("Most requests, in order of time"), Flag.optional),
    again: Flag.Boolean("again").pipe(
      Flag.withDescription("Forget the configured model's vectors first, and make them anew"),
      Flag.withDefault(false)
    ),
    json: jsonFlag
  },
  Effect.fnUntraced(function*({ again, config, db, json, limit, where }) {
    const loaded = yield* requireConfig(config)
    const condition = Option.getOrUndefined(where)
    if (again && (condition !== undefined || Option.isSome(limit))) {
      return yield* new BadInput({
        source: "--again",
        problem: "forgets the vectors of all requests, and cannot be narrowed",
        mend: "Leave out --where and --limit",
        usage: true
      })
    }
    const embedder = yield* makeEmbedder(loaded.config, loaded.path, process.env)
    const { embeddings, providers } = loaded.config
    const progress = callProgress("embed")
    const report = yield* requireRequests(condition).pipe(
      Effect.andThen(embedAll({
        embedder,
        where: condition,
        limit: Option.getOrUndefined(limit),
        again,
        maxRetries: embeddings?.provider === undefined ? undefined : providers[embeddings.provider]?.max_retries,
        onProgress: progress.update
      })),
      Effect.ensuring(Effect.sync(progress.end)),
      blamingFlags("--where"),
      Effect.provide(openStore(db, loaded))
    )
    yield* print(json, report, embedText(report))
  }, Effect.scoped)
).pipe(Command.withDescription("Store the vectors that the configured embedding model makes of the requests; resumes"))

const embedText = (report: EmbedReport): string => {
  const { added, cost_usd, dimensions, embedded, model, refused, requests, seconds, without_text } = report
  const asides = [
    ...(without_text === 0 ? [] : [`${counted(without_text, "prompt has", "prompts have")} no text.`]),
    ...Object.entries(refused).map(([reason, n]) => `${counted(n, "prompt was", "prompts were")} refused: ${reason}`)
  ]
  return [
    ...asides,
    `${counted(added, "prompt")} embedded with ${model} for ${
      cost_usd === null ? "an unknown price" : usd(cost_usd)
    } in ${seconds.toFixed(1)} s.`,
    `${embedded} of ${counted(requests, "request")} ${embedded === 1 ? "has" : "have"} a vector${
      dimensions === 0 ? "" : ` of ${dimensions} values`
    }. Next: spillway optimize.`
  ].join("\n")
}
