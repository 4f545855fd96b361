import { assert, describe, it } from "@effect/vitest"
import { BadInput, type Cluster, type RoutingTable, UNTASKED } from "@spillway/domain"
import {
  compile,
  compileClusters,
  encodeFloat32,
  encodeWordIds,
  explain,
  makeWordReader,
  requestView
} from "@spillway/policy"
import { plan, point, random, table } from "./tables.ts"

const reader = makeWordReader()

/** A cluster told by some words of the text and of the instructions. */
const cluster = (
  task: string,
  words: Readonly<Record<string, number>>,
  instructions: Readonly<Record<string, number>> = {}
): Cluster => {
  const weights = [
    ...Object.entries(words).map(([word, weight]) => [reader.read({ text: word, system: "" })[0]!, weight] as const),
    ...Object.entries(instructions).map(([word, weight]) =>
      [reader.read({ text: "", system: word })[0]!, weight] as const
    )
  ].toSorted(([a], [b]) => a - b)
  return {
    task,
    words: encodeWordIds(weights.map(([id]) => id)),
    weights: encodeFloat32(weights.map(([, weight]) => weight))
  }
}

const REFUND = cluster("untasked.refund", { refund: 1, money: 0.5, order: 0.25 }, { shop: 0.5 })
const PROOF = cluster("untasked.proof", { prove: 1, theorem: 1, order: 0.25 })

const view = (text: string, { system = "", task = UNTASKED }: { system?: string; task?: string } = {}) =>
  requestView({
    request_id: "r",
    task,
    messages: [...(system === "" ? [] : [{ role: "system", content: system }]), { role: "user", content: text }]
  })

describe("compileClusters", () => {
  const clusters = compileClusters([REFUND, PROOF])
  const taskOf = (text: string, system = "") => clusters.assign(view(text, { system })).task

  it("puts a request where most weight of its words lies, each word counted once", () => {
    assert.strictEqual(taskOf("I want my money back"), "untasked.refund")
    assert.strictEqual(taskOf("Prove it: money money money"), "untasked.proof")
    assert.strictEqual(taskOf("Prove it", "You work for a shop. Prove it."), "untasked.proof")
    assert.strictEqual(taskOf("Hello", "You work for a shop."), "untasked.refund")
    assert.strictEqual(taskOf("You work for a shop."), UNTASKED, "words of the text are not those of the instructions")
  })

  it("leaves alone a request that no word tells of, and one that has a task", () => {
    assert.strictEqual(taskOf("Good morning"), UNTASKED)
    assert.strictEqual(taskOf(""), UNTASKED)
    const tasked = view("refund", { task: "math" })
    assert.strictEqual(clusters.assign(tasked), tasked)
  })

  it("puts equals into the first", () => {
    assert.strictEqual(taskOf("my order"), "untasked.refund")
    assert.strictEqual(compileClusters([PROOF, REFUND]).assign(view("my order")).task, "untasked.proof")
  })

  it("says by which words, and what came next", () => {
    const { runner_up, score, task, words } = clusters.explain(view("refund my order", { system: "A shop" }), 2)!
    assert.strictEqual(task, "untasked.refund")
    assert.approximately(score, 1.75 / Math.sqrt(5), 1e-7)
    assert.deepStrictEqual(words.map(({ feature }) => feature), ["refund", "instructions:shop"])
    assert.strictEqual(runner_up!.task, "untasked.proof")
    assert.approximately(runner_up!.score, 0.25 / Math.sqrt(5), 1e-7)
    assert.isUndefined(clusters.explain(view("Good morning"), 2))
    assert.isUndefined(clusters.explain(view("refund", { task: "math" }), 2))
    assert.isNull(clusters.explain(view("refund"), 2)!.runner_up)
  })

  it("assigns as a plain sum over random weights does", () => {
    const next = random(3)
    const vocabulary = Array.from({ length: 40 }, (_, i) => `w${String.fromCharCode(97 + i % 26)}${"x".repeat(i)}`)
    const weights = Array.from(
      { length: 6 },
      () => Object.fromEntries(vocabulary.filter(() => next() < 0.5).map((word) => [word, Math.fround(next())]))
    )
    const compiled = compileClusters(weights.map((of, i) => cluster(`c${i}`, of)))
    for (let round = 0; round < 200; round++) {
      const words = vocabulary.filter(() => next() < 0.2)
      const sums = weights.map((of) => words.reduce((sum, word) => sum + (of[word] ?? 0), 0))
      const most = Math.max(...sums)
      assert.strictEqual(
        compiled.assign(view(words.join(" "))).task,
        most > 0 ? `c${sums.indexOf(most)}` : UNTASKED
      )
    }
  })

  it("refuses what it cannot run, by the field", () => {
    const refused = (clusters: ReadonlyArray<Cluster>) => {
      try {
        compileClusters(clusters)
      } catch (error) {
        if (error instanceof BadInput) return error.field
        throw error
      }
      return undefined
    }
    assert.strictEqual(refused([REFUND, REFUND]), "clusters[1].task")
    assert.strictEqual(refused([{ ...REFUND, words: "?" }]), "clusters[0].words")
    assert.strictEqual(refused([{ ...REFUND, weights: "AAAA" }]), "clusters[0].weights")
    assert.strictEqual(refused([REFUND, { ...PROOF, weights: encodeFloat32([1]) }]), "clusters[1].weights")
    assert.strictEqual(
      refused([{ task: "a", words: encodeWordIds([5, 5]), weights: encodeFloat32([1, 1]) }]),
      "clusters[0].words"
    )
    assert.strictEqual(
      refused([{ task: "a", words: encodeWordIds([65_535]), weights: encodeFloat32([1]) }]),
      "clusters[0].words"
    )
    assert.strictEqual(
      refused(Array.from({ length: 257 }, (_, i) => ({ task: `t${i}`, words: "", weights: "" }))),
      "clusters"
    )
  })
})

