import type { AnswerExplanation, Contribution, Explanation, PlanExplanation, StageExplanation } from "@spillway/policy"
import { milliseconds, percent, table, usd } from "./Output.ts"

/** What is stored of one tier's answer to the request. */
export interface RecordedTier {
  readonly tier: string
  /** Null where there is no grade. */
  readonly quality: number | null
  readonly cost_usd: number | null
  readonly latency_ms: number | null
  /** Why there is no answer, where there is none. */
  readonly error?: string
}

/** A stored request or a text, explained. */
export interface Explained extends Explanation {
  /** The embedding model whose vectors the table reads, and where the request's comes from; null where it reads none. */
  readonly embedding: { readonly model: string; readonly from: "database" | "embedder" | "nowhere" } | null
  /** What is stored of the request's answers, by tier; empty for a text. */
  readonly recorded: ReadonlyArray<RecordedTier>
  /** The path over these answers, as far as they go. */
  readonly path: ReadonlyArray<AnswerExplanation>
}

/** The explanation for people. */
export const explanationText = (e: Explained): string =>
  [
    `${subject(e)} (task ${e.task}) at point ${e.point}`,
    ...clusterText(e),
    ...(e.segment === (e.cluster?.task ?? e.task)
      ? []
      : [
        `The ${e.cluster === null ? "task" : "cluster"} inherits from ${
          e.segment === "" ? "all tasks" : `"${e.segment}"`
        }.`
      ]),
    ...(e.embedding?.from === "nowhere"
      ? [`It has no vector of ${e.embedding.model}, and counts as the mean: see "spillway embed".`]
      : []),
    "",
    alternatives(e),
    "",
    "Why these qualities are predicted (what each adds; \"flagship\" is the flagship's predicted quality):",
    ...e.tiers.map((tier) =>
      `  ${tier.tier}: ${addends(tier.contributions, tier.others)} = ${tier.predicted_quality.toFixed(3)}`
    ),
    "",
    ...e.plans.flatMap((plan) => planText(plan, e.plans.length)),
    ...pathText(e)
  ].join("\n").trimEnd()

const clusterText = ({ cluster }: Explanation): ReadonlyArray<string> => {
  if (cluster === null) return []
  const { runner_up, score, task, words } = cluster
  const by = words.map(({ contribution, feature }) => `${JSON.stringify(feature)} ${signed(contribution, 3)}`).join(
    ", "
  )
  const next = runner_up === null ? "" : `; next "${runner_up.task}" with ${runner_up.score.toFixed(3)}`
  return [`By its words it belongs to cluster "${task}" with ${score.toFixed(3)} (${by})${next}.`]
}

const subject = ({ request_id }: Explanation) => request_id === "" ? "The text" : `Request ${request_id}`

const quality = (value: number | null) => value === null ? "-" : value.toFixed(3)

const dollars = (value: number | null) => value === null ? "unknown" : usd(value)

const alternatives = ({ recorded, tiers }: Explained): string => {
  const of = new Map(recorded.map((one) => [one.tier, one]))
  const stored = (tier: string): ReadonlyArray<string> => {
    const one = of.get(tier)
    if (one === undefined) return ["-", "-", "-"]
    return [
      one.error === undefined ? quality(one.quality) : "failed",
      dollars(one.cost_usd),
      milliseconds(one.latency_ms)
    ]
  }
  return table(
    [
      "tier",
      "predicted quality",
      "predicted cost",
      ...(recorded.length === 0 ? [] : ["recorded quality", "cost", "latency"])
    ],
    tiers.map((tier) => [
      tier.tier,
      tier.predicted_quality.toFixed(3),
      dollars(tier.predicted_cost_usd),
      ...(recorded.length === 0 ? [] : stored(tier.tier))
    ])
  )
}

