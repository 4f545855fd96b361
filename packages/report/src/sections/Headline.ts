import type { RoutingTable } from "@spillway/domain"
import type { OptimizeReport } from "@spillway/optimizer"
import { type Block, code, type Facts, paragraph, type Section, strong } from "../document/Block.ts"
import {
  capital,
  count,
  exactPercent,
  interval,
  latency,
  percent,
  quality,
  qualityWord,
  usd,
  usdPerThousand
} from "../Format.ts"
import { objectiveClauses } from "./Objective.ts"

const facts = (report: OptimizeReport): Facts => {
  const chosen = report.frontier.find((point) => point.name === report.default_point)
  const flagship = report.frontier.at(-1)
  const { savings } = report
  const word = capital(qualityWord(report.certificate.labels))
  return {
    _tag: "Facts",
    facts: [
      {
        label: "Saved",
        value: percent(savings.saved_share),
        note: `${usd(savings.saved_usd)} of ${usd(savings.flagship_usd)} on ${count(savings.requests)} requests`
      },
      ...chosen === undefined || flagship === undefined ? [] : [
        {
          label: word,
          value: quality(chosen.quality),
          note: `${interval(chosen.quality_interval, quality)}; the flagship has ${quality(flagship.quality)}`
        },
        {
          label: "Cost per 1,000 requests",
          value: usdPerThousand(chosen.cost_usd),
          note: `${interval(chosen.cost_interval, usdPerThousand)}; the flagship costs ${
            usdPerThousand(flagship.cost_usd)
          }`
        },
        ...chosen.latency_p95_ms === null ? [] : [{
          label: "Latency, 95th percentile",
          value: latency(chosen.latency_p95_ms),
          note: `median ${latency(chosen.latency_p50_ms)}; the flagship takes ${latency(flagship.latency_p50_ms)} and ${
            latency(flagship.latency_p95_ms)
          }`
        }]
      ]
    ]
  }
}

const promise = (report: OptimizeReport): Block => {
  const { certificate } = report
  return {
    _tag: "Callout",
    tone: certificate.certified ? "good" : "caution",
    title: certificate.certified ? `Certified at ${exactPercent(1 - certificate.alpha)} confidence` : "Not certified",
    text: [certificate.statement]
  }
}

/** What is saved, at what quality, and what is promised. */
export const headline = (report: OptimizeReport, table: RoutingTable): Section => {
  const { savings } = report
  const word = qualityWord(report.certificate.labels)
  const chosen = report.frontier.find((point) => point.name === report.default_point)
  const flagship = report.frontier.at(-1)
  const isFlagship = chosen !== undefined && chosen === flagship
  const sentence = isFlagship
    ? paragraph(
      "The flagship ",
      code(table.flagship),
      ` stays in use for every request. On the ${count(savings.requests)} measured requests it costs `,
      strong(usd(savings.flagship_usd)),
      ` at a mean ${word} of ${quality(flagship!.quality)}.`
    )
    : paragraph(
      "Spillway answers the ",
      `${count(savings.requests)} measured requests for `,
      strong(usd(savings.policy_usd)),
      " instead of ",
      strong(usd(savings.flagship_usd)),
      " with the flagship ",
      code(table.flagship),
      " alone. That saves ",
      strong(`${usd(savings.saved_usd)} (${percent(savings.saved_share)})`),
      `, with a 95 % interval of ${interval(savings.saved_interval, usd)}`,
      ...chosen === undefined || flagship === undefined
        ? ["."]
        : [
          `, at a mean ${word} of `,
          strong(quality(chosen.quality)),
          ` against the flagship's ${quality(flagship.quality)}.`
        ]
    )
  return {
    id: "headline",
    title: "In short",
    blocks: [
      sentence,
      facts(report),
      promise(report),
      paragraph(
        `Asked for: ${objectiveClauses(report.objective).join("; ")}. All figures are measured on ${
          report.held_out
            ? "requests that the search did not see."
            : "the requests that were learned from, each by models that did not see it (cross-fitting), as too few could be set apart."
        }`
      )
    ]
  }
}
