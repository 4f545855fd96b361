import { BadInput } from "@spillway/domain"
import { compile, explain, type Explanation, requestView } from "@spillway/policy"
import { Store } from "@spillway/store"
import { Effect, Option, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { loadConfig } from "../Configuration.ts"
import { openStore } from "../Database.ts"
import { configFlag, dbFlag, jsonFlag } from "../Flags.ts"
import { print, table, usd } from "../Output.ts"
import { readTable, tableFlag } from "../TableFile.ts"

export const explainCommand = Command.make(
  "explain",
  {
    request: Argument.String("request").pipe(
      Argument.withDescription("A stored request_id, or with --text the text of a request")
    ),
    text: Flag.Boolean("text").pipe(
      Flag.withDescription("Take the argument as a user message"),
      Flag.withDefault(false)
    ),
    task: Flag.String("task").pipe(Flag.withDescription("Task of that message"), Flag.withDefault("untasked")),
    table: tableFlag("table", "Routing table"),
    point: Flag.String("point").pipe(Flag.withDescription("Operating point (default: the table's)"), Flag.optional),
    config: configFlag,
    db: dbFlag,
    json: jsonFlag
  },
  Effect.fnUntraced(function*(flags) {
    const policy = compile(yield* readTable(flags.table))
    const point = Option.getOrElse(flags.point, () => policy.defaultPoint)
    if (!policy.points.includes(point)) {
      return yield* new BadInput({
        source: "--point",
        problem: `no operating point "${point}"`,
        mend: `Known points: ${policy.points.join(", ")}`,
        usage: true
      })
    }
    const stored = flags.text
      ? { request_id: "text", task: flags.task, messages: [{ role: "user", content: flags.request }] }
      : yield* findRequest(flags.request).pipe(
        Effect.provide(openStore(flags.db, yield* loadConfig(flags.config, false)))
      )
    const explanation = explain(policy, requestView(stored), point)
    yield* print(flags.json, explanation, explanationText(explanation))
  })
).pipe(Command.withDescription("Show why a request goes where it goes"))

const findRequest = Effect.fnUntraced(function*(requestId: string) {
  const store = yield* Store
  const found = yield* store.requests({ where: `request_id = '${requestId.replaceAll("'", "''")}'` }).pipe(
    Stream.runCollect
  )
  const request = found.flat()[0]
  if (request !== undefined) return request
  return yield* new BadInput({
    source: "request",
    problem: `no stored request "${requestId}"`,
    mend: "Import it first, or explain a text with --text",
    usage: true
  })
})

const explanationText = (e: Explanation): string =>
  [
    `request ${e.request_id}, task ${e.task} (segment "${e.segment}"), point ${e.point} (${e.plan}): starts with ${e.entry}`,
    "",
    table(
      ["tier", "predicted quality", "predicted cost", "what moved it"],
      e.tiers.map((t) => [
        t.tier,
        t.predicted_quality.toFixed(3),
        t.predicted_cost_usd === null ? "unknown" : usd(t.predicted_cost_usd),
        t.contributions.slice(0, 5).map((c) =>
          `${c.feature} ${c.contribution >= 0 ? "+" : ""}${c.contribution.toFixed(3)}`
        )
          .join(", ")
      ])
    ),
    "",
    ...e.stages.map((stage) =>
      `after ${stage.tier}: ${
        stage.ranges.map((r) =>
          `${stage.score} in [${Math.max(0, r.from).toFixed(3)}, ${Math.min(1, r.to).toFixed(3)}) ${
            r.next === null ? "accepts" : `asks ${r.next}`
          }`
        ).join("; ")
      }`
    )
  ].join("\n")
