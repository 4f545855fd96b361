import { BadInput, type Certificate, embeddingModel, type Objective, type Price } from "@spillway/domain"
import {
  optimize,
  optimizeAndPlan,
  type OptimizeReport,
  type OptimizeResult,
  optimizeWithNewTier
} from "@spillway/optimizer"
import { qualityWord } from "@spillway/report"
import { Store } from "@spillway/store"
import { Clock, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { createHash } from "node:crypto"
import { findConfig, type Loaded } from "../Configuration.ts"
import { openStore } from "../Database.ts"
import { blamingFlags, configFlag, dbFlag, jsonFlag, names, requireWith, seedFlag, tiersFlag } from "../Flags.ts"
import { flagshipFor } from "../FlagshipFor.ts"
import { knownOrStoredTiers } from "../KnownTiers.ts"
import { newTierText } from "../NewTierText.ts"
import { counted, milliseconds, percent, print, table, usd } from "../Output.ts"
import { planText } from "../PlanText.ts"
import { requireRequests } from "../RequireRequests.ts"
import { reportPath, tableFlag, tablePath } from "../TableFile.ts"
import { VERSION } from "../Version.ts"
import { requireFile, writeFileWhole } from "../WriteFile.ts"

const optional = (name: string, description: string) =>
  Flag.Finite(name).pipe(Flag.withDescription(description), Flag.optional)

export const optimizeCommand = Command.make(
  "optimize",
  {
    config: configFlag,
    db: dbFlag,
    tiers: tiersFlag,
    flagship: Flag.String("flagship").pipe(
      Flag.withDescription("Tier that quality is measured against (default: the configuration's, else the best)"),
      Flag.optional
    ),
    floor: optional(
      "floor",
      "Least quality relative to the flagship's, for example 0.98 (default: the configuration's, else 0.98)"
    ),
    absoluteFloor: optional("absolute-floor", "Least mean quality in absolute terms"),
    taskFloor: optional("task-floor", "Test each task apart for this least quality relative to the flagship's"),
    confidence: optional("confidence", "Confidence of the certificate (default: the configuration's, else 0.95)"),
    budget: optional("budget", "Most mean US dollars per request"),
    monthlyBudget: optional("monthly-budget", "Most US dollars a month, with --requests-per-month"),
    requestsPerMonth: optional("requests-per-month", "Volume for --monthly-budget"),
    p95: optional("p95-ms", "Cap on the 95th percentile of latency, milliseconds"),
    policy: Flag.Literals("policy", ["auto", "cascade", "route"]).pipe(
      Flag.withDescription("Policy classes to choose from (default: auto)"),
      Flag.withDefault("auto")
    ),
    trainWhere: Flag.String("train-where").pipe(
      Flag.withDescription("SQL condition over requests to learn from, for example \"metadata.split = 'train'\""),
      Flag.optional
    ),
    labels: Flag.Int("labels").pipe(Flag.withDescription("Use only this many graded requests"), Flag.optional),
    plan: Flag.Boolean("plan").pipe(
      Flag.withDescription("Also say what to replay next, and what fewer graded requests would have reached"),
      Flag.withDefault(false)
    ),
    planOut: Flag.String("plan-out").pipe(
      Flag.withDescription("File to write the calls of the plan to (default: plan.jsonl)"),
      Flag.optional
    ),
    newTier: Flag.String("new-tier").pipe(
      Flag.withDescription("Tier with about 200 audited requests to give a place beside the others, not certified"),
      Flag.optional
    ),
    seed: seedFlag,
    out: tableFlag("out", "File to write the routing table to"),
    json: jsonFlag
  },
  Effect.fnUntraced(function*(flags) {
    const loaded = yield* findConfig(flags.config)
    const objective = yield* objectiveOf(flags, loaded)
    yield* requireWith("--plan-out", flags.planOut, "--plan", flags.plan)
    if (Option.isSome(flags.labels) && flags.labels.value < 1) {
      return yield* new BadInput({
        source: "--labels",
        problem: "below 1",
        mend: "Give a number of requests",
        usage: true
      })
    }
    const newTier = Option.getOrUndefined(flags.newTier)
    if (newTier !== undefined && flags.plan) {
      return yield* new BadInput({
        source: "--plan",
        problem: "cannot be combined with --new-tier",
        mend: "Plan for the tiers that are graded everywhere, or place the new one",
        usage: true
      })
    }
    const asked = names(flags.tiers), configured = loaded?.config.tiers.map(({ name }) => name) ?? []
    const flagship = yield* flagshipFor(Option.getOrUndefined(flags.flagship), asked, loaded)
    const out = tablePath(flags.out, loaded)
    const planOut = Option.getOrElse(flags.planOut, () => "plan.jsonl")
    yield* requireFile("--out", out)
    if (flags.plan) yield* requireFile("--plan-out", planOut)
    const where = Option.getOrUndefined(flags.trainWhere)
    const { placed, planned, result, tableJson } = yield* Effect.gen(function*() {
      yield* requireRequests(where, "--train-where")
      yield* knownOrStoredTiers(flags.tiers, configured)
      const request = {
        tiers: asked ?? (loaded === undefined ? undefined : configured),
        flagship,
        where,
        objective,
        policy: flags.policy,
        seed: flags.seed,
        labels: Option.getOrUndefined(flags.labels),
        embedding: loaded?.config.embeddings && embeddingModel(loaded.config.embeddings),
        version: VERSION,
        tierDetails: tierDetails(loaded)
      }
      const planned = flags.plan ? yield* optimizeAndPlan(request) : undefined
      const placed = newTier === undefined ? undefined : yield* optimizeWithNewTier(request, newTier)
      const result = planned === undefined ? placed ?? (yield* optimize(request)) : planned.result
      if (result === undefined) return { placed, planned, result, tableJson: "" }
      const tableJson = `${JSON.stringify(result.table, null, 1)}\n`
      const store = yield* Store
      const now = yield* Clock.currentTimeMillis
      const sha256 = createHash("sha256").update(tableJson).digest("hex")
      yield* store.putTable({ sha256, json: tableJson, created_at: new Date(now).toISOString() })
      return { placed, planned, result, tableJson }
    }).pipe(blamingFlags("--train-where"), Effect.provide(openStore(flags.db, loaded)))
    const json: Array<object> = [], text: Array<string> = []
    if (result !== undefined) {
      yield* writeFileWhole(out, tableJson)
      yield* writeFileWhole(reportPath(out), `${JSON.stringify(result.report, null, 1)}\n`)
      json.push(result.report, { warnings: result.warnings, table: out })
      text.push(optimizeText(result, out))
    }
    if (placed !== undefined) {
      json.push({ new_tier: placed.newTier })
      text.push(newTierText(placed.newTier))
    }
    if (planned !== undefined) {
      const { calls, ...plan } = planned.plan
      yield* writeFileWhole(planOut, calls.map((call) => `${JSON.stringify(call)}\n`).join(""))
      json.push({ plan: { ...plan, calls: calls.length, file: planOut }, label_budgets: planned.labelBudgets })
      text.push(planText(planned, planOut))
    }
    yield* print(flags.json, Object.assign({}, ...json), text.join("\n\n"))
  })
).pipe(
  Command.withDescription("Find the cheapest certified way to answer the recorded traffic and write the routing table")
)

const objectiveOf = Effect.fnUntraced(function*(
  flags: {
    readonly floor: Option.Option<number>
    readonly absoluteFloor: Option.Option<number>
    readonly taskFloor: Option.Option<number>
    readonly confidence: Option.Option<number>
    readonly budget: Option.Option<number>
    readonly monthlyBudget: Option.Option<number>
    readonly requestsPerMonth: Option.Option<number>
    readonly p95: Option.Option<number>
  },
  loaded: Loaded | undefined
): Effect.fn.Return<Objective, BadInput> {
  const wrong = (source: string, problem: string, mend: string) => new BadInput({ source, problem, mend, usage: true })
  const given = loaded?.config.objective
  const pick = (flag: Option.Option<number>, configured: number | undefined) => Option.getOrElse(flag, () => configured)
  const floor = pick(flags.floor, given?.floor), absolute = pick(flags.absoluteFloor, given?.absolute_floor)
  const perTask = pick(flags.taskFloor, given?.task_floor)
  const confidence = pick(flags.confidence, given?.confidence) ?? 0.95
  const budget = pick(flags.budget, given?.budget_usd_per_request)
  const monthly = pick(flags.monthlyBudget, given?.budget_usd_per_month)
  const volume = pick(flags.requestsPerMonth, given?.requests_per_month)
  const p95 = pick(flags.p95, given?.p95_ms)
  for (
    const [name, value] of [["--floor", floor], ["--absolute-floor", absolute], ["--task-floor", perTask]] as const
  ) {
    if (value !== undefined && !(value >= 0 && value <= 1)) {
      return yield* wrong(name, `${value} is not between 0 and 1`, "Give a share like 0.98")
    }
  }
  if (!(confidence > 0 && confidence < 1)) {
    return yield* wrong("--confidence", `${confidence} is not between 0 and 1`, "Give a share like 0.9")
  }
  for (const [name, value] of [["--budget", budget], ["--monthly-budget", monthly], ["--p95-ms", p95]] as const) {
    if (value !== undefined && !(value > 0)) {
      return yield* wrong(name, `${value} is not above zero`, "Give a positive number")
    }
  }
  if (monthly !== undefined && volume === undefined) {
    return yield* wrong("--monthly-budget", "needs a volume", "Add --requests-per-month")
  }
  yield* requireWith("--requests-per-month", flags.requestsPerMonth, "--monthly-budget", monthly !== undefined)
  const noPromise = absolute === undefined && budget === undefined && monthly === undefined
  const relative = floor ?? (noPromise ? 0.98 : undefined)
  return {
    ...(relative === undefined ? {} : { floor: relative }),
    ...(absolute === undefined ? {} : { absolute_floor: absolute }),
    ...(perTask === undefined ? {} : { task_floor: perTask }),
    confidence,
    ...(budget === undefined ? {} : { budget_usd_per_request: budget }),
    ...(monthly === undefined ? {} : { budget_usd_per_month: monthly, requests_per_month: volume! }),
    ...(p95 === undefined ? {} : { p95_ms: p95 })
  }
})

/** Model, settings and price of the configured tiers, for the table. */
const tierDetails = (loaded: Loaded | undefined) =>
  new Map((loaded?.config.tiers ?? []).map((tier) => [
    tier.name,
    {
      model: tier.model,
      ...(tier.settings === undefined ? {} : { settings: tier.settings }),
      ...(tier.price === undefined ? {} : { price: tier.price as Price })
    }
  ]))

/** What the sure grades say beside a judge's, for people. */
const correction = ({ alpha, gold, point }: Certificate): ReadonlyArray<string> =>
  gold === undefined ? [] : [
    `By sure grades the quality of "${point}" minus the flagship's is ${gold.difference.toFixed(3)} (${
      percent(1 - alpha, 0)
    } interval ${gold.interval.map((v) => v.toFixed(3)).join(" to ")}).`
  ]

/** What became of requests without a task, for people. */
const clustersLine = ({ clusters }: OptimizeReport): ReadonlyArray<string> => {
  if (clusters === undefined) return []
  const { costs, found, gains, kept, requests } = clusters
  const those = `${requests} of the requests learned from ${requests === 1 ? "has" : "have"} no task.`
  if (found === 0) return [`${those} They are too few, or too much alike, to tell kinds of work apart by their words.`]
  if (!kept) {
    return [
      `${those} Telling ${found} clusters of them apart by their words betters neither predicted gains nor costs.`
    ]
  }
  const better = [...(gains!.better ? ["gains"] : []), ...(costs!.better ? ["costs"] : [])].join(" and ")
  return [`${those} They are put into ${found} clusters by their words, as tasks, which betters predicted ${better}.`]
}

/** Whether vectors paid, for people. */
const embeddingLine = (report: OptimizeReport): ReadonlyArray<string> => {
  const { embedding } = report
  if (embedding === undefined) return []
  const { error_with, error_without, kept, model, standard_error } = embedding
  return [
    `Vectors of ${model} ${
      kept ? "are read" : "are not read"
    }: with them the error of predicted differences to the flagship is ${error_with.toFixed(4)}, without ${
      error_without.toFixed(4)
    } (standard error of the difference ${standard_error.toFixed(4)}).`
  ]
}

/** What was found, for people. */
export const optimizeText = ({ report, warnings }: OptimizeResult, out: string): string => {
  const { savings } = report
  const interval = savings.saved_interval.map((v) => percent(savings.flagship_usd === 0 ? 0 : v / savings.flagship_usd))
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    table(
      ["point", qualityWord(report.certificate.labels), "at least", "cost/request", "p95", "answers by tier"],
      report.frontier.map((p) => [
        p.name === report.default_point ? `${p.name} *` : p.name,
        p.quality.toFixed(3),
        report.held_out ? percent(p.lower_bound) : p.name === "flagship" ? percent(1) : "-",
        usd(p.cost_usd),
        milliseconds(p.latency_p95_ms),
        Object.entries(p.shares).filter(([, s]) => s > 0).map(([tier, s]) => `${tier} ${percent(s, 0)}`).join(", ")
      ])
    ),
    "",
    `* served by default. "at least": lower bound of ${
      report.certificate.gold === undefined ? qualityWord(report.certificate.labels) : "sure quality"
    } relative to the flagship, for all points at once.`,
    report.certificate.statement,
    ...correction(report.certificate),
    `On ${counted(savings.requests, "request")}${report.held_out ? " the search did not see" : ", by cross-fitting"}: ${
      usd(savings.policy_usd)
    } instead of ${usd(savings.flagship_usd)}, saving ${percent(savings.saved_share)} (95 % interval ${
      interval[0]
    } to ${interval[1]}).`,
    ...embeddingLine(report),
    ...clustersLine(report),
    `Wrote ${out} and ${reportPath(out)}. Next: spillway report, spillway serve.`
  ].join("\n")
}
