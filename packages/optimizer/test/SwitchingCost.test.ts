import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TurnFinder, type Turns } from "../src/data/Turns.ts"
import { evaluate } from "../src/Evaluate.ts"
import { optimize } from "../src/Optimize.ts"
import { planRows } from "../src/search/EvaluatePlan.ts"
import { seededRandom } from "../src/statistics/SeededRandom.ts"
import { switchingUsd } from "../src/SwitchingCost.ts"
import { storeOf, syntheticTraffic, THREE_TIERS } from "./SyntheticTraffic.ts"

const user = (content: string) => ({ role: "user" as const, content })
const assistant = (content: string) => ({ role: "assistant" as const, content })

describe("TurnFinder", () => {
  it("finds the longest earlier request that a later one begins with", () => {
    const finder = new TurnFinder(6)
    const asked = [
      [user("hi")],
      [user("hi"), assistant("hello"), user("how are you?")],
      [user("other")],
      [user("hi"), assistant("hello"), user("how are you?"), assistant("fine"), user("good")],
      [user("hi"), assistant("go away"), user("why?")],
      [user("never seen"), assistant("so"), user("well")]
    ]
    for (const messages of asked) finder.add({ messages })
    assert.deepStrictEqual([...finder.previous], [-1, 0, -1, 1, 0, -1])
    assert.deepStrictEqual([...finder.later], [0, 1, 0, 1, 1, 1])
  })

  it("joins the turns of a conversation, which tests and intervals took for independent, in any order", () => {
    const opened = [user("what is a monad?")], second = [...opened, assistant("a monoid"), user("in what?")]
    const third = [...second, assistant("endofunctors"), user("thanks")]
    const hi = (name: string) => [user("hi"), assistant(`hi ${name}`), user("bye")]
    const goOn = (name: string) => [...hi(name), assistant("bye"), user("wait")]
    const asked = [third, opened, second, [user("hi")], hi("a"), hi("b"), goOn("b"), [user("who?")]]
    const finder = new TurnFinder(asked.length)
    for (const messages of asked) finder.add({ messages })
    assert.deepStrictEqual([...finder.joined(Uint32Array.from(asked.keys()))], [0, 0, 0, 3, 4, 5, 5, 7])
    // Of near-duplicates one name stands for all, as here of the first and the last.
    assert.deepStrictEqual([...finder.joined(Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 0))], [0, 0, 0, 3, 4, 5, 5, 0])
  })
})

describe("switchingUsd", () => {
  it("agrees with drawing plans turn by turn", () => {
    const random = seededRandom(3), n = 40, tiers = 3
    const previous = Int32Array.from({ length: n }, (_, i) => i > 0 && random.uniform() < 0.6 ? random.integer(i) : -1)
    const turns: Turns = {
      previous,
      later: Uint8Array.from(previous, (p) => Number(p >= 0)),
      discountUsd: Array.from({ length: tiers }, () => Float64Array.from({ length: n }, () => random.uniform()))
    }
    const plan = () => ({ ...planRows(n), called: Uint32Array.from({ length: n }, () => 1 + random.integer(7)) })
    const mix = [{ share: 0.3, rows: plan() }, { share: 0.7, rows: plan() }]
    const rows = Uint32Array.from({ length: n }, (_, i) => i)
    const expected = switchingUsd(turns, rows, () => mix)
    const sums = new Float64Array(n), draws = 40_000
    for (let d = 0; d < draws; d++) {
      const called = Array.from(rows, (i) => mix[random.uniform() < 0.3 ? 0 : 1]!.rows.called[i]!)
      for (let i = 0; i < n; i++) {
        if (previous[i]! < 0) continue
        const cold = called[i]! & ~called[previous[i]!]!
        for (let k = 0; k < tiers; k++) if (((cold >>> k) & 1) === 1) sums[i]! += turns.discountUsd[k]![i]! / draws
      }
    }
    for (let i = 0; i < n; i++) assert.approximately(expected[i]!, sums[i]!, 0.02)
  })

  it("costs a plan of one tier nothing, and takes the tier's share where the turn before is not among the rows", () => {
    const turns: Turns = {
      previous: Int32Array.of(-1, 0, 1, -1),
      later: Uint8Array.of(0, 1, 1, 1),
      discountUsd: [Float64Array.of(0, 1, 1, 1)]
    }
    const rows = Uint32Array.of(0, 1, 2, 3)
    const always = [{ share: 1, rows: { ...planRows(4), called: Uint32Array.of(1, 1, 1, 1) } }]
    assert.deepStrictEqual([...switchingUsd(turns, rows, () => always)], [0, 0, 0, 0])
    const half = [{ share: 1, rows: { ...planRows(4), called: Uint32Array.of(0, 1, 0, 1) } }]
    assert.deepStrictEqual([...switchingUsd(turns, rows, () => half)], [0, 1, 0, 0.5])
  })
})

