import type { Interval } from "@spillway/optimizer"
import { assert, describe, it } from "vitest"
import { renderHtml, renderMarkdown } from "../src/index.ts"
import { exampleReport as report, exampleTable as table } from "./exampleReport.ts"
import { hostile, hostileTable } from "./hostile.ts"
import { tablesOf } from "./tokens.ts"

const markdown = renderMarkdown(report, table)
const tables = tablesOf(markdown)

/** Asserts that a cell shows these numbers, each right to the last digit that it shows. */
const shows = (cell: string, ...expected: ReadonlyArray<number>) => {
  const found = cell.replace(/(\d),(?=\d)/g, "$1").match(/-?\$?\d+(?:\.\d+)?/g) ?? []
  assert.strictEqual(found.length, expected.length, cell)
  found.forEach((text, i) => {
    const digits = text.split(".")[1]?.length ?? 0
    const value = Number(text.replace("$", ""))
    assert.isAtMost(Math.abs(value - expected[i]!), .5001 * 10 ** -digits, `${cell}: ${text} is ${expected[i]}`)
    assert.isTrue(value !== 0 || expected[i] === 0 || Math.abs(expected[i]!) < .0005, `${cell} hides ${expected[i]}`)
  })
}
const thousand = (ends: Interval): Interval => [1000 * ends[0], 1000 * ends[1]]

