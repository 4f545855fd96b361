/**
 * Time of one decision for a 2 kB prompt, and of its parts: `node --conditions=@spillway/source
 * packages/policy/bench/decision.ts`. The baseline hashes the same text byte by byte with FNV-1a and does nothing else.
 */
import type { RoutingTable } from "@spillway/domain"
import {
  agreement,
  answerFeatures,
  answerNames,
  compile,
  denseFeatures,
  denseNames,
  encodeFloat32,
  makeHasher,
  requestView
} from "@spillway/policy"
import { fnv1a } from "../src/features/Fnv.ts"
import { plan, point, random, stage, table, TIERS } from "../test/tables.ts"

const BITS = 18
const WORDS =
  "the customer asks whether a refund for order number can be made after thirty days because delivery was late and not all items arrived please answer in one sentence or say which rule applies"
    .split(" ")

const next = random(1)
/** Texts of `chars` characters that differ in words, numbers and order. */
const texts = (chars: number, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, () => {
    let text = ""
    while (text.length < chars) {
      const word = WORDS[Math.floor(next() * WORDS.length)]!
      text += next() < 0.1
        ? `${Math.floor(next() * 1000)}, `
        : next() < 0.1
        ? `${word}${Math.floor(next() * 99)}. `
        : `${word} `
    }
    return text.slice(0, chars)
  })

const weights = encodeFloat32(Float32Array.from({ length: 2 ** BITS }, () => next() - 0.5))
const routing: RoutingTable = {
  ...table,
  features: {
    version: 2,
    hash_bits: BITS,
    dense: { names: denseNames, mean: denseNames.map(() => 0), scale: denseNames.map(() => 1) }
  },
  heads: TIERS.map((tier) => ({
    tier,
    target: tier === "large" ? "quality" : "gain",
    intercept: 0,
    dense: denseNames.map(() => 0.01),
    hashed: weights,
    segment_weight: 1
  })),
  acceptors: table.acceptors.map((acceptor) => ({
    ...acceptor,
    inputs: [
      ...acceptor.inputs,
      ...answerNames.map((name) => ({ name: `answer:${name}`, mean: 0, scale: 1, missing: 0, weight: 0.1 })),
      { name: "exante:mini", mean: 0, scale: 1, missing: 0, weight: 0.1 }
    ]
  })),
  points: [point("cascade", [{ share: 1, plan: plan(["mini", "small"], [stage("mini", [0.5], ["large", null])], 1) }])]
}

const percentile = (sorted: Float64Array, p: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))]!

/**
 * Runs `work` over the items until it is warm, then times each item alone, in microseconds. "best" takes of each item
 * the fastest of its runs: on a busy machine the plain 99th percentile shows the other processes' time slices.
 */
const measure = <A>(name: string, items: ReadonlyArray<A>, work: (item: A) => unknown, rounds = 10) => {
  for (let round = 0; round < 3; round++) for (const item of items) work(item)
  const times = new Float64Array(items.length * rounds)
  const best = new Float64Array(items.length).fill(Infinity)
  for (let i = 0; i < times.length; i++) {
    const item = i % items.length
    const started = performance.now()
    work(items[item]!)
    times[i] = (performance.now() - started) * 1_000
    best[item] = Math.min(best[item]!, times[i]!)
  }
  times.sort()
  best.sort()
  const row = [percentile(times, 0.5), percentile(times, 0.99), percentile(best, 0.99)]
  console.log(`${name.padEnd(54)}${row.map((micros) => micros.toFixed(1).padStart(10)).join("")}`)
}

console.log(`${"microseconds".padEnd(54)}${["p50", "p99", "p99 best"].map((name) => name.padStart(10)).join("")}`)
const policy = compile(routing)
const hasher = makeHasher(BITS)
const dense = new Float64Array(denseNames.length)
const answer = new Float64Array(answerNames.length)
const asView = (text: string) =>
  requestView({ request_id: text.slice(0, 40), task: "t", messages: [{ role: "user", content: text }] })

for (const chars of [500, 2_048]) {
  const sample = texts(chars, 1_000)
  const views = sample.map(asView)
  measure(`${chars} characters: baseline, FNV-1a of the text`, sample, (text) => fnv1a(text))
  measure(`${chars} characters: hashed n-grams`, sample, (text) => hasher.hash(text))
  measure(`${chars} characters: dense features`, views, (view) => denseFeatures(view, dense))
  measure(`${chars} characters: decision (features, scores, begin)`, sample, (text) => policy.begin(asView(text)))
  measure(
    `${chars} characters: decision and acceptance`,
    sample,
    (text) =>
      policy.begin(asView(text)).answered({ output: "The rule for late delivery applies.", signals: { s: 0.4 } })
  )
  measure(`${chars} characters: answer features`, sample, (output) => answerFeatures({ output }, answer))
  measure(`${chars} characters: agreement of two answers`, sample, (output) => agreement(output, sample[0]!))
}
measure("100,000 characters: decision", texts(100_000, 20), (text) => policy.begin(asView(text)))