describe("optimize on conversations", () => {
  /** Each request is the next turn of the one before it, four to a conversation; the flagship's cache had nearly all of it. */
  const traffic = (() => {
    const plain = syntheticTraffic(2_400, THREE_TIERS.map((tier) => ({ ...tier, telling: 0.3 })))
    const requests = plain.requests.map((request, i) => ({
      ...request,
      messages: Array.from({ length: i % 4 + 1 }, (_, back) => plain.requests[i - i % 4 + back]!)
        .flatMap(({ messages }, t) => t === 0 ? messages : [assistant(`as said in ${i - i % 4}`), ...messages])
    }))
    return {
      ...plain,
      requests,
      outcomes: plain.outcomes.map((outcome, i) =>
        outcome.tier === "large" && Math.floor(i / 3) % 4 > 0
          ? {
            ...outcome,
            cost_usd: 0.0008,
            usage: { input_tokens: 1_000, cached_input_tokens: 900, output_tokens: 10 }
          }
          : { ...outcome, cost_usd: outcome.tier === "large" ? 0.0026 : outcome.cost_usd! }
      ).map((outcome) => ({ ...outcome, output: "yes" }))
    }
  })()
  const price = { input_usd_per_mtok: 2.5, cached_input_usd_per_mtok: 0.5, output_usd_per_mtok: 10 }
  const request = {
    objective: { floor: 0.9, confidence: 0.9 },
    policy: "auto",
    seed: 1,
    version: "test",
    flagship: "large"
  } as const
  const usdOf = (frontier: ReadonlyArray<{ readonly name: string; readonly cost_usd: number }>, name: string) =>
    frontier.find((point) => point.name === name)!.cost_usd

  it.effect("charges a point for prompts that its changes of tier leave uncached, and the flagship for none", () =>
    Effect.gen(function*() {
      const blind = yield* optimize(request)
      const priced = yield* optimize({ ...request, tierDetails: new Map([["large", { price }]]) })
      assert.match(blind.warnings.join("\n"), /large: part of the prompts came from the provider's cache, at a price/)
      assert.notMatch(priced.warnings.join("\n"), /cache/)
      assert.approximately(usdOf(priced.report.frontier, "flagship"), usdOf(blind.report.frontier, "flagship"), 1e-12)
      assert.approximately(usdOf(priced.report.frontier, "cheapest"), usdOf(blind.report.frontier, "cheapest"), 1e-12)
      const mixed = priced.measured.filter(({ outcomes: { shares } }) => shares[2]! > 0.2 && shares[2]! < 0.8)
      assert.isAbove(mixed.length, 0)
      const evaluation = yield* evaluate(priced.table, { seed: 1 })
      const withoutPrice = yield* evaluate({
        ...priced.table,
        tiers: priced.table.tiers.map(({ name }) => ({ name }))
      }, { seed: 1 })
      for (const { name } of mixed) {
        assert.isAbove(usdOf(evaluation.frontier, name), 1.05 * usdOf(withoutPrice.frontier, name), name)
      }
    }).pipe(Effect.provide(storeOf(traffic))))
})
