import { assert, describe, it } from "@effect/vitest"
import type { Acceptor, RoutingTable } from "@spillway/domain"
import { type AnswerView, compile, explainAnswers, requestView } from "@spillway/policy"
import { acceptor, plan, point, random, stage, table, TIERS } from "./tables.ts"

const view = requestView({ request_id: "r", task: "t", messages: [{ role: "user", content: "Which?" }] })
const answer = (output: string, s?: number): AnswerView => ({ output, ...(s === undefined ? {} : { signals: { s } }) })

describe("explainAnswers", () => {
  it("walks the path over the answers that are there, with every test and where it leads", () => {
    const policy = compile(table)
    const answers = new Map([["mini", answer("a", 0.2)], ["small", answer("b", 0.7)]])
    const path = explainAnswers(policy, table.acceptors, view, answers)
    assert.deepStrictEqual(path.map(({ next, test, tier }) => ({ tier, next, test })), [
      { tier: "mini", next: "small", test: { score: "confidence", value: 0.2, threshold: 0.5, accepted: false } },
      { tier: "small", next: null, test: { score: "confidence", value: 0.7, threshold: 0.6, accepted: true } }
    ])
    assert.deepStrictEqual(path[0]!.contributions, [{ feature: "signal:s", contribution: 0.2 }])
    answers.delete("small")
    assert.deepStrictEqual(explainAnswers(policy, table.acceptors, view, answers).map(({ next }) => next), ["small"])
    assert.deepStrictEqual(explainAnswers(policy, table.acceptors, view, new Map()), [])
  })

  it("shows an answer that stands whatever it is, untested", () => {
    const path = explainAnswers(compile(table), table.acceptors, view, new Map([["large", answer("x")]]), "large")
    assert.deepStrictEqual(path, [{ tier: "large", next: null, test: null, contributions: [], others: 0 }])
  })

  it("reads the acceptor that the policy reads: with inputs that are missing, and after another tier", () => {
    const after: Acceptor = {
      ...acceptor("small"),
      after: "mini",
      inputs: [
        { name: "previous:agreement", mean: 0, scale: 1, missing: 0, weight: 0.5 },
        { name: "answer:log_chars", mean: 0, scale: 1, missing: 0, weight: 0.01 },
        { name: "signal:s", mean: 0, scale: 1, missing: 0.25, weight: 0.2 }
      ],
      intercept: 0.1
    }
    const own: RoutingTable = { ...table, acceptors: [...table.acceptors, after] }
    const policy = compile(own)
    const answers = new Map([["mini", answer("B", 0.1)], ["small", answer("B")]])
    const [first, second] = explainAnswers(policy, own.acceptors, view, answers)
    assert.strictEqual(first!.next, "small")
    const by = new Map(second!.contributions.map(({ contribution, feature }) => [feature, contribution]))
    assert.strictEqual(by.get("previous:agreement"), 0.5)
    assert.approximately(by.get("signal:s")!, 0.05, 1e-12)
    assert.strictEqual(by.get("intercept"), 0.1)
    // The calibrator of the test tables is the identity on [0, 1].
    assert.approximately([...by.values()].reduce((a, b) => a + b, second!.others), second!.test!.value, 1e-12)
  })

  it("takes the same path as a session, over random tables and answers", () => {
    const draw = random(11)
    for (let round = 0; round < 200; round++) {
      const edges = [draw(), draw()].toSorted((a, b) => a - b)
      const any: RoutingTable = {
        ...table,
        points: [point("any", [
          {
            share: 0.5,
            plan: plan(["mini"], [
              stage("mini", [edges[0]!], ["medium", null]),
              stage("medium", [edges[1]!], ["large", null])
            ])
          },
          { share: 0.5, plan: plan(["small"], [stage("small", edges, ["large", "medium", null])]) }
        ])],
        default_point: "any"
      }
      const policy = compile(any)
      const one = { ...view, request_id: `r${round}` }
      const answers = new Map<string, AnswerView>(TIERS.map((tier) => [tier, answer(tier, draw())]))
      const walked: Array<string> = []
      let session = policy.begin(one)
      while (session.decision._tag === "Call") {
        walked.push(session.decision.tier)
        session = session.answered(answers.get(session.decision.tier)!)
      }
      const path = explainAnswers(policy, any.acceptors, one, answers)
      assert.deepStrictEqual(path.map(({ tier }) => tier), walked)
      assert.deepStrictEqual(
        path.flatMap(({ test, tier }) => test === null ? [] : [{ tier, ...test }]),
        [...session.tests]
      )
      assert.strictEqual(path.at(-1)!.next, null)
    }
  })
})
