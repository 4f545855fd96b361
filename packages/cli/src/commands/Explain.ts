import { BadInput, type EmbeddingModel, UNTASKED } from "@spillway/domain"
import { compile, explain, explainAnswers, requestView } from "@spillway/policy"
import { layer, Store } from "@spillway/store"
import { Effect, Option, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { findConfig } from "../Configuration.ts"
import { databasePath } from "../Database.ts"
import { type Explained, explanationText, type RecordedTier } from "../ExplanationText.ts"
import { configFlag, dbFlag, jsonFlag } from "../Flags.ts"
import { print } from "../Output.ts"
import { type RequestVector, storedVector, textVector } from "../RequestVector.ts"
import { readTable, tableFlag, tablePath } from "../TableFile.ts"

export const explainCommand = Command.make(
  "explain",
  {
    request: Argument.String("request").pipe(Argument.withDescription("A stored request_id"), Argument.optional),
    text: Flag.String("text").pipe(Flag.withDescription("Explain this user message instead"), Flag.optional),
    system: Flag.String("system").pipe(Flag.withDescription("System message before --text"), Flag.optional),
    task: Flag.String("task").pipe(Flag.withDescription("Task of --text (default: untasked)"), Flag.optional),
    table: tableFlag("table", "Routing table"),
    point: Flag.String("point").pipe(Flag.withDescription("Operating point (default: the table's)"), Flag.optional),
    top: Flag.Int("top").pipe(
      Flag.withDescription("Most features listed for each tier (default: 8)"),
      Flag.withDefault(8)
    ),
    config: configFlag,
    db: dbFlag,
    json: jsonFlag
  },
  Effect.fnUntraced(function*(flags) {
    const asked = yield* askedOf(flags)
    const loaded = yield* findConfig(flags.config)
    const table = yield* readTable(tablePath(flags.table, loaded))
    const policy = compile(table)
    const { embedding } = table.features
    const point = Option.getOrElse(flags.point, () => policy.defaultPoint)
    if (!policy.points.includes(point)) {
      return yield* wrong("--point", `no operating point "${point}"`, `Known points: ${policy.points.join(", ")}`)
    }
    if (flags.top < 1) return yield* wrong("--top", `${flags.top} is not above zero`, "Give a number of features")
    if ("text" in asked) {
      const view = requestView(asked.text)
      const read = embedding && (yield* textVector(embedding, view, loaded))
      const explained = {
        ...explain(policy, { ...view, vector: read?.vector }, point, flags.top),
        ...vectorFrom(read),
        recorded: [],
        path: []
      }
      return yield* print(flags.json, explained, explanationText(explained))
    }
    const path = databasePath(flags.db, loaded)
    const { answers, read, recorded, request } = yield* findRequest(asked.id, policy.tiers, embedding).pipe(
      Effect.provide(layer(path, { readOnly: true }))
    )
    const view = { ...requestView(request), vector: read?.vector }
    const explained: Explained = {
      ...explain(policy, view, point, flags.top),
      ...vectorFrom(read),
      recorded,
      path: explainAnswers(policy, table.acceptors, view, answers, point, flags.top)
    }
    yield* print(flags.json, explained, explanationText(explained))
  })
).pipe(Command.withDescription("Show why a request goes where it goes: features, thresholds, alternatives"))

const wrong = (source: string, problem: string, mend: string) => new BadInput({ source, problem, mend, usage: true })

/** The stored request or the text that the command line names. */
const askedOf = Effect.fnUntraced(function*(flags: {
  readonly request: Option.Option<string>
  readonly text: Option.Option<string>
  readonly system: Option.Option<string>
  readonly task: Option.Option<string>
}) {
  if (Option.isNone(flags.text)) {
    for (const name of ["system", "task"] as const) {
      if (Option.isSome(flags[name])) {
        return yield* wrong(
          `--${name}`,
          "belongs to --text",
          "Give a --text, or leave it out: a stored request has its own"
        )
      }
    }
    if (Option.isSome(flags.request)) return { id: flags.request.value }
    return yield* wrong("explain", "nothing to explain", "Give a stored request_id, or a text with --text")
  }
  if (Option.isSome(flags.request)) {
    return yield* wrong("--text", "given beside a request_id", "Give one of them; quote a text of several words")
  }
  const system = Option.match(flags.system, { onNone: () => [], onSome: (content) => [{ role: "system", content }] })
  return {
    text: {
      // A text has no identifier, so it draws none of a mix's plans.
      request_id: "",
      task: Option.getOrElse(flags.task, () => UNTASKED),
      messages: [...system, { role: "user", content: flags.text.value }]
    }
  }
})

const vectorFrom = (read: RequestVector | undefined): Pick<Explained, "embedding"> => ({
  embedding: read === undefined ? null : { model: read.model, from: read.from }
})

const known = (value: number | undefined) => value === undefined || Number.isNaN(value) ? null : value

/** A stored request with what the tiers are recorded to have answered. */
const findRequest = Effect.fnUntraced(function*(
  requestId: string,
  tiers: ReadonlyArray<string>,
  embedding: EmbeddingModel | undefined
) {
  const store = yield* Store
  const selection = { where: `request_id = '${requestId.replaceAll("'", "''")}'`, tiers }
  const request = (yield* Stream.runCollect(store.requests(selection))).flat()[0]
  if (request === undefined) {
    return yield* wrong("request", `no stored request "${requestId}"`, "Import it first, or explain a text with --text")
  }
  const outcomes = (yield* Stream.runCollect(store.outcomes(selection))).flat()
  const { quality } = yield* store.matrix(selection)
  const recorded = outcomes.map((outcome): RecordedTier => ({
    tier: outcome.tier,
    quality: known(quality[tiers.indexOf(outcome.tier)]?.[0]),
    cost_usd: known(outcome.cost_usd),
    latency_ms: known(outcome.latency_ms),
    ...(outcome.error === undefined ? {} : { error: outcome.error })
  }))
  const answers = new Map(
    outcomes.filter(({ error }) => error === undefined).map((outcome) => [
      outcome.tier,
      { output: outcome.output ?? "", finish_reason: outcome.finish_reason, signals: outcome.signals }
    ])
  )
  const read = embedding && (yield* storedVector(embedding, selection.where))
  return { request, recorded, answers, read }
})
