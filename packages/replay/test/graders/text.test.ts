import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { contains } from "../../src/graders/contains.ts"
import { exact } from "../../src/graders/exact.ts"
import { normalized } from "../../src/graders/normalized.ts"
import { numeric } from "../../src/graders/numeric.ts"
import { regex } from "../../src/graders/regex.ts"
import type { Verdict } from "../../src/graders/Verdict.ts"

const quality = (verdict: Verdict) => (verdict._tag === "Graded" ? verdict.quality : undefined)

describe("exact", () => {
  it("compares characters", () => {
    assert.strictEqual(quality(exact("yes", "yes")), 1)
    assert.strictEqual(quality(exact("Yes", "yes")), 0)
    assert.deepStrictEqual(exact("yes\n", "yes"), {
      _tag: "Graded",
      quality: 0,
      evidence: "differs in outer white space only"
    })
    assert.strictEqual(exact("yes", undefined)._tag, "Ungradable")
  })
})

describe("normalized", () => {
  it.each([
    ["**Paris**.", "paris"],
    ["  New\n York ", "new york"],
    ["ﬁne", "FINE"],
    ["“Yes!”", "yes"],
    ["...", "..."]
  ])("%j equals %j", (answer, reference) => assert.strictEqual(quality(normalized(answer, reference)), 1))
  it.each([["-5", "5"], ["C#", "C"], ["50%", "50"], [".NET", "NET"], ["$5", "5"]])(
    "%j is not %j",
    (a, b) => assert.strictEqual(quality(normalized(a, b)), 0)
  )
  it.prop("an answer equals itself, shouted and spaced", [Schema.String], ([text]) => {
    assert.strictEqual(quality(normalized(`  ${text} `, text)), 1)
  })
})

describe("numeric", () => {
  const strict = numeric({})
  it.each([
    ["The total is $1,050.00", "1050", 1],
    ["50%", "0.5", 1],
    ["50%", "50", 1],
    ["0.5", "50%", 1],
    ["5000%", "0.5", 0],
    ["0.30000000000000004", "0.3", 1],
    ["\\boxed{7} for all 3 cases", "7", 1],
    ["41", "42", 0],
    ["-42", "42", 0],
    ["no idea", "42", 0],
    ["18", "6 + 12 = 18\n#### 18", 1]
  ])(
    "%j against %j is %d",
    (answer, reference, expected) => assert.strictEqual(quality(strict(answer, reference)), expected)
  )
  it("takes an absolute and a relative tolerance", () => {
    assert.strictEqual(quality(numeric({ absolute_tolerance: 0.5 })("41.5", "42")), 1)
    assert.strictEqual(quality(numeric({ absolute_tolerance: 0.4 })("41.5", "42")), 0)
    assert.strictEqual(quality(numeric({ relative_tolerance: 0.01 })("-99", "-100")), 1)
    assert.strictEqual(quality(numeric({ relative_tolerance: 0.01 })("-98.9", "-100")), 0)
  })
  it("does not grade against a reference without a number", () => {
    assert.deepStrictEqual(strict("42", "forty-two"), { _tag: "Ungradable", reason: "the reference holds no number" })
  })
})

describe("contains", () => {
  it("gives the share of the reference's lines and names the missing ones", () => {
    assert.deepStrictEqual(contains({})("A REFUND   within 30 days", "- refund\n- 30 days\n- by e-mail\n\n- receipt"), {
      _tag: "Graded",
      quality: 0.5,
      evidence: "2 of 4 facts; missing \"by e-mail\", \"receipt\""
    })
  })
  it("finds no fact inside a longer number", () => {
    assert.strictEqual(quality(contains({ values: ["5 days"] })("15 days", undefined)), 0)
    assert.strictEqual(quality(contains({ values: ["1.5"] })("1.55 or 21.5", undefined)), 0)
    assert.strictEqual(quality(contains({ values: ["30"] })("after 30.", undefined)), 1)
  })
  it("does not grade without facts", () => {
    assert.strictEqual(contains({})("x", undefined)._tag, "Ungradable")
    assert.strictEqual(contains({})("x", "\n \n")._tag, "Ungradable")
  })
})

describe("regex", () => {
  it("searches the answer, the same way each time", () => {
    const check = regex(/ok/g)
    assert.strictEqual(quality(check("it is ok", undefined)), 1)
    assert.strictEqual(quality(check("it is ok", undefined)), 1)
    assert.strictEqual(quality(check("it is not", undefined)), 0)
  })
})
