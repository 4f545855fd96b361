import { assert, describe, it } from "@effect/vitest"
import { signalsOfLogprobs } from "@spillway/providers"

const ln = Math.log

describe("signalsOfLogprobs", () => {
  it("gives nothing for no tokens", () => {
    assert.deepStrictEqual(signalsOfLogprobs([]), {})
    assert.deepStrictEqual(signalsOfLogprobs([{ logprob: NaN }]), {})
  })

  it("summarizes five tokens as worked by hand", () => {
    const tokens = [0.9, 0.4, 0.8, 0.99, 0.6].map((p) => ({ logprob: ln(p) }))
    const signals = signalsOfLogprobs(tokens)
    assert.closeTo(signals["lp_mean"]!, (ln(0.9) + ln(0.4) + ln(0.8) + ln(0.99) + ln(0.6)) / 5, 1e-12)
    assert.strictEqual(signals["lp_min"], ln(0.4))
    assert.strictEqual(signals["lp_first"], ln(0.9))
    assert.strictEqual(signals["lp_q25"], ln(0.6))
    assert.closeTo(signals["lp_q10"]!, ln(0.4) + 0.4 * (ln(0.6) - ln(0.4)), 1e-12)
    assert.strictEqual(signals["n_low"], 0.2)
    assert.notProperty(signals, "margin_mean")
  })

  it("takes the margin to the best other token, below zero where the chosen was not the likeliest", () => {
    const signals = signalsOfLogprobs([
      { token: "a", logprob: -0.2, top_logprobs: [{ token: "b", logprob: -1.7 }, { token: "a", logprob: -0.2 }] },
      { token: "c", logprob: -1, top_logprobs: [{ token: "d", logprob: -0.5 }, { token: "e", logprob: -3 }] },
      { token: "f", logprob: -1, top_logprobs: [{ token: "f", logprob: -1 }] },
      { token: "g", logprob: -1 }
    ])
    assert.closeTo(signals["margin_mean"]!, (1.5 - 0.5) / 2, 1e-12)
    assert.closeTo(signals["margin_min"]!, -0.5, 1e-12)
  })

  it("bounds values that are not log-probabilities", () => {
    const signals = signalsOfLogprobs([{ logprob: -9999 }, { logprob: 0.001 }])
    assert.strictEqual(signals["lp_min"], -30)
    assert.strictEqual(signals["lp_mean"], -15)
  })
})
