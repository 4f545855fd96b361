import { evaluate, type Evaluation } from "@spillway/optimizer"
import { Effect, Option } from "effect"
import { Command } from "effect/cli"
import { loadConfig } from "../Configuration.ts"
import { openStore } from "../Database.ts"
import { configFlag, dbFlag, jsonFlag, seedFlag, whereFlag } from "../Flags.ts"
import { milliseconds, percent, print, table, usd } from "../Output.ts"
import { readTable, tableFlag } from "../TableFile.ts"

export const evaluateCommand = Command.make(
  "evaluate",
  {
    config: configFlag,
    db: dbFlag,
    table: tableFlag("table", "Routing table"),
    where: whereFlag,
    seed: seedFlag,
    json: jsonFlag
  },
  Effect.fnUntraced(function*({ config, db, json, seed, table: path, where }) {
    const loaded = yield* loadConfig(config, false)
    const routing = yield* readTable(path)
    const evaluation = yield* evaluate(routing, { where: Option.getOrUndefined(where), seed }).pipe(
      Effect.provide(openStore(db, loaded))
    )
    yield* print(json, evaluation, evaluationText(evaluation))
    // For CI: a table that misses its objective on these rows fails the step, with the figures already printed.
    if (!evaluation.objective_met) yield* Effect.sync(() => process.exitCode = 1)
  })
).pipe(Command.withDescription("Apply a routing table to recorded outcomes; exit code 1 where the objective is missed"))

const evaluationText = (evaluation: Evaluation): string =>
  [
    ...evaluation.warnings.map((warning) => `warning: ${warning}`),
    table(
      ["point", "quality", "to flagship", "cost/request", "saving", "p95", "regret"],
      evaluation.frontier.map((p) => [
        p.name === evaluation.default_point ? `${p.name} *` : p.name,
        p.quality.toFixed(3),
        `${p.quality_difference_interval[0].toFixed(3)} to ${p.quality_difference_interval[1].toFixed(3)}`,
        usd(p.cost_usd),
        `${percent(p.saving_interval[0], 0)} to ${percent(p.saving_interval[1], 0)}`,
        milliseconds(p.latency_p95_ms),
        p.regret_usd === null ? "below the floor" : usd(p.regret_usd)
      ])
    ),
    "",
    `${evaluation.requests} requests. The default point ${
      evaluation.objective_met ? "keeps" : "misses"
    } the table's objective on them (measured means).`
  ].join("\n")