describe("renderMarkdown", () => {
  it("shows each operating point's numbers", () => {
    const rows = tables.get("Operating points from the cheapest to the flagship")!
    assert.strictEqual(rows.length, report.frontier.length)
    report.frontier.forEach((point, i) => {
      const row = rows[i]!
      assert.strictEqual(row[0], point.name === report.default_point ? `${point.name} (default)` : point.name)
      shows(row[1]!, 1000 * point.cost_usd)
      shows(row[2]!, ...thousand(point.cost_interval))
      shows(row[3]!, point.quality)
      shows(row[4]!, ...point.quality_interval)
      shows(row[5]!, 100 * point.lower_bound)
      shows(row[6]!, point.latency_p50_ms!)
      shows(row[7]!, point.latency_p95_ms!)
    })
  })

  it("shows each baseline's numbers against the default point", () => {
    const rows = tables.get("What a simpler policy reaches on the same requests")!
    const chosen = report.frontier.find((point) => point.name === report.default_point)!
    assert.strictEqual(rows.length, report.baselines.length)
    report.baselines.forEach((baseline, i) => {
      const row = rows[i]!
      assert.strictEqual(row[0], baseline.name)
      shows(row[1]!, 1000 * baseline.cost_usd)
      shows(row[2]!, baseline.quality, ...(baseline.quality_interval ?? []))
      shows(row[3]!, baseline.quality - chosen.quality)
      assert.strictEqual(row[4], baseline.note ?? "")
    })
  })

  it("shows each task's numbers", () => {
    const rows = tables.get("Cost and quality by task")!
    const shares = tables.get("Tier shares by task at the default point")!
    assert.strictEqual(rows.length, report.tasks.length)
    report.tasks.forEach((task, i) => {
      const row = rows[i]!
      assert.strictEqual(row[0], task.own_plan ? `${task.task} (own plan)` : task.task)
      shows(row[1]!, task.n)
      shows(row[2]!, task.flagship_quality)
      shows(row[3]!, task.quality)
      shows(row[4]!, ...task.quality_interval)
      shows(row[5]!, task.quality - task.flagship_quality)
      shows(row[6]!, 1000 * task.cost_usd)
      shows(row[7]!, 1000 * task.flagship_cost_usd)
      shows(row[8]!, 100 * task.saving)
      shows(shares[i]!.slice(1).join(" "), ...table.tiers.map((tier) => 100 * task.tier_shares[tier.name]!))
    })
  })

  it("shows the tier shares of each point", () => {
    const rows = tables.get("Tier shares by operating point")!
    assert.strictEqual(rows.length, report.frontier.length)
    report.frontier.forEach((point, i) =>
      shows(rows[i]!.slice(1).join(" "), ...table.tiers.map((tier) => 100 * point.shares[tier.name]!))
    )
  })

  it("shows the savings, measured and at volume", () => {
    const rows = tables.get("Default point against always-flagship")!
    const { savings } = report
    for (const [i, requests] of [savings.requests, 450_000, 1_000_000].entries()) {
      const times = requests / savings.requests
      const [, ...cells] = rows[i]!
      shows(cells[0]!, requests)
      shows(cells[1]!, savings.flagship_usd * times)
      shows(cells[2]!, savings.policy_usd * times)
      shows(cells[3]!, savings.saved_usd * times)
      shows(cells[4]!, savings.saved_interval[0] * times, savings.saved_interval[1] * times)
      shows(cells[5]!, 100 * savings.saved_share)
    }
    assert.strictEqual(rows.length, 3)
  })

  it("shows the tests of the certificate, each with its level", () => {
    const rows = tables.get("Tests in their fixed order; a point is certified where its p-value is at most its level")!
    assert.deepStrictEqual(rows.map((row) => [row[0], row[3]]), [
      ["cost-57", "certified"],
      ["cost-38", "certified"],
      ["cost-26", "not certified"],
      ["cost-17", "not certified"]
    ])
    assert.strictEqual(rows[0]![1], "&lt; 0.0001")
    shows(rows[1]![1]!, .0231)
    assert.include(markdown, report.certificate.statement)
    for (const item of report.certificate.not_covered) assert.include(markdown, `- ${item}`)
  })

  it("shows the calibration of each tier and its bins", () => {
    const rows = tables.get(
      "Calibration by tier (lower ECE and Brier score are better, higher AUROC is; an AUROC of 0.5 is chance)"
    )!
    assert.strictEqual(rows.length, report.calibration.length)
    report.calibration.forEach((tier, i) => {
      shows(rows[i]!.slice(1).join(" "), tier.n, tier.ece, tier.brier, tier.auroc)
      const bins = tables.get(`Score of ${tier.tier}, predicted against observed`)!
      tier.bins.forEach((bin, k) => shows(bins[k]!.join(" "), bin.predicted, bin.observed, bin.n))
    })
  })

  it("shows the portfolio, the tiers and the provenance", () => {
    const classes = tables.get("Cross-validated score of each class")!
    report.portfolio.forEach((entry, i) => {
      assert.strictEqual(classes[i]![0], entry.class)
      shows(classes[i]!.slice(1, 3).join(" "), entry.score, entry.stderr)
      assert.strictEqual(classes[i]![3], entry.chosen ? "chosen" : "")
    })
    const tiers = tables.get("Tiers, cheapest first")!
    table.tiers.forEach((tier, i) =>
      shows(tiers[i]!.slice(4).join(" "), tier.price!.input_usd_per_mtok, tier.price!.output_usd_per_mtok)
    )
    const facts = new Map(tables.get("Where the figures come from")!.map(([name, value]) => [name!, value!]))
    assert.strictEqual(facts.get("Data (SHA-256)"), table.provenance.data_sha256)
    shows(facts.get("Requests to fit, select and certify")!, 1200, 720, 480)
    shows(facts.get("Seconds to fit")!, report.timing.fit!)
    shows(facts.get("Greatest memory, MB")!, report.peak_rss_mb)
  })

  it("says in the headline what is saved, at what quality, and what the flagship would do", () => {
    const headline = markdown.slice(markdown.indexOf("## In short"), markdown.indexOf("## Cost against quality"))
    for (const text of ["$0.356", "$0.936", "$0.580", "62.0\u00a0%", "$0.539 to $0.618", "**0.909**", "0.917"]) {
      assert.include(headline.replace(/62\.0\s%/g, "62.0\u00a0%"), text)
    }
  })

  it("says the same as the page", () => {
    const html = renderHtml(report, table).toLowerCase().replace(/&(amp|lt|gt|quot|#39);/g, "")
    const words = markdown.toLowerCase().replace(/\\(.)/g, "$1").replace(/&(amp|lt|gt);/g, "").match(/[\w$.]+/g)!
    const missing = words.filter((word) => !html.includes(word.replace(/\.$/, "")))
    assert.deepStrictEqual(missing, [])
  })

  it("lets no text from outside become formatting", () => {
    const page = renderMarkdown(hostile(report), hostileTable(table), { title: "a | <b>\n# c", tableFile: "```\nrm" })
    const prose = page.replace(/(?<!\\)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "")
    assert.notMatch(prose, /<img|<\/td/)
    assert.notMatch(prose, /(?<!\\)\[a(?<!\\)\]\(/)
    assert.strictEqual(page.match(/^# /gm)!.length, 1)
    const lines = page.split("\n").filter((line) => line.startsWith("| "))
    for (const [i, line] of lines.entries()) {
      if (/^\| -{3}/.test(line)) {
        const cells = (text: string) => text.split(/(?<!\\)\|/).length
        assert.strictEqual(cells(lines[i - 1]!), cells(line))
        assert.strictEqual(cells(lines[i + 1]!), cells(line))
      }
    }
  })
})
