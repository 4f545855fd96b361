import { assert, describe, it } from "@effect/vitest"
import { observations } from "../../src/certify/Observations.ts"
import { type PairedQuality, qualityLosses, qualityLowerBound, qualityPValue } from "../../src/certify/Quality.ts"
import { goldBlocks } from "../../src/labels/GoldBlocks.ts"
import { groupRows } from "../../src/statistics/Groups.ts"
import { mean } from "../../src/statistics/Moments.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"

interface World {
  readonly n: number
  readonly goldShare: number
  /** Share of the rows that a sure grader grades, without a judge. */
  readonly sureShare?: number
  /** Chance that the cheap answer is wrong where the flagship's is right, on judged and on sure rows. */
  readonly loss: number
  readonly sureLoss?: number
  /** Chance that the judge passes a wrong cheap answer. */
  readonly lenience: number
  readonly seed: number
}

/** A flagship that is always right, and a judge that does not see some of what the policy gets wrong. */
const world = (w: World): PairedQuality => {
  const random = seededRandom(w.seed)
  const policy = new Float64Array(w.n), gold = new Float64Array(w.n), sure = new Uint8Array(w.n)
  for (let i = 0; i < w.n; i++) {
    sure[i] = random.uniform() < (w.sureShare ?? 0) ? 1 : 0
    const right = random.uniform() < 1 - (sure[i] === 1 ? w.sureLoss ?? w.loss : w.loss) ? 1 : 0
    policy[i] = sure[i] === 1 || right === 1 ? right : random.uniform() < w.lenience ? 1 : 0
    gold[i] = sure[i] === 1 || random.uniform() < w.goldShare ? right : NaN
  }
  const flagship = new Float64Array(w.n).fill(1)
  return { policy, flagship, gold: { policy: gold, flagship, sure } }
}

const plain = ({ flagship, policy }: PairedQuality): PairedQuality => ({ flagship, policy })
const rows = (n: number, seed: number) => observations(groupRows(n), seed)
const floor = { _tag: "Relative", floor: 0.95 } as const