/** Addends in a line: `flagship +0.972, log_words -0.104, "invoice" -0.020, others -0.003`. */
const addends = (contributions: ReadonlyArray<Contribution>, others: number, digits = 3): string => {
  const least = 0.5 * 10 ** -digits
  const shown = contributions.filter(({ contribution }) => Math.abs(contribution) >= least)
  const hidden = contributions.filter(({ contribution }) => Math.abs(contribution) < least)
  const rest = hidden.reduce((sum, { contribution }) => sum + contribution, others)
  return [
    ...shown.map(({ contribution, feature }) => `${featureText(feature)} ${signed(contribution, digits)}`),
    ...(Math.abs(rest) < least ? [] : [`others ${signed(rest, digits)}`])
  ].join(", ") || "nothing"
}

const signed = (value: number, digits: number) => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(digits)}`

/** `dense:log_words` is a name that needs no prefix; an n-gram is quoted, because it may hold spaces. */
const featureText = (feature: string): string => {
  const [, kind, name] = /^(dense|text|task):(.*)$/s.exec(feature) ?? []
  if (kind === "dense") return name!
  if (kind === "text") return JSON.stringify(name)
  if (kind === "task") return name === "" ? "all tasks" : `task ${name}`
  return feature
}

const planText = (plan: PlanExplanation, plans: number): ReadonlyArray<string> => {
  const which = plans === 1
    ? `Plan${plan.segment === null ? "" : ` of task ${plan.segment}`} (${plan.kind})`
    : `Plan for ${percent(plan.share, 0)} of the requests (${plan.kind})${
      plan.drawn ? ", drawn by this request's identifier" : ""
    }`
  const price = plan.lambda === 0
    ? "by predicted quality alone"
    : `by predicted quality, a cent counting as ${(plan.lambda / 100).toPrecision(3)}`
  return [
    plan.rivals.length === 0
      ? `${which}: ${plan.entry} is asked first, always.`
      : `${which}: ${plan.entry} is asked first, ${price}.`,
    ...plan.rivals.map((rival) =>
      `  ${plan.entry} over ${rival.tier}: ${
        rival.utility_difference === null
          ? `${rival.tier}'s cost is unknown`
          : `${addends(rival.contributions, rival.others)} = ${signed(rival.utility_difference, 3)}`
      }`
    ),
    ...(plan.stages.length === 0 ? ["  Its answer is accepted whatever it is."] : plan.stages.map(stageText)),
    ""
  ]
}

const scoreText = {
  confidence: "confidence (estimated quality of the answer)",
  advantage: "advantage (1 less the quality estimated to be lost against the flagship)"
}

const threshold = (value: number) => String(Number(value.toFixed(4)))

const stageText = ({ ranges, score, tier }: StageExplanation): string => {
  const range = ({ from, to }: StageExplanation["ranges"][number], i: number) => {
    if (ranges.length === 1) return "whatever it is"
    if (i === 0) return `below ${threshold(to)}`
    return i === ranges.length - 1 ? `from ${threshold(from)} on` : `from ${threshold(from)} to ${threshold(to)}`
  }
  const verdicts = ranges.map((one, i) => `${range(one, i)} ${one.next === null ? "accept" : `ask ${one.next}`}`)
  return `  after ${tier} by its ${scoreText[score]}: ${verdicts.join(", ")}`
}

const pathText = ({ path, recorded }: Explained): ReadonlyArray<string> => {
  const last = path.at(-1)
  if (last === undefined) return []
  const final = recorded.find(({ tier }) => tier === last.tier)
  const cost = path.map(({ tier }) => recorded.find((one) => one.tier === tier)?.cost_usd ?? null)
  const total = cost.some((one) => one === null) ? null : cost.reduce<number>((sum, one) => sum + one!, 0)
  return [
    "With the recorded answers:",
    ...path.map(({ contributions, next, others, test, tier }) =>
      test === null
        ? `  ${tier}: accepted whatever it is`
        : `  ${tier}: ${test.score} ${threshold(test.value)}, ${next === null ? "accepted" : `ask ${next}`} (needs ${
          threshold(test.threshold)
        }; score before calibration: ${addends(contributions, others, 2)})`
    ),
    last.next === null
      ? `  ${last.tier} answers, for ${dollars(total)} in all, ${
        final === undefined || final.quality === null ? "not graded" : `quality ${quality(final.quality)}`
      }.`
      : `  No answer of ${last.next} is recorded: "spillway replay" gets it.`
  ]
}
