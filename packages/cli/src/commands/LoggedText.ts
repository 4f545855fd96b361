import type { LoggedEvaluation } from "@spillway/optimizer"
import { qualityWord } from "@spillway/report"
import { counted, percent, table, usd } from "../Output.ts"

/** What logged traffic says of a table, for people. */
export const loggedText = (evaluation: LoggedEvaluation): string => {
  const range = ([low, high]: readonly [number, number], text: (value: number) => string) =>
    `${text(low)} to ${text(high)}`
  const digits = (value: number) => value.toFixed(3)
  const estimated = evaluation.points.filter((p) => p.refused === null)
  const star = (name: string) => name === evaluation.default_point ? `${name} *` : name
  return [
    ...evaluation.warnings.map((warning) => `warning: ${warning}`),
    table(
      [
        "point",
        qualityWord(evaluation.labels),
        "interval",
        "ips",
        "snips",
        "cost/request",
        "interval",
        "worth",
        "support"
      ],
      estimated.map((p) => [
        star(p.name),
        digits(p.quality!.dr),
        range(p.quality!.interval, digits),
        digits(p.quality!.ips),
        digits(p.quality!.snips),
        usd(p.cost_usd!.dr),
        range(p.cost_usd!.interval, usd),
        p.effective_sample_size.toFixed(0),
        percent(p.support)
      ])
    ),
    "",
    ...evaluation.points.flatMap((p) => p.refused === null ? [] : [`${star(p.name)}: not estimated: ${p.refused}`]),
    `Estimated from ${
      counted(evaluation.requests, "served request")
    } (${evaluation.groups} without near-duplicates): doubly robust, ` +
    `intervals at ${percent(evaluation.confidence, 0)} confidence. "worth": equally weighted requests.`
  ].join("\n")
}