describe("certificates on judged and sure grades", () => {
  it("a lenient judge alone certifies a broken promise, the corrected test does not", () => {
    let judged = 0, corrected = 0
    const reps = 300
    for (let seed = 0; seed < reps; seed++) {
      const quality = world({ n: 1_500, goldShare: 0.2, loss: 0.0501, lenience: 0.6, seed })
      if (qualityPValue(floor, plain(quality), rows(1_500, seed), 0.1) <= 0.1) judged++
      if (qualityPValue(floor, quality, rows(1_500, seed), 0.1) <= 0.1) corrected++
    }
    assert.isAtLeast(judged / reps, 0.9)
    assert.isAtMost(corrected / reps, 0.1)
  })

  it("keeps alpha where some tasks are graded for sure and lose less", () => {
    let wrong = 0
    const reps = 300
    for (let seed = 0; seed < reps; seed++) {
      const quality = world({
        n: 1_500,
        goldShare: 0.3,
        sureShare: 0.5,
        sureLoss: 0.01,
        loss: 0.0902,
        lenience: 0.6,
        seed
      })
      if (qualityPValue(floor, quality, rows(1_500, seed), 0.1) <= 0.1) wrong++
    }
    assert.isAtMost(wrong / reps, 0.1)
  })

  it("passes what keeps the promise, and its bounds hold and reach the floor where it passes", () => {
    const truth = 0.99
    let passed = 0, missed = 0
    const reps = 60
    for (let seed = 0; seed < reps; seed++) {
      const quality = world({ n: 2_000, goldShare: 0.25, loss: 1 - truth, lenience: 0.5, seed })
      const bound = qualityLowerBound(floor, quality, rows(2_000, seed), 0.1)
      const p = qualityPValue(floor, quality, rows(2_000, seed), 0.1)
      if (p <= 0.1) passed++
      if (bound > truth) missed++
      assert.strictEqual(p <= 0.1, bound >= 0.95 - 2e-3, `p ${p}, bound ${bound}`)
    }
    assert.isAtLeast(passed / reps, 0.9)
    assert.isAtMost(missed / reps, 0.15)
  })

  it("equals the plain test where every row has gold", () => {
    const quality = world({ n: 400, goldShare: 1, loss: 0.02, lenience: 0.9, seed: 5 })
    const truth = { policy: quality.gold!.policy, flagship: quality.flagship }
    for (const target of [floor, { _tag: "Difference", epsilon: 0 }] as const) {
      assert.closeTo(
        qualityPValue(target, quality, rows(400, 1), 0.1),
        qualityPValue(target, truth, rows(400, 1), 0.1),
        1e-12
      )
    }
  })

  it("estimates as the judge does where the judge is right", () => {
    const quality = world({ n: 3_000, goldShare: 0.1, loss: 0.1, lenience: 0, seed: 6 })
    const losses = qualityLosses(floor, quality, rows(3_000, 1))
    assert.closeTo(mean(losses), mean(qualityLosses(floor, plain(quality), rows(3_000, 1))), 0.01)
  })

  it("tests groups of near-duplicates once", () => {
    const quality = world({ n: 600, goldShare: 0.5, loss: 0.01, lenience: 0.5, seed: 7 })
    const twice = (values: ArrayLike<number>) => Float64Array.from({ length: 1_200 }, (_, i) => values[i >> 1]!)
    const doubled = {
      policy: twice(quality.policy),
      flagship: twice(quality.flagship),
      gold: {
        policy: twice(quality.gold!.policy),
        flagship: twice(quality.gold!.flagship),
        sure: twice(quality.gold!.sure)
      }
    }
    const groups = groupRows(1_200, Array.from({ length: 1_200 }, (_, i) => i >> 1))
    assert.closeTo(
      qualityPValue(floor, doubled, observations(groups, 3), 0.1),
      qualityPValue(floor, quality, rows(600, 3), 0.1),
      1e-12
    )
  })
})

describe("goldBlocks", () => {
  it("stays within its bounds on hostile values and is the gold where nothing else is known", () => {
    const random = seededRandom(8)
    for (let round = 0; round < 200; round++) {
      const count = 1 + random.integer(80)
      const extreme = () => Float64Array.from({ length: count }, () => random.uniform() < 0.5 ? -1 : 1)
      const sure = Uint8Array.from({ length: count }, () => random.uniform() < 0.2 ? 1 : 0)
      const gold = Uint8Array.from({ length: count }, (_, i) => sure[i] === 0 && random.uniform() < 0.4 ? 1 : 0)
      const judged = extreme(), truth = extreme()
      const rowsOf = { count, hasGold: (i: number) => gold[i] === 1, isSure: (i: number) => sure[i] === 1 }
      const blocks = goldBlocks(rowsOf, { judged, gold: truth })
      assert.strictEqual(blocks.count, gold.reduce((sum, g) => sum + g, 0))
      const other = { judged: extreme(), gold: extreme() }
      for (const values of [{ judged, gold: truth }, other]) {
        blocks.of(values).forEach((value, t) => assert.isAtMost(Math.abs(value), blocks.bound[t]! + 1e-12))
      }
    }
    const all = goldBlocks({ count: 50, hasGold: () => true, isSure: () => false }, {
      judged: new Float64Array(50).map((_, i) => Math.sin(i)),
      gold: new Float64Array(50).map((_, i) => Math.cos(i))
    })
    const values = { judged: new Float64Array(50).fill(1), gold: Float64Array.from({ length: 50 }, (_, i) => i / 50) }
    all.of(values).forEach((value, t) => assert.closeTo(value, values.gold[t]!, 1e-12))
    assert.isTrue(all.bound.every((bound) => bound === 1))
  })
})
