import type { Grade, Outcome, Request } from "@spillway/domain"
import { layerMemory, Store } from "@spillway/store"
import { Effect, Layer } from "effect"
import { seededRandom } from "../src/statistics/SeededRandom.ts"

/** What a made-up tier is like: its cost, its chance of a right answer by difficulty, and how telling its confidence is. */
export interface SyntheticTier {
  readonly name: string
  readonly usd: number
  readonly right: (difficulty: number) => number
  /** 0: confidence says nothing; 1: it says the chance itself. */
  readonly telling?: number
}

export const THREE_TIERS: ReadonlyArray<SyntheticTier> = [
  { name: "small", usd: 0.0001, right: (d) => 1 - 0.8 * d, telling: 0.8 },
  { name: "middle", usd: 0.0004, right: (d) => 1 - 0.4 * d, telling: 0.8 },
  { name: "large", usd: 0.002, right: (d) => 1 - 0.1 * d, telling: 0.8 }
]

const WORDS = ["ledger", "orbit", "harbor", "signal", "garden", "copper", "winter", "bridge", "lantern", "meadow"]

/** Requests whose text gets longer with their difficulty, with graded outcomes on every tier. */
export const syntheticTraffic = (n: number, tiers: ReadonlyArray<SyntheticTier>, seed = 1) => {
  const random = seededRandom(seed)
  const requests: Array<Request> = [], outcomes: Array<Outcome> = [], grades: Array<Grade> = []
  for (let i = 0; i < n; i++) {
    const difficulty = random.uniform()
    const words = Array.from({ length: 5 + Math.floor(40 * difficulty) }, () => WORDS[random.integer(WORDS.length)]!)
    const request_id = `r${String(i).padStart(6, "0")}`
    requests.push({
      request_id,
      task: difficulty > 0.5 ? "math.word" : "support.intent",
      messages: [{ role: "user", content: `${words.join(" ")} ${i}` }],
      ts: new Date(1_700_000_000_000 + i * 60_000).toISOString()
    })
    for (const tier of tiers) {
      const chance = tier.right(difficulty)
      const right = random.uniform() < chance
      const told = chance + (1 - (tier.telling ?? 0)) * (random.uniform() - 0.5) +
        (right ? 0.1 : -0.1) * (tier.telling ?? 0)
      outcomes.push({
        request_id,
        tier: tier.name,
        output: right ? "yes, forty two." : "no",
        cost_usd: tier.usd * (1 + words.length / 50),
        latency_ms: 100 + 1_000 * tier.usd,
        signals: { p_true: Math.min(0.999, Math.max(0.001, told)) }
      })
      grades.push({ request_id, tier: tier.name, grader: "exact", quality: right ? 1 : 0 })
    }
  }
  return { requests, outcomes, grades }
}

/** A store in memory that holds the traffic. */
export const storeOf = (traffic: ReturnType<typeof syntheticTraffic>) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const store = yield* Store
    yield* store.putRequests(traffic.requests)
    yield* store.putOutcomes(traffic.outcomes)
    yield* store.putGrades(traffic.grades)
  })).pipe(Layer.provideMerge(layerMemory))
