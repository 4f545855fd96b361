import { evaluate, evaluateLogged, type Evaluation, type Interval, type ObjectiveCheck } from "@spillway/optimizer"
import { qualityWord } from "@spillway/report"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { findConfig } from "../Configuration.ts"
import { openStore } from "../Database.ts"
import { blamingFlags, configFlag, dbFlag, jsonFlag, requireWith, seedFlag, whereFlag } from "../Flags.ts"
import { counted, milliseconds, percent, print, table, usd } from "../Output.ts"
import { requireRequests } from "../RequireRequests.ts"
import { readTable, tableFlag, tablePath, tableSha256 } from "../TableFile.ts"
import { loggedText } from "./LoggedText.ts"

export const evaluateCommand = Command.make(
  "evaluate",
  {
    config: configFlag,
    db: dbFlag,
    table: tableFlag("table", "Routing table"),
    where: whereFlag,
    logged: Flag.Boolean("logged").pipe(
      Flag.withDescription("Estimate from served traffic that holds one path a request, by its logged propensities"),
      Flag.withDefault(false)
    ),
    servedBy: Flag.String("served-by").pipe(
      Flag.withDescription("With --logged: routing table that served, where it is not in the database"),
      Flag.optional
    ),
    seed: seedFlag,
    json: jsonFlag
  },
  Effect.fnUntraced(function*({ config, db, json, logged, seed, servedBy, table: tableFile, where }) {
    yield* requireWith("--served-by", servedBy, "--logged", logged)
    const loaded = yield* findConfig(config)
    const path = tablePath(tableFile, loaded)
    const routing = yield* readTable(path)
    const condition = Option.getOrUndefined(where)
    const onStored = <A, E, R>(measure: Effect.Effect<A, E, R>) =>
      requireRequests(condition).pipe(
        Effect.andThen(measure),
        blamingFlags("--where"),
        Effect.provide(openStore(db, loaded))
      )
    if (logged) {
      const files = [path, ...Option.toArray(servedBy)]
      const tables = new Map(
        yield* Effect.forEach(files, (file) => Effect.all([tableSha256(file), readTable(file)]))
      )
      const evaluation = yield* onStored(evaluateLogged(routing, { where: condition, tables, seed }))
      yield* print(json, evaluation, loggedText(evaluation))
      const { refused } = evaluation.points.find((point) => point.name === evaluation.default_point)!
      if (refused !== null) yield* Effect.sync(() => process.exitCode = 1)
      return
    }
    const evaluation = yield* onStored(evaluate(routing, { where: condition, seed }))
    yield* print(json, evaluation, evaluationText(evaluation))
    // For CI: a table that misses its objective on these rows fails the step, with the figures already printed.
    if (!evaluation.objective_met) yield* Effect.sync(() => process.exitCode = 1)
  })
).pipe(Command.withDescription("Apply a routing table to recorded outcomes; exit code 1 where the objective is missed"))

const range = (interval: Interval | null, text: (value: number) => string): string =>
  interval === null ? "-" : `${text(interval[0])} to ${text(interval[1])}`

const evaluationText = (evaluation: Evaluation): string =>
  [
    ...evaluation.warnings.map((warning) => `warning: ${warning}`),
    table(
      ["point", qualityWord(evaluation.labels), "to flagship", "cost/request", "saving", "p95", "regret"],
      evaluation.frontier.map((p) => [
        p.name === evaluation.default_point ? `${p.name} *` : p.name,
        p.quality.toFixed(3),
        range(p.quality_difference_interval, (v) => v.toFixed(3)),
        usd(p.cost_usd),
        range(p.saving_interval, (v) => percent(v, 0)),
        milliseconds(p.latency_p95_ms),
        p.regret_usd === null ? "misses" : usd(p.regret_usd)
      ])
    ),
    "",
    ...gapText(evaluation),
    ...evaluation.objective_checks.map(checkText),
    `${counted(evaluation.requests, "request")}. The default point ${
      evaluation.objective_met ? "keeps" : "misses"
    } the table's objective on ${evaluation.requests === 1 ? "it" : "them"} (measured means).`
  ].join("\n")

const gapText = ({ metrics }: Evaluation): ReadonlyArray<string> =>
  metrics.oracle_gap_closed === null || metrics.oracle_gap_closed_auc === null ? [] : [
    `Of the gap between a random mix of tiers and the oracle it closes ${percent(metrics.oracle_gap_closed)} (hull; ${
      range(metrics.intervals.oracle_gap_closed, percent)
    }),`,
    `${percent(metrics.oracle_gap_closed_auc)} without a hull (${
      range(metrics.intervals.oracle_gap_closed_auc, percent)
    }).`
  ]

const UNITS: Readonly<Record<ObjectiveCheck["name"], { readonly name: string; readonly text: (v: number) => string }>> =
  {
    floor: { name: "quality, relative floor", text: (v) => v.toFixed(3) },
    absolute_floor: { name: "quality, absolute floor", text: (v) => v.toFixed(3) },
    budget_usd_per_request: { name: "cost per request", text: usd },
    budget_usd_per_month: { name: "cost per month", text: usd },
    p95_ms: { name: "95th percentile of latency", text: milliseconds }
  }

const checkText = ({ limit, measured, met, name }: ObjectiveCheck): string =>
  `${UNITS[name].name}: ${measured === null ? "not recorded" : UNITS[name].text(measured)}, asked for ${
    UNITS[name].text(limit)
  }: ${met ? "kept" : "missed"}`
