import { assert, describe, it } from "vitest"
import { costScale, linearScale } from "../src/figures/Scale.ts"

const options = { margin: .05, ticks: 6 }

describe("linearScale", () => {
  it("maps the values into the pixels, in either direction", () => {
    const up = linearScale([.7, .95], [400, 0], options)
    assert.closeTo(up.of(.7), 400 - 400 * .0125 / .275, .01)
    assert.isBelow(up.of(.95), up.of(.7))
  })

  it("has round ticks", () => {
    assert.deepStrictEqual(linearScale([0, 1], [0, 100], { margin: 0, ticks: 5 }).ticks, [0, .2, .4, .6, .8, 1])
    assert.deepStrictEqual(linearScale([.71, .93], [0, 100], { margin: 0, ticks: 5 }).ticks, [.75, .8, .85, .9])
    assert.deepStrictEqual(linearScale([0, 4200], [0, 100], { margin: 0, ticks: 4 }).ticks, [0, 1000, 2000, 3000, 4000])
  })

  it("opens around a single value and survives none", () => {
    const one = linearScale([.5], [0, 100], options)
    assert.closeTo(one.of(.5), 50, 1e-9)
    for (const values of [[], [Number.NaN], [0], [0, 0]]) {
      const scale = linearScale(values, [0, 100], options)
      assert.isTrue(Number.isFinite(scale.of(0)))
      assert.isAtLeast(scale.ticks.length, 1)
    }
  })
})

describe("costScale", () => {
  it("is logarithmic for a wide positive range only", () => {
    assert.strictEqual(costScale([.1, 2], [0, 100], options).kind, "log")
    assert.strictEqual(costScale([1, 2], [0, 100], options).kind, "linear")
    assert.strictEqual(costScale([0, 2], [0, 100], options).kind, "linear")
  })

  it("gives equal factors equal distances", () => {
    const scale = costScale([.1, 10], [0, 300], options)
    assert.closeTo(scale.of(1) - scale.of(.1), scale.of(10) - scale.of(1), 1e-9)
  })

  it("has round ticks inside its domain", () => {
    assert.deepStrictEqual(costScale([.09, 2], [0, 100], options).ticks, [.1, .2, .5, 1, 2])
    for (const [low, high] of [[.003, .9], [1, 9], [.0001, 1000]] as const) {
      const scale = costScale([low, high], [0, 500], { margin: 0, ticks: 3 })
      assert.isAtLeast(scale.ticks.length, 2)
      for (const tick of scale.ticks) assert.isTrue(scale.of(tick) >= -1e-6 && scale.of(tick) <= 500 + 1e-6)
    }
  })

  it("shows no negative cost", () => {
    for (const tick of costScale([0, 1], [0, 100], { margin: .3, ticks: 6 }).ticks) assert.isAtLeast(tick, 0)
  })
})
