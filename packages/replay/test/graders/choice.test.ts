import { assert, describe, it } from "@effect/vitest"
import { choice, chosen } from "../../src/graders/choice.ts"

const single: ReadonlyArray<readonly [string, string]> = [
  ["B", "B"],
  ["b", "B"],
  ["(B)", "B"],
  ["B.", "B"],
  ["**B**", "B"],
  ["Answer: B", "B"],
  ["Answer:\nB", "B"],
  ["**Answer:** B", "B"],
  ["**Answer: B**", "B"],
  ["Answer: **(D)**", "D"],
  ["Final answer: `C`", "C"],
  ["The answer is B", "B"],
  ["the answer is (c).", "C"],
  ["The correct option is **C**: foo", "C"],
  ["The best choice is option D because A costs more", "D"],
  ["A could be right, but the answer is B, A is wrong", "B"],
  ["The answer is A. Wait: the answer is D.", "D"],
  ["$\\boxed{B}$", "B"],
  ["\\boxed{\\text{C}}", "C"],
  ["First we add.\n\nB", "B"],
  ["B. Paris", "B"],
  ["B) Paris\nbecause it is the capital", "B"],
  ["It must be (E), surely", "E"],
  ["I would go with B here", "B"]
]

describe("choice", () => {
  it.each(single)("%j chooses %s", (text, letter) => assert.deepStrictEqual(chosen(text), [letter]))

  it.each(["", "Paris", "A dog", "I am not sure"])(
    "%j chooses nothing",
    (text) => assert.deepStrictEqual(chosen(text), [])
  )

  it.each(["The answer is B or C", "A and C", "A) x\nB) y", "Answer: A, D.", "(A) or (B)"])(
    "%j is ambiguous",
    (text) => {
      const verdict = choice(text, "A")
      assert.strictEqual(verdict._tag === "Graded" ? verdict.quality : undefined, 0)
      assert.include(verdict._tag === "Graded" ? verdict.evidence : "", "ambiguous")
    }
  )

  it("grades against a letter or an option with its text", () => {
    assert.deepStrictEqual(choice("(B)", "B"), { _tag: "Graded", quality: 1, evidence: "chose B" })
    assert.deepStrictEqual(choice("(C)", "B. Paris"), { _tag: "Graded", quality: 0, evidence: "chose C, not B" })
  })

  it("does not grade where the reference names no single choice", () => {
    assert.strictEqual(choice("B", "Paris")._tag, "Ungradable")
    assert.strictEqual(choice("B", undefined)._tag, "Ungradable")
  })
})
