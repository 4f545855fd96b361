import { assert, describe, it } from "@effect/vitest"
import type { RoutingTable } from "@spillway/domain"
import { compilePredictor, encodeFloat32, makeHasher, requestChars, requestView } from "@spillway/policy"
import { table } from "./tables.ts"

const view = (task: string, text = "What is it?") =>
  requestView({
    request_id: "r",
    task,
    messages: [{ role: "system", content: "Be kind." }, { role: "user", content: text }]
  })

const predict = (table: RoutingTable, task: string, text?: string) => {
  const quality = new Float64Array(4), cost = new Float64Array(4)
  compilePredictor(table).predictInto(view(task, text), quality, cost)
  return { quality: [...quality], cost: [...cost] }
}

const rounded = (values: ReadonlyArray<number>) => values.map((value) => Number(value.toFixed(9)))

describe("Predictor", () => {
  it("takes segment values where there are no heads, inherited tier by tier", () => {
    assert.deepStrictEqual(rounded(predict(table, "other").quality), rounded([0.5, 0.7, 0.8, 0.9]))
    assert.deepStrictEqual(rounded(predict(table, "support.other").quality), rounded([0.8, 0.7, 0.8, 0.9]))
    assert.deepStrictEqual(rounded(predict(table, "support.refund.late").quality), rounded([0.8, 0.9, 0.8, 0.9]))
  })

  it("prices a request by its characters on top of the segment's cost", () => {
    const chars = requestChars(view("other"))
    assert.deepStrictEqual(
      rounded(predict(table, "other").cost),
      rounded([1e-6, 1e-5, 1e-4, 1e-3].map((usd) => usd * chars))
    )
    assert.deepStrictEqual(rounded([predict(table, "support.refund").cost[0]!]), rounded([0.5 + 1e-6 * chars]))
  })

  it("treats what was never measured with caution: no quality, unknown cost, a perfect flagship", () => {
    const bare = { ...table, cost_heads: [], segments: [{ task: "", n: 0, value: {}, cost_usd: { mini: 2 } }] }
    const { cost, quality } = predict(bare, "x")
    assert.deepStrictEqual(rounded(quality), rounded([0, 0, 0, 1]))
    assert.deepStrictEqual(cost, [2, NaN, NaN, NaN])
  })

  it("adds intercept, dense, text and segment; subtracts the gain from the flagship's quality; clamps", () => {
    const text = "Why is the sky blue?"
    const hashed = Float32Array.from({ length: 256 }, (_, i) => i / 256)
    const { indices, length, values } = makeHasher(8).hash(text, "Be kind.")
    let dot = 0
    for (let k = 0; k < length; k++) dot += hashed[indices[k]!]! * values[k]!
    const z = (Math.log1p(text.length) - 4) / 2
    const head = { dense: [0.1], hashed: "", segment_weight: 0.5 }
    const heads: RoutingTable["heads"] = [
      { ...head, tier: "large", target: "quality", intercept: 0.4 },
      { ...head, tier: "mini", target: "gain", intercept: 0.01, hashed: encodeFloat32(hashed), dense: [0] },
      { ...head, tier: "small", target: "gain", intercept: 9 },
      { ...head, tier: "medium", target: "quality", intercept: 0.3 }
    ]
    const large = 0.4 + 0.1 * z + 0.5 * 0.9
    const gain = 0.01 + dot + 0.5 * 0.4
    assert.deepStrictEqual(
      rounded(predict({ ...table, heads }, "other", text).quality),
      rounded([
        Math.max(0, large - gain),
        0,
        0.3 + 0.1 * z + 0.5 * 0.1,
        large
      ])
    )
  })

  it("gives batch scoring of kept features the same numbers", () => {
    const predictor = compilePredictor(table)
    const { dense, hashed } = predictor.features(view("support"))
    const quality = new Float64Array(4), cost = new Float64Array(4)
    predictor.scoreInto({ dense: dense.slice(), hashed }, "support", requestChars(view("support")), quality, cost)
    assert.deepStrictEqual({ quality: [...quality], cost: [...cost] }, predict(table, "support"))
  })
})
