import type { Certificate } from "@spillway/domain"
import type { OptimizeReport } from "@spillway/optimizer"
import { assert, describe, it } from "vitest"
import { renderHtml, renderMarkdown } from "../src/index.ts"
import { exampleReport, exampleTable } from "./exampleReport.ts"
import { tablesOf } from "./tokens.ts"

const withCertificate = (certificate: Partial<Certificate>): OptimizeReport => ({
  ...exampleReport,
  certificate: { ...exampleReport.certificate, ...certificate }
})
const CAPTION = "The floor for each task at the default point; p-values are adjusted for the number of tasks and points"

describe("certificate section", () => {
  it("says that nothing corrects a judge, or what does", () => {
    const alone = renderMarkdown(withCertificate({ labels: "judged" }), exampleTable)
    assert.include(alone, "no sure grades correct it")
    assert.include(alone, "Judged quality")
    const gold = { requests: 140, difference: -0.0123, interval: [-0.03, 0.0054], lambda: 0.8 } as const
    const corrected = renderMarkdown(withCertificate({ labels: "judged", gold }), exampleTable)
    assert.include(corrected, "140 of the requests")
    assert.include(corrected, "-0.012")
    assert.include(corrected, "-0.030 to +0.005")
    assert.notInclude(corrected, "no sure grades correct it")
  })

  it("gives the verdict on each task where it was asked for", () => {
    const segments = [
      { task: "support.classify", n: 210, p_value: 0.012, certified: true },
      { task: "math", n: 12, p_value: 1, certified: false }
    ]
    const report = withCertificate({ segments })
    assert.deepStrictEqual(tablesOf(renderMarkdown(report, exampleTable)).get(CAPTION), [
      ["support.classify", "210", "0.0120", "certified"],
      ["math", "12", "1.0000", "not certified"]
    ])
    assert.include(renderHtml(report, exampleTable), CAPTION)
    assert.notInclude(renderMarkdown(exampleReport, exampleTable), CAPTION)
    const asked = { ...report, objective: { ...report.objective, task_floor: 0.95 } }
    assert.include(renderMarkdown(asked, exampleTable), "for each task, at least 95 % of the flagship's quality")
  })
})
