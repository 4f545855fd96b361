import { assert, describe, it } from "@effect/vitest"
import { makeTaskTree } from "@spillway/policy"

describe("makeTaskTree", () => {
  const tree = makeTaskTree([["", 0], ["a", 1], ["a.b", 2], ["a.b.c.d", 3]])

  it.each([["a", 1], ["a.b", 2], ["a.b.c", 2], ["a.b.c.d", 3], ["a.b.c.d.e", 3], ["a.x.y", 1], ["ab", 0], ["", 0], [
    ".",
    0
  ], ["..", 0]])(
    "finds %j at %d",
    (task, value) => assert.strictEqual(tree.find(task), value)
  )

  it("lists the entry and its ancestors, nearest first", () => {
    assert.deepStrictEqual(tree.lineage("a.b.c.d"), [3, 2, 1, 0])
  })

  it("finds nothing without a root", () => {
    assert.isUndefined(makeTaskTree([["a", 1]]).find("b"))
  })
})
