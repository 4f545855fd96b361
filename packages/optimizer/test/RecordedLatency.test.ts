import { assert, describe, it } from "vitest"
import { takeTiers } from "../bench/targets/DrawPart.ts"
import { hasRecorded, loadRecorded, recordedFolder } from "../bench/targets/RecordedData.ts"
import { optimizeDataset } from "../src/OptimizeDataset.ts"
import { shareLate } from "../src/search/SearchProblem.ts"

const TIERS = [
  "gemini-1.5-flash-preview-0514",
  "gpt-4o-mini-2024-07-18",
  "claude-3-haiku-20240307",
  "claude-3-sonnet-20240229",
  "claude-3-5-sonnet-20240620"
]

/** A tenth of the flagship's answers take longer, and one in twenty of gpt-4o-mini's. */
const CAP = 2_500
const FLOOR = 0.9

describe("recorded latencies of five models that call functions", () => {
  // Where no plan was searched for it, nothing was certified with this cap, so nothing was saved.
  it("are kept within a cap that binds by a certified point that saves most of the cost", async (test) => {
    if (!hasRecorded("bfcl")) test.skip(`no recorded data at ${recordedFolder}; set SPILLWAY_DATA`)
    const data = takeTiers(await loadRecorded("bfcl"), TIERS)
    const optimized = (p95_ms?: number) =>
      optimizeDataset(data, {
        objective: { floor: FLOOR, confidence: 0.9, ...(p95_ms === undefined ? {} : { p95_ms }) },
        policy: "auto",
        seed: 1,
        dataSha256: "",
        version: "test",
        now: () => performance.now()
      })
    const free = optimized(), capped = optimized(CAP)
    const flagship = capped.measured.find(({ name }) => name === "flagship")!
    assert.isAbove(shareLate(flagship.developed.latencyMs, CAP), 0.05)

    // Without the cap no point has the quality in time that a test needs.
    const inTime = ({ measured }: typeof free) =>
      measured.filter(({ candidate, developed }) =>
        candidate.quality > FLOOR * flagship.candidate.quality && shareLate(developed.latencyMs, CAP) < 0.035
      )
    assert.strictEqual(inTime(free).length, 0)
    assert.isAbove(inTime(capped).length, 0)

    const { report, table } = capped
    assert.isTrue(table.certificate.certified, table.certificate.statement)
    assert.isAbove(report.savings.saved_share, 0.9)
    const served = capped.measured.find(({ name }) => name === table.default_point)!
    assert.isAtMost(shareLate(served.outcomes.latencyMs, CAP), 0.05)
    assert.isAtMost(report.frontier.find(({ name }) => name === table.default_point)!.latency_p95_ms!, CAP)
  }, 60_000)
})
