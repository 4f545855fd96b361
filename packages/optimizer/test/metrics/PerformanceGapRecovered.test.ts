import { assert, describe, it } from "@effect/vitest"
import { apgrBins, apgrExact, cpt, pgr } from "../../src/metrics/PerformanceGapRecovered.ts"
import { mean } from "../../src/statistics/Moments.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

/** Weak .5, strong .75; in order of score the strong model gains 1, 1, 0 and -1: PGR 0, 1, 2, 2, 1 at the five cuts. */
const four = { score: [0.4, 0.9, 0.1, 0.7], weak: [1, 0, 1, 0], strong: [1, 1, 0, 1] }

const drawn = (seed: number, n: number, levels: number) => {
  const random = seededRandom(seed)
  const of = (p: number) => Float64Array.from({ length: n }, () => random.uniform() < p ? 1 : 0)
  return { score: Float64Array.from({ length: n }, () => random.integer(levels)), weak: of(0.4), strong: of(0.8) }
}

describe("PGR", () => {
  it("is the recovered share of the gap", () => {
    // RouteLLM, section 2.2: the router's quality between the weak and the strong model's.
    assert.closeTo(pgr(0.7, 0.5, 0.9), 0.5, 1e-12)
    assert.isNaN(pgr(0.7, 0.8, 0.8))
  })
})

describe("APGR", () => {
  it("equals the hand-computed area over all cuts", () => {
    assert.closeTo(apgrExact(four), (0.5 + 1.5 + 2 + 1.5) / 4, 1e-12)
  })

  it("equals the hand-computed area over quantile bins", () => {
    // With two bins the thresholds are .1, .55 and .9: shares 1, 1/2 and 0 with PGR 1, 2 and 0.
    assert.closeTo(apgrBins(four, 2), 0.5 * 1.5 + 0.5 * 1, 1e-12)
    // With ten, every cut of four requests is among the thresholds.
    assert.closeTo(apgrBins(four), apgrExact(four), 1e-12)
  })

  it("is about .5 for a random router and in both forms nearly the same", () => {
    const routing = drawn(3, 20_000, 1_000_000)
    assert.closeTo(apgrExact(routing), 0.5, 0.02)
    assert.closeTo(apgrBins(routing), apgrExact(routing), 0.01)
  })

  it("takes ties in random order, by expectation", () => {
    const routing = drawn(5, 200, 4)
    const random = seededRandom(6)
    const broken = Array.from(
      { length: 2_000 },
      () => apgrExact({ ...routing, score: routing.score.map((s) => s + 0.5 * random.uniform()) })
    )
    assert.closeTo(mean(broken), apgrExact(routing), 0.01)
  })

  it("is one half for a constant score and undefined for equally good models", () => {
    const constant = { ...four, score: [1, 1, 1, 1] }
    assert.closeTo(apgrExact(constant), 0.5, 1e-12)
    assert.closeTo(apgrBins(constant), 0.5, 1e-12)
    assert.isNaN(apgrExact({ ...four, strong: four.weak }))
    assert.isNaN(apgrBins({ ...four, strong: four.weak }))
  })

  it("holds for a single request", () => {
    assert.closeTo(apgrExact({ score: [0.3], weak: [0], strong: [1] }), 0.5, 1e-12)
    assert.closeTo(apgrBins({ score: [0.3], weak: [0], strong: [1] }), 0.5, 1e-12)
  })
})

describe("CPT", () => {
  it("is the least share of strong calls that recovers enough", () => {
    assert.strictEqual(cpt(four, 0.5), 0.25)
    assert.strictEqual(cpt(four, 1), 0.25)
    assert.strictEqual(cpt(four, 1.5), 0.5)
    assert.strictEqual(cpt(four, 0), 0)
    assert.isNaN(cpt(four, 3))
  })

  it("keeps ties together", () => {
    assert.strictEqual(cpt({ ...four, score: [1, 1, 0, 1] }, 0.5), 0.75)
    assert.isNaN(cpt({ ...four, strong: four.weak }, 0.5))
  })
})
