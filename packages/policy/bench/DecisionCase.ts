/** The table and the texts that a decision is timed on, and the timing of each text alone. */
import type { Cluster, RoutingTable } from "@spillway/domain"
import {
  answerNames,
  denseNames,
  encodeFloat32,
  encodeWordIds,
  makeWordReader,
  requestView,
  WORD_IDS
} from "@spillway/policy"
import { plan, point, random, stage, table, TIERS } from "../test/tables.ts"

export const BITS = 18
const WORDS =
  "the customer asks whether a refund for order number can be made after thirty days because delivery was late and not all items arrived please answer in one sentence or say which rule applies"
    .split(" ")

const next = random(1)
/** Texts of `chars` characters that differ in words, numbers and order. */
export const texts = (chars: number, count: number): ReadonlyArray<string> =>
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

const reader = makeWordReader()
/** Sixteen clusters of 256 words, each of half of the words of the texts and of others. */
export const clusters: ReadonlyArray<Cluster> = Array.from({ length: 16 }, (_, c) => {
  const known = WORDS.filter(() => next() < 0.5).map((word) => reader.read({ text: word, system: "" })[0]!)
  const ids = new Set(known)
  while (ids.size < 256) ids.add(Math.floor(next() * WORD_IDS))
  const ascending = [...ids].toSorted((a, b) => a - b)
  return { task: `untasked.${c}`, words: encodeWordIds(ascending), weights: encodeFloat32(ascending.map(() => next())) }
})

const weights = encodeFloat32(Float32Array.from({ length: 2 ** BITS }, () => next() - 0.5))
export const routing: RoutingTable = {
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

/** Microseconds of a piece of work over many items. */
export interface Times {
  readonly p50: number
  readonly p99: number
  /**
   * The 99th percentile over items of the fastest run of each: on a busy machine the plain one shows the other
   * processes' time slices.
   */
  readonly bestP99: number
}

/** Runs `work` over the items until it is warm, then times each item alone. */
export const timesOf = <A>(items: ReadonlyArray<A>, work: (item: A) => unknown, rounds = 10): Times => {
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
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), bestP99: percentile(best, 0.99) }
}

export const asView = (text: string) =>
  requestView({ request_id: text.slice(0, 40), task: "t", messages: [{ role: "user", content: text }] })

/** An answer to judge. */
export const ANSWER = { output: "The rule for late delivery applies.", signals: { s: 0.4 } }
