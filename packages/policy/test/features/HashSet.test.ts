import { assert, describe, it } from "@effect/vitest"
import { makeHashSet } from "../../src/features/HashSet.ts"
import { random } from "../tables.ts"

describe("makeHashSet", () => {
  it("tells what was added since its start, as a set does, in sets of growing and shrinking size", () => {
    const next = random(3), set = makeHashSet()
    for (let round = 0; round < 200; round++) {
      const most = Math.floor(next() ** 3 * 2_000)
      const kinds = 1 + Math.floor(next() * 2 * most)
      const plain = new Set<number>()
      set.start(most)
      for (let i = 0; i < most; i++) {
        // Hashes that are equal in their last bits fall into the same slot.
        const hash = Math.imul(Math.floor(next() * kinds), round % 2 === 0 ? 0x10000 : 0x9e3779b1)
        assert.strictEqual(set.isNew(hash), !plain.has(hash))
        plain.add(hash)
      }
    }
  })
})
