import { assert, describe, it } from "@effect/vitest"
import type { RoutingTable } from "@spillway/domain"
import {
  compile,
  compilePredictor,
  embeddingText,
  encodeFloat32,
  explain,
  readsPredictions,
  type RequestView,
  requestView
} from "@spillway/policy"
import { plan, point, random, stage, table } from "../tables.ts"

const DIMENSIONS = 5
const MEAN = [0.1, -0.2, 0.05, 0, 0.3]
const WEIGHTS = [0.2, -0.1, 0.4, 0.05, -0.3]

const head = (tier: string, more: Partial<RoutingTable["heads"][number]> = {}): RoutingTable["heads"][number] => ({
  tier,
  target: tier === "large" ? "quality" : "gain",
  intercept: tier === "large" ? 0.5 : 0.1,
  dense: [0],
  hashed: "",
  segment_weight: 0,
  ...more
})

const withEmbedding: RoutingTable = {
  ...table,
  features: {
    ...table.features,
    embedding: { model: "m", max_chars: 100, dimensions: DIMENSIONS, mean: encodeFloat32(MEAN) }
  },
  heads: [head("large"), head("mini", { embedding: encodeFloat32(WEIGHTS) }), head("small")]
}

const view = (vector?: Float32Array): RequestView => ({
  ...requestView({ request_id: "r", task: "t", messages: [{ role: "user", content: "Why?" }] }),
  vector
})

const predict = (of: RequestView, from = withEmbedding) => {
  const quality = new Float64Array(4)
  compilePredictor(from).predictInto(of, quality, new Float64Array(4))
  return [...quality]
}

const unit = (draw: () => number) => {
  const values = Array.from({ length: DIMENSIONS }, () => draw() - 0.5)
  return Float32Array.from(values, (value) => value / Math.hypot(...values))
}

describe("embeddingText", () => {
  const text = (content: string, maxChars: number) =>
    embeddingText(
      requestView({
        request_id: "r",
        task: "t",
        messages: [{ role: "system", content: "Be kind." }, { role: "user", content }]
      }),
      maxChars
    )

  it("is the text without the instructions, of a long one both ends, and none of a blank one", () => {
    assert.strictEqual(text("Why is that?", 100), "Why is that?")
    assert.strictEqual(text("abcdefghij", 10), "abcdefghij")
    assert.strictEqual(text("abcdefghijk", 10), "abcdeghijk")
    assert.strictEqual(text("abcdefghijk", 5), "abcjk")
    assert.isUndefined(text(" \n\t", 100))
    assert.isUndefined(text("", 100))
  })

  it("is well-formed, also where the cut goes through a character of two code units", () => {
    for (let maxChars = 1; maxChars < 12; maxChars++) assert.isTrue(text("😀".repeat(10), maxChars)!.isWellFormed())
  })
})

describe("a table that reads vectors", () => {
  it("adds the weights times the vector less its mean, to the heads that have them", () => {
    const draw = random(1)
    for (let i = 0; i < 50; i++) {
      const vector = unit(draw)
      const addend = WEIGHTS.reduce(
        (sum, weight, d) => sum + Math.fround(weight) * (vector[d]! - Math.fround(MEAN[d]!)),
        0
      )
      const [mini, small, , large] = predict(view(vector))
      assert.strictEqual(large, 0.5)
      assert.closeTo(small!, 0.4, 1e-12)
      assert.closeTo(mini!, Math.max(0, 0.4 - addend), 1e-12)
    }
  })

  it("counts a request without a vector, or with one of another length, as one with the mean", () => {
    const bare = predict(view())
    assert.deepStrictEqual(
      bare,
      predict(view(), { ...withEmbedding, heads: [head("large"), head("mini"), head("small")] })
    )
    assert.deepStrictEqual(predict(view(new Float32Array(DIMENSIONS + 1).fill(0.4))), bare)
    const mean = predict(view(Float32Array.from(MEAN)))
    mean.forEach((quality, k) => assert.closeTo(quality, bare[k]!, 1e-12))
  })

  it("explains what the vector adds", () => {
    const vector = unit(random(2)), policy = compile(withEmbedding)
    const of = (asked: RequestView) => {
      const { contributions, others, predicted_quality } = explain(policy, asked).tiers[0]!
      const total = contributions.reduce((sum, { contribution }) => sum + contribution, others)
      assert.closeTo(total, predicted_quality, 1e-9)
      return contributions.find(({ feature }) => feature === "embedding")?.contribution
    }
    assert.closeTo(of(view(vector))!, predict(view(vector))[0]! - predict(view())[0]!, 1e-9)
    assert.isUndefined(of(view()))
  })

  it("decides by the vector, where a plan has tiers to choose from", () => {
    const policy = compile({
      ...withEmbedding,
      heads: [head("large", { intercept: 0.9 }), head("mini", { embedding: encodeFloat32([9, 0, 0, 0, 0]) })],
      points: [
        point("route", [{ share: 1, plan: plan(["mini", "large"]) }]),
        point("cascade", [{ share: 1, plan: plan(["mini"], [stage("mini", [0.5], ["large", null])]) }]),
        point("single", [{ share: 1, plan: plan(["large"]) }])
      ],
      default_point: "route"
    })
    const tier = (vector?: Float32Array) => policy.begin(view(vector)).decision.tier
    assert.strictEqual(tier(Float32Array.of(1, 0, 0, 0, 0)), "large")
    assert.strictEqual(tier(Float32Array.of(-1, 0, 0, 0, 0)), "mini")
    const reads = (name: string) => readsPredictions(policy.choose(view(), name).plan)
    assert.deepStrictEqual(["route", "cascade", "single"].map(reads), [true, true, false])
  })

  it("is refused with the field where vectors, means and weights do not fit", () => {
    const refused = (changed: Partial<RoutingTable>) => {
      try {
        compile({ ...withEmbedding, ...changed })
      } catch (error) {
        return (error as Error).message
      }
      return "nothing"
    }
    const { embedding, ...features } = withEmbedding.features
    const withSpec = (more: Partial<NonNullable<typeof embedding>>) => ({
      features: { ...features, embedding: { ...embedding!, ...more } }
    })
    assert.match(refused(withSpec({ mean: "AAAA" })), /features\.embedding\.mean: not base64 of finite/)
    assert.match(
      refused(withSpec({ mean: encodeFloat32([1]) })),
      /features\.embedding\.mean: 1 values for 5 dimensions/
    )
    assert.match(
      refused({ heads: [head("large", { embedding: encodeFloat32([1, 2]) })] }),
      /heads\[0\]\.embedding: 2 values for 5 dimensions/
    )
    assert.match(refused({ features }), /heads\[1\]\.embedding: the table has no `features\.embedding`/)
  })
})
