import { assert, describe, it } from "vitest"
import { renderHtml, renderMarkdown } from "../src/index.ts"
import { exampleReport, exampleTable } from "./exampleReport.ts"

const embedding = {
  model: "org/model (q8)",
  max_chars: 2_000,
  dimensions: 384,
  requests: 1_680,
  without_vector: 12,
  kept: true,
  error_without: 0.2834,
  error_with: 0.2823,
  standard_error: 0.0005,
  usd_per_request: null
}

describe("embedding section", () => {
  it("says whether vectors are read, with the figures that decided it, and nothing where there were none", () => {
    const kept = renderMarkdown({ ...exampleReport, embedding }, exampleTable)
    assert.match(kept, /## Embeddings\n\nVectors of `org\/model \(q8\)` \(384 values\) are read: /)
    assert.include(kept, "0.2823 with them and 0.2834 without, a difference of 0.0011 with a standard error of 0.0005")
    assert.include(kept, "12 of 1,680 requests have no vector")
    const left = renderHtml({ ...exampleReport, embedding: { ...embedding, kept: false } }, exampleTable)
    assert.include(left, "were tried and are not read")
    assert.notInclude(renderMarkdown(exampleReport, exampleTable), "Embeddings")
  })
})
