import { assert, describe, it } from "@effect/vitest"
import type { Acceptor, Plan } from "@spillway/domain"
import { type AnswerView, compile, requestView, type Session } from "@spillway/policy"
import { acceptor, plan, point, random, stage, table, TIERS } from "./tables.ts"

const view = requestView({ request_id: "r", task: "t", messages: [{ role: "user", content: "hello" }] })
const scored = (s: number): AnswerView => ({ output: "x", signals: { s } })
const begin = (plan: Plan) => compile({ ...table, points: [point("cascade", [{ share: 1, plan }])] }).begin(view)

describe("Session", () => {
  const start = compile(table).begin(view)

  it("accepts a score that reaches the edge", () => {
    const done = start.answered(scored(0.5))
    assert.deepStrictEqual(done.decision, { _tag: "Accept", tier: "mini" })
    assert.deepStrictEqual(done.tests, [
      { tier: "mini", score: "confidence", value: 0.5, threshold: 0.5, accepted: true }
    ])
  })

  it("escalates by the range that the score falls in, and says which edge decided", () => {
    assert.deepStrictEqual(start.decision, { _tag: "Call", tier: "mini", final: false })
    const small = start.answered(scored(0.4))
    assert.deepStrictEqual(small.decision, { _tag: "Call", tier: "small", final: false })
    assert.deepStrictEqual(small.answered(scored(0.2)).decision, { _tag: "Call", tier: "large", final: true })
    const medium = small.answered(scored(0.3))
    assert.deepStrictEqual(medium.decision, { _tag: "Call", tier: "medium", final: true })
    assert.deepStrictEqual(medium.tests.map(({ threshold, tier, value }) => [tier, value, threshold]), [
      ["mini", 0.4, 0.5],
      ["small", 0.3, 0.6]
    ])
    assert.deepStrictEqual(medium.answered({ output: "" }).decision, { _tag: "Accept", tier: "medium" })
  })

  it("scores an answer without signals by what is missing", () => {
    assert.strictEqual(start.answered({ output: "x" }).tests[0]?.value, 0.25)
  })

  it("tests an answer by the acceptor made for answers after the tier before, where there is one", () => {
    const second: Acceptor = {
      ...acceptor("small"),
      after: "mini",
      inputs: [{ name: "previous:signal:s", mean: 0, scale: 1, missing: 0, weight: 1 }]
    }
    const small = compile({ ...table, acceptors: [...table.acceptors, second] }).begin(view).answered(scored(0.4))
    assert.strictEqual(small.answered(scored(0.9)).tests[1]?.value, 0.4)
    assert.strictEqual(start.answered(scored(0.4)).answered(scored(0.9)).tests[1]?.value, 0.9)
  })

  it("is pure: one session answers twice in two ways", () => {
    start.answered(scored(0))
    start.failed()
    assert.strictEqual(start.answered(scored(1)).decision._tag, "Accept")
    assert.strictEqual(start.tests.length, 0)
  })

  it("is final where every range accepts or nothing is left to ask", () => {
    const always = begin(plan(["mini"], [stage("mini", [0.5], [null, null])]))
    assert.isTrue(always.decision._tag === "Call" && always.decision.final)
    const onlyLarge = begin(plan(["mini"], [stage("mini", [0.5], ["large", null])]))
    assert.isTrue(onlyLarge.decision._tag === "Call" && !onlyLarge.decision.final)
  })

  it("puts the next dearer tier in place of a failed one, then the next cheaper, until none is left", () => {
    const medium = begin(plan(["medium"]))
    const path = [medium]
    for (let next = medium.failed(); next !== undefined; next = next.failed()) path.push(next)
    assert.deepStrictEqual(path.map(({ decision }) => decision.tier), ["medium", "large", "small", "mini"])
  })

  it("accepts an answer in hand where every other tier failed", () => {
    const large = start.answered(scored(0)).failed()?.failed()
    assert.deepStrictEqual(large?.decision, { _tag: "Call", tier: "large", final: true })
    assert.deepStrictEqual(large?.failed()?.decision, { _tag: "Accept", tier: "mini" })
  })

  it("accepts a low score where the tier to escalate to has failed and none is dearer", () => {
    const cheaper = begin(plan(["large"], [stage("medium", [0.5], ["large", null])])).failed()
    assert.deepStrictEqual(cheaper?.decision, { _tag: "Call", tier: "medium", final: true })
    const done = cheaper?.answered(scored(0))
    assert.deepStrictEqual(done?.decision, { _tag: "Accept", tier: "medium" })
    assert.strictEqual(done?.tests[0]?.accepted, false)
  })

  it("throws on a session that is over", () => {
    const done = start.answered(scored(1))
    assert.throws(() => done.answered(scored(1)), /nothing is under way/)
    assert.throws(() => done.failed(), /nothing is under way/)
  })

  const randomPlan = (next: () => number): Plan => {
    const order = TIERS.toSorted(() => next() - 0.5)
    const stages = order.flatMap((tier, i) => {
      const later = order.slice(i + 1)
      if (later.length === 0 || next() < 0.2) return []
      const edges = [next(), next()].toSorted((a, b) => a - b)
      const target = () => next() < 0.3 ? null : later[Math.floor(next() * later.length)]!
      return [stage(tier, edges, [target(), target(), target()])]
    })
    return plan(
      TIERS.filter(() => next() < 0.5).concat(order[0]!).filter((tier, i, all) => all.indexOf(tier) === i),
      stages
    )
  }

  it("ends on every plan, repeats no tier, calls no failed one and accepts only what answered", () => {
    const next = random(7)
    for (let run = 0; run < 3_000; run++) {
      const called: Array<string> = []
      const answered = new Set<string>()
      let session: Session | undefined = begin(randomPlan(next))
      while (session !== undefined && session.decision._tag === "Call") {
        const { final, tier } = session.decision
        assert.notInclude(called, tier)
        called.push(tier)
        if (next() < 0.25) session = session.failed()
        else {
          answered.add(tier)
          session = session.answered(scored(next()))
          if (final) assert.deepStrictEqual(session.decision, { _tag: "Accept", tier })
        }
      }
      if (session === undefined) assert.strictEqual(answered.size, 0)
      else assert.isTrue(answered.has(session.decision.tier))
    }
  })
})
