import type { RoutingTable } from "@spillway/domain"
import type { OptimizeReport } from "@spillway/optimizer"
import { assert, describe, it } from "vitest"
import { renderHtml, renderMarkdown } from "../src/index.ts"
import { exampleReport, exampleTable } from "./exampleReport.ts"
import { tagsOf } from "./tokens.ts"

const flagship = exampleReport.frontier.at(-1)!
const uncertified = {
  ...exampleReport.certificate,
  certified: false,
  point: "flagship",
  statement: "Nothing cheaper than the flagship is certified.",
  more_requests_needed: 4200
}
const keepsFlagship: OptimizeReport = {
  ...exampleReport,
  default_point: "flagship",
  certificate: uncertified,
  savings: {
    flagship_usd: .936,
    policy_usd: .936,
    saved_usd: 0,
    saved_interval: [0, 0],
    saved_share: 0,
    requests: 480
  }
}
const oneTier: OptimizeReport = {
  ...keepsFlagship,
  frontier: [{ ...flagship, latency_p50_ms: null, latency_p95_ms: null }],
  oracle: [{ cost_usd: flagship.cost_usd, quality: flagship.quality }],
  mix: [{ cost_usd: flagship.cost_usd, quality: flagship.quality }],
  baselines: [],
  portfolio: [],
  calibration: [],
  certificate: { ...uncertified, sequence: [], not_covered: [], more_requests_needed: null }
}
const oneTierTable: RoutingTable = { ...exampleTable, tiers: [{ name: "flagship" }] }
const nothing: OptimizeReport = {
  ...oneTier,
  frontier: [],
  oracle: [],
  mix: [],
  tasks: [],
  savings: {
    flagship_usd: Number.NaN,
    policy_usd: Number.NaN,
    saved_usd: Number.NaN,
    saved_interval: [Number.NaN, Number.NaN],
    saved_share: Number.NaN,
    requests: 0
  },
  timing: {},
  objective: { confidence: .9 }
}

const cases: ReadonlyArray<readonly [string, OptimizeReport, RoutingTable]> = [
  ["the flagship is kept", keepsFlagship, exampleTable],
  ["one tier without latency or price", oneTier, oneTierTable],
  ["nothing measured", nothing, {
    ...oneTierTable,
    provenance: { ...exampleTable.provenance, first_ts: null, last_ts: null }
  }],
  ["all costs zero", {
    ...exampleReport,
    frontier: exampleReport.frontier.map((point) => ({ ...point, cost_usd: 0, cost_interval: [0, 0] as const })),
    baselines: exampleReport.baselines.map((point) => ({ ...point, cost_usd: 0 })),
    oracle: [{ cost_usd: 0, quality: 1 }],
    mix: [{ cost_usd: 0, quality: 1 }]
  }, exampleTable],
  ["all points equal", {
    ...exampleReport,
    frontier: exampleReport.frontier.map((point) => ({
      ...flagship,
      name: point.name,
      quality_interval: [.917, .917] as const
    })),
    oracle: [flagship],
    mix: [flagship],
    baselines: []
  }, exampleTable],
  ["unknown costs", {
    ...exampleReport,
    frontier: exampleReport.frontier.map((point) => ({
      ...point,
      cost_usd: Number.NaN,
      cost_interval: [Number.NaN, Number.NaN] as const
    }))
  }, exampleTable],
  ["a default point that was not measured", { ...exampleReport, default_point: "gone" }, exampleTable],
  ["many tiers and long names", {
    ...exampleReport,
    tasks: exampleReport.tasks.map((task) => ({ ...task, task: `${task.task}.${"very.long.".repeat(12)}` })),
    frontier: exampleReport.frontier.map((point) => ({
      ...point,
      shares: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`tier-${i}`, 1 / 12]))
    }))
  }, { ...exampleTable, tiers: Array.from({ length: 12 }, (_, i) => ({ name: `tier-${i}` })) }]
]

describe("reports of little or strange data", () => {
  for (const [name, report, table] of cases) {
    it(`renders where ${name}`, () => {
      const html = renderHtml(report, table)
      const markdown = renderMarkdown(report, table)
      tagsOf(html)
      for (const page of [html.replace(/<style>[\s\S]*?<\/style>/, ""), markdown]) {
        assert.notMatch(page, /NaN|undefined|Infinity|\bnull\b|\[object/)
      }
    })
  }

  it("says plainly that nothing is saved where the flagship stays", () => {
    const markdown = renderMarkdown(keepsFlagship, exampleTable)
    assert.include(markdown, "The flagship `flagship` stays in use for every request")
    assert.include(markdown, "**Not certified.**")
    assert.include(markdown, "**4,200 more graded requests**")
    assert.notInclude(markdown, "Spillway answers the")
    assert.include(renderHtml(keepsFlagship, exampleTable), "callout caution")
  })

  it("leaves out what was not measured instead of showing zeros", () => {
    const markdown = renderMarkdown(oneTier, oneTierTable)
    assert.notInclude(markdown, "Latency, 95th percentile")
    assert.notMatch(markdown, /\b0 ms/)
    assert.include(markdown, "| unknown | unknown |")
    assert.include(markdown, "Only one class of policy was tried.")
    assert.include(markdown, "No tier's answers are scored")
  })

  it("calls agreement with the flagship by its name wherever quality shows", () => {
    const report = {
      ...exampleReport,
      certificate: { ...exampleReport.certificate, labels: "agreement_with_flagship" as const }
    }
    const markdown = renderMarkdown(report, exampleTable)
    assert.include(markdown, "a mean agreement with the flagship of **0.909**")
    assert.include(markdown, "| Policy | USD per 1,000 | Agreement with the flagship |")
    assert.include(markdown, "Cost and agreement with the flagship by task")
    assert.include(markdown, "There are no grades")
    assert.include(renderHtml(report, exampleTable), ">Agreement with the flagship</text>")
  })
})
