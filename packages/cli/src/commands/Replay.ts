import { BadInput } from "@spillway/domain"
import { OpenAiCompletions } from "@spillway/providers"
import { estimateReplay, journalPath, readPlan, replay, type ReplayEstimate } from "@spillway/replay"
import { Effect, Layer, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { readFile } from "node:fs/promises"
import { callProgress } from "../CallProgress.ts"
import { requireConfig } from "../Configuration.ts"
import { databasePath, openStore } from "../Database.ts"
import { blamingFlags, configFlag, dbFlag, jsonFlag, tiersFlag, whereFlag } from "../Flags.ts"
import { knownTiers } from "../KnownTiers.ts"
import { counted, print, table, usd } from "../Output.ts"
import { replayText } from "../ReplayText.ts"
import { requireRequests } from "../RequireRequests.ts"

export const replayCommand = Command.make(
  "replay",
  {
    config: configFlag,
    db: dbFlag,
    tiers: tiersFlag,
    where: whereFlag,
    limit: Flag.Int("limit").pipe(Flag.withDescription("Most requests, in order of time"), Flag.optional),
    plan: Flag.String("plan").pipe(
      Flag.withDescription(
        "Make only the calls of this file, as written by \"spillway optimize --plan\", in its order"
      ),
      Flag.optional
    ),
    budget: Flag.Finite("budget").pipe(Flag.withDescription("Most US dollars to spend; never exceeded"), Flag.optional),
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Say what it would cost, call nothing"),
      Flag.withDefault(false)
    ),
    json: jsonFlag
  },
  Effect.fnUntraced(function*({ budget, config, db, dryRun, json, limit, plan, tiers, where }) {
    const loaded = yield* requireConfig(config)
    if (Option.isSome(budget) && budget.value <= 0) {
      return yield* new BadInput({
        source: "--budget",
        problem: "not above zero",
        mend: "Give US dollars",
        usage: true
      })
    }
    const progress = callProgress("replay")
    const options = {
      config: loaded.config,
      source: loaded.path,
      journal: journalPath(databasePath(db, loaded)),
      tiers: yield* knownTiers(tiers, loaded.config.tiers.map((tier) => tier.name)),
      where: Option.getOrUndefined(where),
      limit: Option.getOrUndefined(limit),
      plan: Option.isNone(plan)
        ? undefined
        : { source: plan.value, calls: yield* readPlan(plan.value, yield* planText(plan.value)) },
      budgetUsd: Option.getOrUndefined(budget),
      onProgress: progress.update
    }
    const run = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      requireRequests(options.where).pipe(
        Effect.andThen(effect),
        blamingFlags("--where"),
        Effect.provide(Layer.merge(openStore(db, loaded), OpenAiCompletions.layer()))
      )
    if (dryRun) {
      const estimate = yield* run(estimateReplay(options))
      return yield* print(json, estimate, estimateText(estimate))
    }
    const report = yield* run(Effect.ensuring(replay(options), Effect.sync(progress.end)))
    yield* print(json, report, replayText(report, options.budgetUsd))
    // For scripts: a tier that was given up leaves rows that are not whole. A budget that is used up was asked for.
    const nothingCame = report.failed > 0 && report.answered === 0
    if (report.ended === "stopped" || nothingCame) yield* Effect.sync(() => process.exitCode = 1)
  })
).pipe(Command.withDescription("Answer the imported requests on every tier, within a budget; resumes where it stopped"))

const planText = (path: string) =>
  Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: () =>
      new BadInput({ source: path, problem: "cannot be read", mend: "Write it with \"spillway optimize --plan\"" })
  })

const estimateText = (estimate: ReplayEstimate): string => {
  const dollars = (value: number | null) => value === null ? "unknown" : usd(value)
  return [
    table(
      ["tier", "calls", "expected", "low", "high", "basis"],
      estimate.tiers.map((t) => [
        t.tier,
        String(t.calls),
        dollars(t.expected_usd),
        dollars(t.low_usd),
        dollars(t.high_usd),
        t.basis
      ])
    ),
    "",
    `${counted(estimate.calls, "call")}, expected ${dollars(estimate.expected_usd)} (${dollars(estimate.low_usd)} to ${
      dollars(estimate.high_usd)
    }), about ${Math.ceil(estimate.seconds)} s. Nothing was called.`
  ].join("\n")
}
