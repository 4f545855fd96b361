import type { Grade, Outcome, Request } from "@spillway/domain"
import { Effect } from "effect"
import { loadDataset } from "../../src/data/LoadDataset.ts"
import { seededRandom } from "../../src/statistics/SeededRandom.ts"
import { storeOf } from "../SyntheticTraffic.ts"

/** A made-up kind of work: its own words, how often the small tier is right, and what an answer costs. */
export interface Kind {
  readonly name: string
  readonly words: ReadonlyArray<string>
  readonly system?: string
  readonly right: number
  readonly usd: number
}

const COMMON = ["please", "answer", "this", "with", "care", "today", "again", "thanks"]

const words = (prefix: string, n: number): ReadonlyArray<string> =>
  Array.from({ length: n }, (_, i) => `${prefix}${String.fromCharCode(97 + i % 26)}${"ly".repeat(Math.floor(i / 26))}`)

/** Kinds that a small tier does well, ill and by halves, at costs that differ tenfold. */
export const KINDS: ReadonlyArray<Kind> = [
  { name: "refund", words: words("refund", 20), right: 0.95, usd: 0.001 },
  { name: "prove", words: words("theorem", 20), right: 0.2, usd: 0.01 },
  { name: "weather", words: words("rain", 20), right: 0.9, usd: 0.002 },
  { name: "code", words: words("loop", 20), right: 0.5, usd: 0.005 }
]

/** Kinds that differ in words only. */
export const ALIKE: ReadonlyArray<Kind> = KINDS.map((kind) => ({ ...kind, right: 0.7, usd: 0.002 }))

const minute = (i: number) => new Date(1_700_000_000_000 + i * 60_000).toISOString()

/**
 * Requests of the kinds in turn, of words of their kind and of common ones, with graded outcomes on a small tier and a
 * large one.
 *
 * @param taskOf task of request i of a kind
 */
export const trafficOf = (
  kinds: ReadonlyArray<Kind>,
  n: number,
  taskOf: (kind: Kind, i: number) => string = () => "untasked",
  seed = 1
) => {
  const random = seededRandom(seed)
  const requests: Array<Request> = [], outcomes: Array<Outcome> = [], grades: Array<Grade> = []
  for (let i = 0; i < n; i++) {
    const kind = kinds[i % kinds.length]!
    const text = Array.from({ length: 14 }, (_, j) => {
      const from = j % 3 === 0 ? COMMON : kind.words
      return from[random.integer(from.length)]!
    })
    const request_id = `r${String(i).padStart(5, "0")}`
    requests.push({
      request_id,
      task: taskOf(kind, i),
      messages: [
        ...(kind.system === undefined ? [] : [{ role: "system", content: kind.system }]),
        { role: "user", content: `${text.join(" ")} ${i}` }
      ],
      ts: minute(i),
      metadata: { kind: kind.name }
    })
    for (const [tier, right, usd] of [["small", kind.right, 0.1 * kind.usd], ["large", 0.97, kind.usd]] as const) {
      outcomes.push({
        request_id,
        tier,
        output: "an answer",
        cost_usd: usd * (0.8 + 0.4 * random.uniform()),
        latency_ms: 100
      })
      grades.push({ request_id, tier, grader: "exact", quality: random.uniform() < right ? 1 : 0 })
    }
  }
  return { requests, outcomes, grades }
}

/** The traffic as a dataset; row i is request i. */
export const datasetOf = (traffic: ReturnType<typeof trafficOf>) =>
  Effect.runPromise(
    loadDataset({}).pipe(Effect.map(({ data }) => data), Effect.provide(storeOf(traffic), { local: true }))
  )
