import { assert, describe, it } from "@effect/vitest"
import { type Acceptor, BadInput } from "@spillway/domain"
import { acceptorScore, compileAcceptor, compileInputs, denseNames, type Evidence } from "@spillway/policy"

const tiers = ["mini", "large"]
const evidence: Evidence = {
  answer: { output: "42", finish_reason: "stop", signals: { lp_mean: -0.5 } },
  dense: Float64Array.from(denseNames, (_, i) => i),
  quality: Float64Array.of(0.6, 0.9),
  previous: { output: "The answer is 42", signals: { lp_mean: -2 } }
}
const names = [
  "signal:lp_mean",
  "signal:toString",
  "answer:log_chars",
  `request:${denseNames[3]}`,
  "exante:large",
  "previous:agreement",
  "previous:signal:lp_mean",
  "previous:answer:log_chars"
]

describe("Acceptor", () => {
  it("reads every kind of input, NaN where it is missing", () => {
    const out = new Float64Array(names.length)
    compileInputs(names, tiers).read(evidence, out)
    assert.deepStrictEqual([...out], [-0.5, NaN, Math.log1p(2), 3, 0.9, 1, -2, Math.log1p(16)])
    const { previous: _, ...first } = evidence
    compileInputs(names, tiers).read(first, out)
    assert.deepStrictEqual([...out.subarray(5)], [NaN, NaN, NaN])
  })

  it("standardizes, clips, fills what is missing and calibrates", () => {
    const acceptor: Acceptor = {
      tier: "large",
      score: "confidence",
      inputs: [
        { name: "signal:lp_mean", mean: -1, scale: 0.5, missing: 9, weight: 2 },
        { name: "signal:absent", mean: 0, scale: 1, missing: -0.5, weight: 4 },
        { name: "request:log_words", mean: 1e6, scale: 1, missing: 9, weight: 0.1 },
        { name: "exante:large", transform: "logit", mean: 0, scale: 1, missing: 9, weight: 1 }
      ],
      intercept: 0.25,
      calibrator: { kind: "platt", a: 1, b: 0 }
    }
    const raw = 0.25 + 2 * 1 + 4 * -0.5 + 0.1 * -6 + Math.log(9)
    assert.approximately(compileAcceptor(acceptor, tiers)(evidence), 1 / (1 + Math.exp(-raw)), 1e-12)
    assert.approximately(
      acceptorScore(acceptor, Float64Array.of(7, -0.5, NaN, 1, 0.9), 1),
      1 / (1 + Math.exp(-raw)),
      1e-12
    )
  })

  it.each(["lp_mean", "answer:nothing", "request:nothing", "exante:other", "previous:answer:x", "previous:x"])(
    "refuses the input %j",
    (name) => {
      try {
        compileInputs(["signal:x", name], tiers, "acceptors[2].inputs")
      } catch (error) {
        assert.instanceOf(error, BadInput)
        assert.strictEqual((error as BadInput).field, "acceptors[2].inputs[1].name")
        return
      }
      assert.fail("was accepted")
    }
  )
})
