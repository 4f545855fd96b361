import { assert, describe, it } from "@effect/vitest"
import { bettingPValue } from "../../src/certify/BettingTest.ts"
import { certifyChance, freshNeeded, type KnownMargin } from "../../src/plan/CertifyChance.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

const alpha = 0.05

/** Loss of one request against 0.98 x flagship: equal but for a share of disagreements, of which the policy wins some. */
const lossOf = (random: ReturnType<typeof seededRandom>, disagree: number, wins: number) => (): number => {
  if (random.uniform() < disagree) return random.uniform() < wins ? -1 : 0.98
  return random.uniform() < 0.8 ? -0.02 : 0
}

const marginOf = (disagree: number, wins: number): { readonly mean: number; readonly variance: number } => {
  const first = disagree * (wins * 1 - (1 - wins) * 0.98) + (1 - disagree) * 0.8 * 0.02
  const second = disagree * (wins + (1 - wins) * 0.98 ** 2) + (1 - disagree) * 0.8 * 0.02 ** 2
  return { mean: first, variance: second - first ** 2 }
}

describe("certifyChance", () => {
  it("tells how often the betting test passes, given what was tested before", () => {
    const random = seededRandom(3)
    for (
      const [disagree, wins, tested, fresh] of [[0.2, 0.5, 0, 6_000], [0.2, 0.5, 0, 2_500], [0.1, 0.5, 500, 1_500], [
        0.3,
        0.52,
        300,
        2_000
      ], [0.1, 0.49, 2_000, 0]]
    ) {
      const draw = lossOf(random, disagree!, wins!)
      const before = Array.from({ length: tested! }, draw)
      const known: KnownMargin = {
        ...marginOf(disagree!, wins!),
        observed: 1e9,
        tested: tested!,
        testedSum: -before.reduce((sum, d) => sum + d, 0),
        alpha
      }
      let passed = 0
      const runs = 400
      for (let run = 0; run < runs; run++) {
        const losses = [...before, ...Array.from({ length: fresh! }, draw)]
        for (let i = losses.length - 1; i > 0; i--) {
          const j = random.integer(i + 1)
          ;[losses[i], losses[j]] = [losses[j]!, losses[i]!]
        }
        if (bettingPValue(losses.map((d) => (d + 1) / 2), 0.5, alpha) <= alpha) passed += 1
      }
      assert.closeTo(passed / runs, certifyChance(known, fresh!, "conditional"), 0.06, `${disagree} ${wins} ${tested}`)
    }
  })

  it("counts on less where the margin is known from few requests", () => {
    const known = { mean: 0.01, variance: 0.1, tested: 300, testedSum: 3, alpha }
    const chance = (observed: number, kind: "conditional" | "predictive") =>
      certifyChance({ ...known, observed }, 20_000, kind)
    assert.isAbove(chance(500, "conditional"), 0.97)
    assert.isBelow(chance(500, "predictive"), chance(5_000, "predictive"))
    // However many requests: the promise itself holds with the chance that the margin is above zero.
    const most = certifyChance({ ...known, observed: 500 }, 1e9, "predictive")
    assert.closeTo(most, 0.76, 0.01)
  })
})

describe("freshNeeded", () => {
  it("is the least number with the wanted chance", () => {
    const random = seededRandom(5)
    for (let i = 0; i < 200; i++) {
      const mean = 0.01 + 0.05 * random.uniform(), tested = random.integer(500)
      const known: KnownMargin = {
        mean,
        variance: 0.01 + 0.3 * random.uniform(),
        observed: 1_000,
        tested,
        testedSum: tested * (mean - 0.02 * random.uniform()),
        alpha
      }
      const fresh = freshNeeded(known)!
      assert.isAtLeast(certifyChance(known, fresh, "conditional"), 0.8)
      if (fresh > 1) assert.isBelow(certifyChance(known, fresh - 1, "conditional"), 0.8)
    }
  })

  it("knows that no number helps where the margin is not above zero", () => {
    const known = { variance: 0.1, observed: 500, tested: 300, testedSum: 0, alpha }
    assert.isUndefined(freshNeeded({ ...known, mean: 0 }))
    assert.isUndefined(freshNeeded({ ...known, mean: -0.01 }))
  })

  it("needs a few requests even where no answer is ever worse", () => {
    const fresh = freshNeeded({ mean: 0.02, variance: 0, observed: 500, tested: 0, testedSum: 0, alpha })!
    assert.strictEqual(fresh, Math.ceil(Math.log(20) / 0.75 / 0.02))
  })
})