describe("a table with clusters", () => {
  const routing: RoutingTable = {
    ...table,
    clusters: [REFUND, PROOF],
    segments: [
      ...table.segments,
      { task: UNTASKED, n: 9, value: { mini: 0.3 }, cost_usd: {} },
      { task: "untasked.refund", n: 5, value: { mini: 0.05 }, cost_usd: { mini: 2 } }
    ],
    points: [
      point("cascade", [{ share: 1, plan: plan(["mini"]) }], { "untasked.proof": plan(["large"]) }),
      point("large", [{ share: 1, plan: plan(["large"]) }])
    ]
  }
  const policy = compile(routing)

  it("treats a request without a task as one of its cluster's, and says so", () => {
    const refund = policy.begin(view("refund, please")), proof = policy.begin(view("a theorem"))
    assert.strictEqual(refund.task, "untasked.refund")
    assert.strictEqual(refund.decision.tier, "mini")
    assert.strictEqual(proof.task, "untasked.proof")
    assert.strictEqual(proof.decision.tier, "large")
    assert.strictEqual(policy.choose(view("a theorem")).plan, policy.choose(view("x", { task: "untasked.proof" })).plan)
    assert.strictEqual(policy.plans(view("a theorem"))[0]!.segment, "untasked.proof")
    assert.approximately(policy.predict(view("refund, please")).quality[0]!, 0.9 - 0.05, 1e-12)
    assert.approximately(policy.predict(view("a theorem")).quality[0]!, 0.9 - 0.3, 1e-12)
  })

  it("leaves requests with a task, and those that no word tells of, as they are", () => {
    assert.strictEqual(policy.begin(view("a theorem", { task: "support.refund" })).task, "support.refund")
    assert.strictEqual(policy.begin(view("a theorem", { task: "support.refund" })).decision.tier, "mini")
    assert.strictEqual(policy.begin(view("Good morning")).task, UNTASKED)
    assert.strictEqual(policy.begin(view("Good morning")).decision.tier, "mini")
  })

  it("explains the cluster beside the task that was sent", () => {
    const found = explain(policy, view("a theorem"))
    assert.strictEqual(found.task, UNTASKED)
    assert.strictEqual(found.cluster!.task, "untasked.proof")
    assert.strictEqual(found.segment, UNTASKED, "the cluster has no segment of its own")
    assert.strictEqual(found.plans[0]!.segment, "untasked.proof")
    assert.isNull(explain(policy, view("a theorem", { task: "math" })).cluster)
    assert.isNull(explain(compile(table), view("a theorem")).cluster)
  })

  it("decides the same with a task or without where a table has no clusters", () => {
    const { clusters: _, ...plain } = routing
    assert.strictEqual(compile(plain).begin(view("a theorem")).task, UNTASKED)
    assert.strictEqual(compile(plain).begin(view("a theorem")).decision.tier, "mini")
  })
})
