import { assert, describe, it } from "vitest"
import { type Label, placeLabels } from "../src/figures/Labels.ts"

const bounds = { x: 0, y: 0, width: 700, height: 400 }

/** Deterministic draws in [0, 1). */
const draws = (seed: number) => () => (seed = (seed * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32

describe("placeLabels", () => {
  it("lets no two labels overlap and none leave the plot, for scattered points", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const next = draws(seed)
      const labels = Array.from({ length: 12 }, (_, i): Label => ({
        text: `label ${i}`,
        anchors: [[20 + 660 * next(), 20 + 360 * next()]]
      }))
      const placed = placeLabels(labels, [], bounds)
      assert.strictEqual(placed.length, labels.length)
      for (const [i, { box }] of placed.entries()) {
        assert.isTrue(box.x >= -.1 && box.y >= -.1 && box.x + box.width <= 700.1 && box.y + box.height <= 400.1)
        for (const other of placed.slice(i + 1)) {
          const apart = box.x + box.width <= other.box.x || other.box.x + other.box.width <= box.x ||
            box.y + box.height <= other.box.y || other.box.y + other.box.height <= box.y
          assert.isTrue(apart, `seed ${seed}: ${placed[i]!.text} on ${other.text}`)
        }
      }
    }
  })

  it("keeps off obstacles where there is room", () => {
    const wall = { x: 110, y: 150, width: 300, height: 100 }
    const [label] = placeLabels([{ text: "point", anchors: [[100, 200]] }], [wall], bounds)
    assert.isTrue(label!.box.x + label!.box.width <= wall.x)
  })

  it("leaves out optional labels where there is no room, never the others", () => {
    const full = [{ ...bounds }]
    const label = { text: "point", anchors: [[350, 200]] as const }
    assert.strictEqual(placeLabels([{ ...label, optional: true }], full, bounds).length, 0)
    assert.strictEqual(placeLabels([label], full, bounds).length, 1)
  })

  it("picks the freest place along a line", () => {
    const busy = { x: 0, y: 0, width: 300, height: 400 }
    const [label] = placeLabels([{ text: "line", anchors: [[100, 200], [200, 200], [500, 200]] }], [busy], bounds)
    assert.deepStrictEqual(label!.anchor, [500, 200])
  })
})
