/**
 * Simulated traffic of any size: word for word a Markov chain over the sample traffic in `datasets/sample`, so that the
 * vocabulary, its frequencies and its pairs of words are those of the sample. No two data sets of one seed differ.
 */
import type { Grade, Outcome, Request } from "@spillway/domain"
import { Store } from "@spillway/store"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { type SeededRandom, seededRandom } from "../src/statistics/SeededRandom.ts"

const SAMPLE = new URL("../../../datasets/sample/requests.jsonl.gz", import.meta.url)
const BATCH = 20_000
const MINUTE = 60_000
/** Share of requests that repeat an earlier one with another number in it. */
const REPEATS = 0.03

/** Words, and after each of them every word that follows it in the sample, as often as it does. */
interface Chain {
  readonly words: ReadonlyArray<string>
  readonly next: ReadonlyArray<Uint32Array>
}

interface Task {
  readonly name: string
  readonly system: string
  /** First words of its requests. */
  readonly starts: Uint32Array
}

const readSample = (): { readonly chain: Chain; readonly tasks: ReadonlyArray<Task> } => {
  const index = new Map<string, number>()
  const words: Array<string> = [], next: Array<Array<number>> = []
  const wordAt = (word: string): number => {
    let at = index.get(word)
    if (at === undefined) {
      at = words.push(word) - 1
      index.set(word, at)
      next.push([])
    }
    return at
  }
  const tasks = new Map<string, { system: string; starts: Array<number> }>()
  for (const line of gunzipSync(readFileSync(SAMPLE)).toString().trim().split("\n")) {
    const request = JSON.parse(line) as Request
    const text = (role: string) =>
      request.messages.filter((m) => m.role === role).map((m) => String(m.content)).join("\n")
    const chosen = text("user").split(/\s+/).filter((word) => word !== "").map(wordAt)
    chosen.forEach((word, i) => next[word]!.push(chosen[(i + 1) % chosen.length]!))
    const task = tasks.get(request.task) ?? { system: text("system"), starts: [] }
    tasks.set(request.task, task)
    task.starts.push(chosen[0]!)
  }
  return {
    chain: { words, next: next.map((after) => Uint32Array.from(after)) },
    tasks: [...tasks].map(([name, { starts, system }]) => ({ name, system, starts: Uint32Array.from(starts) }))
  }
}

const speak = (chain: Chain, start: number, chars: number, random: SeededRandom): string => {
  let word = start, text = chain.words[word]!
  while (text.length < chars) {
    const after = chain.next[word]!
    word = after[random.integer(after.length)]!
    text += ` ${chain.words[word]!}`
  }
  return text
}

const batchOf = (
  { chain, tasks }: ReturnType<typeof readSample>,
  from: number,
  count: number,
  tiers: number,
  random: SeededRandom
) => {
  const requests: Array<Request> = [], outcomes: Array<Outcome> = [], grades: Array<Grade> = []
  const texts: Array<string> = []
  for (let i = from; i < from + count; i++) {
    const request_id = `request-${String(i).padStart(9, "0")}`
    const task = tasks[random.integer(tasks.length)]!
    const difficulty = random.uniform()
    const repeated = texts.length > 0 && random.uniform() < REPEATS
    const content = repeated
      ? texts[random.integer(texts.length)]!.replace(/\d+/, String(i))
      : speak(chain, task.starts[random.integer(task.starts.length)]!, 400 + 400 * difficulty, random)
    texts.push(content)
    requests.push({
      request_id,
      task: task.name,
      messages: [{ role: "system", content: task.system }, { role: "user", content }],
      ts: new Date(1_767_225_600_000 + i * MINUTE).toISOString()
    })
    const answer = () => speak(chain, random.integer(chain.words.length), 50 + 150 * random.uniform() ** 2, random)
    const truth = answer()
    for (let k = 0; k < tiers; k++) {
      // The k-th tier errs on hard requests half as often as the one below it, and costs thrice as much.
      const chance = 1 - 0.8 * difficulty / 2 ** (4 * k / Math.max(1, tiers - 1))
      const right = random.uniform() < chance
      const sure = chance + (right ? 0.1 : -0.1) + 0.3 * (random.uniform() - 0.5)
      const lp = Math.log(Math.min(0.999, Math.max(0.05, sure)))
      const output = right ? truth : answer()
      const input_tokens = Math.ceil((content.length + task.system.length) / 4)
      const output_tokens = Math.ceil(output.length / 4)
      outcomes.push({
        request_id,
        tier: `tier-${k}`,
        output,
        finish_reason: "stop",
        usage: { input_tokens, output_tokens },
        cost_usd: (input_tokens + 4 * output_tokens) * 3 ** k * 1e-7,
        latency_ms: Math.round(200 + 10 * output_tokens * (1 + k) * (0.5 + random.uniform())),
        signals: {
          lp_mean: lp,
          lp_min: 3 * lp - random.uniform(),
          margin_mean: 4 + 2 * lp + random.uniform(),
          n_low: Math.min(1, -0.3 * lp * random.uniform())
        }
      })
      grades.push({ request_id, tier: `tier-${k}`, grader: "simulated", quality: right ? 1 : 0 })
    }
  }
  return { requests, outcomes, grades }
}

/** Fills the store with so many simulated requests, one a minute, with graded outcomes of `tier-0` (cheapest) and on. */
export const putSimulatedTraffic = Effect.fnUntraced(function*(requests: number, tiers: number, seed = 1) {
  const store = yield* Store
  const sample = readSample()
  const random = seededRandom(seed)
  for (let from = 0; from < requests; from += BATCH) {
    const batch = batchOf(sample, from, Math.min(BATCH, requests - from), tiers, random)
    yield* store.transaction(Effect.all([
      store.putRequests(batch.requests),
      store.putOutcomes(batch.outcomes),
      store.putGrades(batch.grades)
    ]))
  }
})
